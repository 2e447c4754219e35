"""Every page in a real browser: light and dark, wide and narrow, nothing in the console, nothing from elsewhere."""

import functools
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rnn_notes.checks import pages

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (390, 768, 1280)

if not CHROMIUM and not os.environ.get("CI"):
    pytest.skip("Chromium is missing; install the package chromium to run the browser tests", allow_module_level=True)


class Silent(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format, *arguments):
        """Nothing."""


@pytest.fixture(scope="session")
def site(built_site):
    """The address of the built site, served from a subfolder as on GitHub Pages."""
    handler = functools.partial(Silent, directory=str(built_site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{built_site.name}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The system's Chromium, which does not call home."""
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-background-networking"]}


@pytest.fixture(scope="module")
def context(browser, request):
    """A window that may use the clipboard, of the light colour scheme unless a test asks for the dark one."""
    scheme, permissions = getattr(request, "param", "light"), ["clipboard-read", "clipboard-write"]
    with browser.new_context(color_scheme=scheme, permissions=permissions) as context:
        yield context


@pytest.fixture
def tab(context, site):
    """A page that fails the test if anything is written to its console, missing, or asked of another host."""
    tab, complaints = context.new_page(), []
    tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    tab.on(
        "response", lambda response: response.status < 400 or complaints.append(f"{response.status}: {response.url}")
    )
    tab.on("request", lambda request: request.url.startswith((site, "data:")) or complaints.append(request.url))
    yield tab
    tab.close()
    assert not complaints


def address(source):
    """Where the page of a source lies below the site."""
    path = source.relative_to(pages.DOCS).with_suffix("")
    return "" if path.name == "index" else f"{path.as_posix()}/"


SOURCES = pages.all_pages()


@pytest.mark.parametrize("context", ["light", "dark"], indirect=True, scope="module")
@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_page_fits_every_window_and_complains_of_nothing(tab, site, source):
    """No page scrolls sideways on the phone, the tablet or the desktop; the colours are those of the scheme."""
    tab.goto(site + address(source))
    scheme = tab.evaluate("document.body.dataset.mdColorScheme")
    assert scheme == ("slate" if tab.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "default")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        outside = tab.evaluate(
            """() => [...document.querySelectorAll('article *')].filter(element => {
                const box = element.getBoundingClientRect();
                return box.width > 0 && box.right > innerWidth + 1 && !element.closest(
                    '.display, pre, .output, .md-typeset__scrollwrap, table, [role=img], mjx-container');
            }).map(element => element.outerHTML.slice(0, 200))"""
        )
        assert not outside


CODE = [path for path in SOURCES if any(fence.language in ("python", "pycon") for fence in pages.read(path).fences)]


@pytest.mark.parametrize("source", CODE, ids=address)
def test_the_copy_button_yields_code_that_runs(tab, site, source):
    """All code of a page, copied block by block by its buttons, compiles, and holds no prompt, output or blank line."""
    tab.goto(site + address(source))
    fences = [fence for fence in pages.read(source).fences if fence.language in ("python", "pycon")]
    blocks = tab.locator(".language-python.highlight, .language-pycon.highlight")
    assert blocks.count() == len(fences)
    tab.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    for number, fence in enumerate(fences):
        blocks.nth(number).locator("button[data-md-type=copy]").evaluate("button => button.click()")
        copied = tab.evaluate("navigator.clipboard.readText()")
        assert copied == typed(fence), f"{source}:{fence.line}"


def typed(fence):
    """What a reader would type of a fence, who knows what a prompt is."""
    if fence.language == "python":
        return fence.code.rstrip()
    return "\n".join(line[4:] for line in fence.code.splitlines() if line.startswith((">>>", "...")))


def test_a_copied_formula_is_latex(tab, site):
    """A click on a formula selects it, and copying gives its source."""
    tab.goto(site + "lecture/sigmoid/")
    tab.locator(".display mjx-math").first.click()
    assert tab.evaluate("getSelection().toString()").strip() == r"$$\sigma(x) = \frac{1}{1 + e^{-x}}$$"


def test_the_search_finds_a_chapter_and_the_link_leads_there(tab, site):
    """Typed words find a chapter; without a new page load the reader is there, and the page complains of nothing."""
    tab.goto(site)
    tab.locator(".md-search__input").press_sequentially("hidden state")
    tab.locator(".md-search-result__link", has_text="From feed-forward to recurrent").first.click()
    tab.wait_for_url("**/lecture/unrolling/**")
    tab.get_by_role("heading", level=1, name="From feed-forward to recurrent").wait_for()


def test_a_badge_says_what_was_checked_and_leads_to_the_explanation(tab, site):
    """With the keyboard: the badge can be focused, has a name, and its link works."""
    tab.goto(site + "lecture/sigmoid/")
    badge = tab.locator(".display .badge").first
    badge.focus()
    assert badge.get_attribute("aria-label")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/reference/how-it-is-checked/")


def test_a_long_formula_scrolls_in_its_own_box(tab, site):
    """On the phone the derivation is wider than the window, and the keyboard can scroll it from its badge."""
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(site + "lecture/sigmoid/")
    wide = [box for box in tab.locator(".display").all() if box.evaluate("e => e.scrollWidth > e.clientWidth + 100")]
    assert wide
    wide[0].locator(".badge").focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_function("box => box.scrollLeft > 50", arg=wide[0].element_handle())
