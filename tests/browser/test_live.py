"""Blocks that run in the page, in a real browser: what a reader can do with them, and what must not happen."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rnn_notes import pages
from rnn_notes.web.live import pack

pytestmark = pytest.mark.skipif("RNN_NOTES_LIVE" not in os.environ, reason="RNN_NOTES_LIVE=fetch runs it")

DONE = "same|ran|differs|wrong|raised|cut|stopped|failed"
SECONDS = 60_000  # for what loads Python on a busy machine, in milliseconds
PAGES = [
    (path.relative_to(pages.DOCS).with_suffix("").as_posix() + "/").removesuffix("index/")
    for path in pages.all_pages()
    if path.suffix == ".ipynb"
    or any(f.language in ("python", "pycon") and 'title="not ' not in f.info for f in pages.read(path).fences)
]


@pytest.fixture(scope="module")
def live(context, site):
    """A tab in which Python is loaded once for all tests; it fails if anything is asked of another host."""
    tab, elsewhere = context.new_page(), []
    tab.on("request", lambda request: request.url.startswith((site, "data:", "blob:")) or elsewhere.append(request.url))
    yield tab
    tab.close()
    assert not elsewhere


def wait(tab):
    """Until nothing runs any more."""
    expect(tab.locator(".live button", has_text="Stop")).to_have_count(0, timeout=SECONDS)


def block(tab, number):
    """The block of that number on the page, from 0."""
    return tab.locator("[data-live]").nth(number)


def write(tab, number, code):
    """Write code into a block and run it with the keyboard."""
    box = block(tab, number)
    if box.locator("[role=textbox]").count() == 0:
        box.locator(".edit").click()
    box.locator("[role=textbox]").fill(code)
    box.locator("[role=textbox]").press("Control+Enter")
    wait(tab)
    return box


@pytest.fixture
def page(live, site):
    """The page on the forward pass, as it is when one comes to it."""
    live.goto(f"{site}lecture/forward-pass/")
    return live


def test_nothing_is_loaded_before_the_first_use(page, sent):
    """The runtime and its script weigh nothing until a reader asks for them."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="networkidle")
    assert not [address for address in asked if "/live/" in address]


@pytest.mark.parametrize("address", PAGES)
def test_the_last_run_of_a_page_prints_what_the_page_prints(live, site, address):
    """A click on the last Run runs all blocks above it; each that prints says that it is the same as printed."""
    live.goto(f"{site}{address}")
    last = live.locator("[data-live]:not([data-exercise])").last
    last.locator(".run").dispatch_event("click")
    expect(last).to_have_attribute("data-state", re.compile(DONE), timeout=SECONDS)
    states = live.eval_on_selector_all("[data-state]", "all => all.map(each => each.dataset.state)")
    assert set(states) <= {"same", "ran"}, states
    blocks = live.locator("[data-live]").count() - live.locator("[data-exercise]").count()
    assert len(states) >= blocks


def test_a_change_shows_another_output_and_reset_brings_the_page_back(page):
    """An edited block says that it is changed, those below that they have not run with it; Reset undoes all of it."""
    block(page, 1).locator(".run").click()
    wait(page)
    box = write(page, 0, "x = 1\nx + 1\n")
    expect(box.locator(".live-status")).to_have_text("ran, changed by you")
    expect(box.locator(".live-output")).to_contain_text(">>> x + 1\n2")
    expect(block(page, 1).locator(".live-status")).to_have_text("not yet run with the change")
    box.locator(".edit").click()
    expect(box.locator(".live-result")).to_have_count(0)
    expect(box.locator("pre code")).to_be_visible()


def test_an_exception_says_its_last_line_first_with_the_line_of_the_code(page):
    """And a name that is not known is hinted to come from a changed block above."""
    write(page, 0, "x = 1\n")
    box = write(page, 1, "a = 1\nb = nosuch + a\n")
    expect(box.locator(".live-status")).to_have_text("NameError: name 'nosuch' is not defined (line 2)")
    expect(box.locator(".live-output p").first).to_contain_text("may come from a block above that is changed")
    expect(box.locator("details pre")).to_contain_text("b = nosuch + a")


def test_an_endless_loop_stops_within_half_a_second_and_keeps_the_names(page):
    """Stop interrupts Python itself; what cannot be interrupted ends the worker, and says so."""
    box = block(page, 1)
    write(page, 0, "kept = 7\n")
    box.locator(".edit").click()
    box.locator("[role=textbox]").fill("while True: pass\n")
    box.locator(".run").click()
    page.wait_for_timeout(600)
    box.locator(".run").click()
    expect(box.locator(".live-status")).to_have_text("stopped", timeout=2000)
    expect(write(page, 1, "kept\n").locator(".live-output")).to_contain_text("7")
    box.locator("[role=textbox]").fill("sum(iter(int, 1))\n")
    box.locator(".run").click()
    page.wait_for_timeout(600)
    box.locator(".run").click()
    expect(box.locator(".live-status")).to_have_text("stopped; Python starts anew at the next Run", timeout=5000)
    expect(write(page, 1, "kept\n").locator(".live-output")).to_contain_text("7")


def test_a_flood_of_output_is_cut(page):
    """After 20,000 characters, and the page goes on."""
    box = write(page, 0, "while True: print('x' * 1000)\n")
    expect(box.locator(".live-status")).to_have_text("ended: too much output")
    assert len(box.locator(".live-output").text_content()) < 25_000


def test_an_exercise_has_a_cell_of_its_own_that_draws(page):
    """It knows the names of the page, shows its last value, and figures as pictures."""
    number = page.locator("[data-live]").evaluate_all("all => all.findIndex(each => 'exercise' in each.dataset)")
    box = write(page, number, "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nrnn.W_xh.shape\n")
    expect(box.locator(".live-output pre").first).to_have_text("(3, 4)\n")
    expect(box.locator(".live-picture img")).to_have_count(1)


@pytest.mark.parametrize(
    "code",
    [
        "import js; js.fetch('http://127.0.0.2:1/')",
        "import js; js.eval('1 + 1')",
        "from pyodide.code import run_js; run_js('import(\"http://127.0.0.2:1/x.mjs\")')",
    ],
)
def test_the_policy_holds_where_the_code_runs(page, code):
    """Inside the worker another host, eval and a foreign module are refused."""
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    write(page, 0, f"{code}\nimport time; time.sleep(0.3)\n")
    assert not [address for address in seen if "127.0.0.2" in address]
    if "eval" in code:
        expect(block(page, 0).locator(".live-status")).to_contain_text("EvalError")


pytestmark = pytest.mark.skipif(
    "RNN_NOTES_LIVE" not in os.environ, reason="set RNN_NOTES_LIVE=fetch to run code in pages"
)


def test_edits_survive_instant_navigation(context, site):
    """A reader who goes to the next page and comes back finds what was written, and the same Python."""
    tab = context.new_page()
    # The theme changes to a page without loading it only if the site map has its address, which is the published one.
    published = "https://rnn-notes.github.io/rnn_notes/"
    tab.route("**/sitemap.xml", lambda route: route.fulfill(body=route.fetch().text().replace(published, site)))
    with tab.expect_response("**/sitemap.xml"):
        tab.goto(f"{site}lecture/forward-pass/")
    tab.evaluate("window.same = true")
    write(tab, 0, "mine = 1\n")
    tab.locator("a.md-footer__link--next").click()
    expect(tab.locator("h1")).to_contain_text("Activation functions")
    tab.go_back()
    expect(tab.locator("h1")).to_contain_text("The forward pass")
    assert tab.evaluate("window.same")
    expect(block(tab, 0).locator("[role=textbox]")).to_have_text(re.compile("mine = 1"))
    tab.close()


def test_keys_in_the_editor_do_not_turn_the_page_and_escape_leaves(page):
    """n and p are letters there; Tab indents; Escape goes to Run."""
    before = page.url
    box = block(page, 0)
    box.locator(".edit").click()
    editor = box.locator("[role=textbox]")
    editor.fill("")
    editor.press_sequentially("np")
    editor.press("Tab")
    assert editor.evaluate("e => e.textContent ?? e.value").startswith("np    ")
    editor.press("Escape")
    expect(box.locator(".run")).to_be_focused()
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url == before


def test_a_formula_is_judged_by_the_checker_of_the_notes(live, site):
    """A right one and a wrong one, with the evidence, and how each was read."""
    live.goto(f"{site}reference/how-it-is-checked/")
    form = live.locator(".try-formula")
    form.locator(".judge").click()
    expect(form.locator(".live-status")).to_contain_text("Proved", timeout=SECONDS)
    form.locator("textarea").fill(r"h_t = \tanh(W_{xh} x_t + W_{hh} h_t + b_h)")
    form.locator("select").select_option("rnn")
    form.locator(".judge").click()
    expect(form.locator(".live-status")).to_contain_text("Does not hold", timeout=SECONDS)
    expect(form.locator(".live-output")).to_contain_text("left")
    expect(form.locator(".live-output")).to_contain_text("h[t] = tanh(W[xh] * x[t] + W[hh] * h[t] + b[h])")


@pytest.mark.parametrize("file", ["pyodide.asm.wasm", "numpy.zip", "worker.js", "blocks.py"])
@pytest.mark.parametrize("fault", ["missing", "changed"])
def test_a_broken_file_is_said_and_the_next_click_tries_again(context, site, file, fault):
    """No promise waits for ever, whatever does not come."""
    tab = context.new_page()
    tab.route(
        f"**/{file}",
        lambda route: route.fulfill(status=404) if fault == "missing" else route.fulfill(status=200, body=b"changed"),
    )
    tab.goto(f"{site}lecture/memory/")
    tab.evaluate("caches.delete('rnn-notes-python')")
    tab.locator(".live .run").first.click()
    expect(tab.locator(".live-status").first).to_contain_text("could not be loaded", timeout=SECONDS)
    tab.unroute(f"**/{file}")
    tab.locator(".live .run").first.click()
    expect(tab.locator("[data-live]").first).to_have_attribute("data-state", re.compile("same|ran"), timeout=SECONDS)
    tab.close()


@pytest.mark.parametrize("context", ["light", "dark"], indirect=True)
def test_blocks_that_have_run_are_accessible(context, site):
    """After a run, an edit and an exception, axe finds nothing, in the light and in the dark."""
    tab = context.new_page()
    tab.goto(f"{site}lecture/memory/")
    block(tab, 0).locator(".run").click()
    wait(tab)
    write(tab, 1, "1 / 0\n")
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    assert not found.response["violations"], found.generate_report()
    tab.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_block_shows_makes_no_page_scroll_sideways(live, site, width):
    """Long lines scroll within their own box, on the phone as well."""
    live.set_viewport_size({"width": width, "height": 800})
    live.goto(f"{site}lecture/memory/")
    write(live, 0, "print('x' * 300)\n")
    assert live.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_first_use_weighs_what_is_promised():
    """At most 9.2 MB for Python and NumPy, and 5.6 MB more for the checker's SymPy."""
    folder = pack.packed()
    first = ("worker.js", "pyodide.asm.wasm", "stdlib.zip", "numpy.zip", "rnn_notes.zip", "blocks.py", "plain.py")
    assert sum(pack.on_the_wire(folder / name) for name in first) < 9.2e6
    assert pack.on_the_wire(folder / "sympy.zip") < 5.6e6
