"""Blocks that run in the page when something is in the way: files, connections, browsers, loops, other hosts."""

import re
import socket

import pytest
from playwright.sync_api import expect
from reader import DONE, MILLISECONDS, begin, block, status, write
from static_host import serve


@pytest.fixture
def fresh(context, live_site):
    """A tab on a chapter that has loaded nothing yet, and finds nothing in the browser's store."""
    tab = context.new_page()
    tab.goto(f"{live_site}lecture/memory/")
    tab.evaluate("caches.delete('rnn-notes-python')")
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def running(context, live_site):
    """A tab in which Python runs already, its clock in the hands of the test: nobody is stopped by force in time."""
    tab = context.new_page()
    tab.clock.install()
    tab.goto(f"{live_site}lecture/memory/")
    write(tab, 0, "1 + 1\n")
    yield tab
    tab.close()


def run(tab):
    """Press the first Run of the page, and wait for what comes of it."""
    tab.locator(".live .run").first.click()
    box = block(tab, 0)
    expect(box).to_have_attribute("data-state", DONE, timeout=MILLISECONDS)
    return box


def half(route):
    body = route.fetch().body()
    route.fulfill(status=200, body=body[: len(body) // 2])


FAULTS = {  # what may be wrong with a file: how it comes, and what is said
    "missing": (lambda route: route.fulfill(status=404), "did not come|the site has changed"),
    "forbidden": (lambda route: route.fulfill(status=403), "did not come|not the file that belongs to this site"),
    "lost": (lambda route: route.abort(), "did not come"),
    "changed": (lambda route: route.fulfill(status=200, body=b"changed"), "not the file that belongs to this site"),
    "cut": (half, "not the file that belongs to this site"),
}
BROKEN = [("worker.js", "changed")] + [(file, fault) for file in ("pyodide.asm.wasm", "numpy.zip") for fault in FAULTS]


def test_a_broken_file_is_said_and_the_next_click_tries_again(fresh):
    """Each of eleven ways of not coming has its message, no promise waits forever, and at last all is well."""
    for file, fault in BROKEN:
        answer, words = FAULTS[fault]
        fresh.evaluate("caches.delete('rnn-notes-python')")
        fresh.route(f"**/{file}", answer)
        box = run(fresh)
        said = re.compile(rf"^Python could not be loaded: {re.escape(file)} .*({words}).* Run tries again\.$")
        expect(status(box)).to_have_text(said)
        fresh.unroute(f"**/{file}")
        box.evaluate("box => box.dataset.state = 'told'")
    box = run(fresh)
    assert box.get_attribute("data-state") == "same"


def test_a_script_that_does_not_come_is_said_and_the_next_click_tries_again(fresh):
    """The one that the first click loads; the theme's own message says so."""
    fresh.route("**/live.js", lambda route: route.abort())
    fresh.locator(".live .run").first.click()
    expect(fresh.locator(".md-dialog--active")).to_contain_text("could not be loaded")
    fresh.unroute("**/live.js")
    assert run(fresh).get_attribute("data-state") == "same"


def test_silence_is_not_waited_for_longer_than_a_minute(context, live_site):
    """A file that is asked for and never comes."""
    tab = context.new_page()
    tab.clock.install()
    tab.goto(f"{live_site}lecture/memory/")
    tab.evaluate("caches.delete('rnn-notes-python')")
    with tab.expect_request("**/numpy.zip"):
        tab.route("**/numpy.zip", lambda route: None)
        tab.locator(".live .run").first.click()
    said = tab.locator(".live-status").first
    expect(said).to_contain_text("loading Python")
    for _ in range(30):
        tab.clock.fast_forward(70_000)
        tab.wait_for_timeout(200)  # what else is loaded may come just then, and the minute begins anew
        if "loading Python" not in said.text_content():
            break
    expect(said).to_contain_text("nothing came for a minute")
    tab.close()


def test_a_connection_that_is_lost_half_way_is_said(browser, built_site, live_site):
    """Half of a file has come; when the connection is back, Run continues."""
    torn = {"numpy.zip"}
    with serve(built_site, torn=torn) as address, browser.new_context() as window:
        tab = window.new_page()
        tab.goto(f"{address}lecture/memory/")
        expect(status(run(tab))).to_have_text(re.compile("numpy.zip did not come .* Run tries again"))
        torn.clear()
        block(tab, 0).evaluate("box => box.dataset.state = 'told'")
        assert run(tab).get_attribute("data-state") == "same"


EARLY = {  # a page, what is pressed on it, the script that comes late, and what is said then
    "Run": ("lecture/memory/", ".live .run", "start.js", ".live-status", "the same as printed"),
    "Check": ("reference/how-it-is-checked/", ".judge", "start.js", ".live-status", re.compile("^Holds")),
    "Copy": ("lecture/memory/", ".copy", "notes.js", "[role=status].md-dialog--active", "Copied"),
    "Copy page": ("lecture/memory/", ".copy-page", "notes.js", "[role=status].md-dialog--active", "Copied"),
}


@pytest.mark.parametrize("button", EARLY)
def test_a_click_before_the_scripts_have_come_is_not_lost(context, live_site, button):
    """On a slow connection a button is there first; it does once what it is for as soon as its script is there."""
    address, pressed, late, where, said = EARLY[button]
    tab, held = context.new_page(), []
    tab.route(f"**/{late}", lambda route: held.append(route))
    tab.goto(f"{live_site}{address}", wait_until="commit")
    tab.locator(pressed).first.click()
    expect(tab.locator(where)).to_have_count(0)
    held[0].continue_()
    expect(tab.locator(where).first).to_have_text(said, timeout=MILLISECONDS)
    tab.close()


def test_a_browser_without_webassembly_says_so(context, live_site):
    """And the printed page is whole."""
    tab = context.new_page()
    tab.add_init_script("delete window.WebAssembly")
    tab.goto(f"{live_site}lecture/memory/")
    expect(status(run(tab))).to_contain_text("this browser has no WebAssembly")
    expect(block(tab, 0).locator("pre code")).to_be_visible()
    tab.close()


def test_a_browser_that_keeps_nothing_runs_all_the_same(context, live_site):
    """As in a private window, or where the notes are read over plain http: there is no store."""
    tab = context.new_page()
    tab.add_init_script("""const blob = Response.prototype.blob;
        const without = "Object.defineProperty(self, 'caches', { get() { return undefined; } });";
        Response.prototype.blob = async function () {
            return new Blob([this.url.startsWith("blob:") ? without : "", await blob.call(this)]);
        };""")
    tab.goto(f"{live_site}lecture/memory/")
    box = write(tab, 0, "import js\nhasattr(js, 'caches') and bool(js.caches)\n")
    expect(box.locator(".live-output")).to_contain_text("False")
    tab.close()


def test_python_goes_on_without_a_connection_and_in_two_tabs(context, live_site, running):
    """What is loaded stays: another page and another tab need no byte of the runtime."""
    other, asked = context.new_page(), []
    other.goto(f"{live_site}lecture/unrolling/")
    other.on("request", lambda request: asked.append(request.url))
    assert run(other).get_attribute("data-state") == "same"
    assert {url.rpartition("/")[2] for url in asked if ".zip" in url or ".wasm" in url} == set()
    context.set_offline(True)
    write(other, 0, "7 * 6\n")
    expect(block(other, 0).locator(".live-output")).to_contain_text("42")
    write(running, 0, "7 * 7\n")
    expect(block(running, 0).locator(".live-output")).to_contain_text("49")
    context.set_offline(False)
    other.close()


def test_a_page_may_be_left_while_python_loads(fresh, live_site):
    """And when its reader comes back, it runs."""
    fresh.locator(".live .run").first.click()
    fresh.goto(f"{live_site}lecture/unrolling/")
    fresh.go_back()
    assert run(fresh).get_attribute("data-state") == "same"


def test_an_endless_loop_is_stopped_and_the_names_are_kept(running):
    """Stop interrupts Python itself."""
    write(running, 0, "import random\nkept = random.random()\nprint(kept)\n")
    number = block(running, 0).locator(".live-output").text_content().split()[-1]
    box = begin(running, 1, "while True: pass\n")
    expect(status(box)).to_have_text("running …", timeout=MILLISECONDS)
    box.locator(".run").click()
    expect(status(box)).to_have_text("stopped", timeout=MILLISECONDS)
    assert write(running, 1, "print(kept)\n").locator(".live-output").text_content().split()[-1] == number


def test_what_cannot_be_interrupted_ends_with_its_worker(running):
    """A loop in C does not hear Stop; then Python starts anew, and says so."""
    box = begin(running, 1, "sum(iter(int, 1))\n")
    expect(status(box)).to_have_text("running …", timeout=MILLISECONDS)
    box.locator(".run").click()
    running.clock.fast_forward(2000)
    expect(status(box)).to_have_text("stopped; Python starts anew at the next Run", timeout=MILLISECONDS)
    expect(write(running, 1, "5 * 5\n").locator(".live-output")).to_contain_text("25")


@pytest.fixture(scope="module")
def elsewhere():
    """The address of another host, which must hear nothing."""
    with socket.create_server(("127.0.0.2", 0)) as server:
        server.setblocking(False)
        yield f"127.0.0.2:{server.getsockname()[1]}"
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("js.eval('1 + 1')", "EvalError"),
        ("js.Function('return 1')", "EvalError"),
        ("js.importScripts('http://{}/x.js')", "NetworkError"),
        ("x = js.XMLHttpRequest.new()\nx.open('GET', 'http://{}/', False)\nx.send()", "NetworkError"),
        ("js.fetch('http://{}/')", None),
        ("js.WebSocket.new('ws://{}/')", None),
        ("js.Worker.new('http://{}/x.js')", None),
        (
            "def one(*pair): return js.Object.fromEntries(js.Array.of(js.Array.of(*pair)))\n"
            "text = js.Blob.new(js.Array.of('import \"http://{}/x.js\"'), one('type', 'text/javascript'))\n"
            "js.Worker.new(js.URL.createObjectURL(text), one('type', 'module'))",
            None,
        ),
    ],
)
def test_the_policy_holds_where_the_code_runs(running, elsewhere, code, refused):
    """Inside the worker another host, eval and a foreign script are refused, by the browser and not by us."""
    box = write(running, 0, f"import js, time\n{code.format(elsewhere)}\ntime.sleep(0.1)\n")
    if refused:
        expect(status(box)).to_contain_text(refused)
