"""The built site in a real browser: what all tests of pages share."""

import os
import shutil

import pytest
from playwright.sync_api import expect
from static_host import serve

PATIENCE = 120_000  # milliseconds; a slow machine with other work needs more than the usual 5 and 30 seconds
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def sent():
    """How many bytes the server has sent of each path."""
    return {}


@pytest.fixture(scope="session")
def site(built_site, sent):
    """The address of the built site, served from a subfolder as on GitHub Pages."""
    with serve(built_site, sent) as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The system's Chromium, which does not call home; without it the tests are skipped, in CI they fail.

    Its build without windows draws the same pages in two thirds of the time, so it is used where it is installed.
    """
    builds = map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))
    chromium = next(filter(None, builds), None)
    if not chromium and not os.environ.get("CI"):
        pytest.skip("Chromium is missing; install the package chromium to run the browser tests")
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-background-networking"]}


@pytest.fixture(scope="session")
def browser(browser):
    """The browser, whose windows wait long for whatever a test waits for."""

    def new_context(usual=browser.new_context, **options):
        context = usual(**options)
        context.set_default_timeout(PATIENCE)
        return context

    browser.new_context = new_context
    return browser


@pytest.fixture(scope="module")
def context(browser, request):
    """A window that may use the clipboard, of the light colour scheme unless a test asks for the dark one."""
    scheme, permissions = getattr(request, "param", "light"), ["clipboard-read", "clipboard-write"]
    with browser.new_context(color_scheme=scheme, permissions=permissions) as context:
        yield context


@pytest.fixture(scope="session")
def watch(site):
    """Gives a list of what is written to the console of a page, is missing, or is asked of another host from now on."""

    def watch(tab):
        complaints = []
        tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
        tab.on("response", lambda got: got.status < 400 or complaints.append(f"{got.status}: {got.url}"))
        tab.on("request", lambda request: request.url.startswith((site, "data:")) or complaints.append(request.url))
        return complaints

    return watch


@pytest.fixture
def tab(context, watch):
    """A page that fails the test if anything is written to its console, missing, or asked of another host."""
    tab = context.new_page()
    complaints = watch(tab)
    yield tab
    tab.close()
    assert not complaints


@pytest.fixture(scope="session")
def live_site(site, built_site):
    """The address of the site, if blocks of code run in its pages; where CI is set it is not built without."""
    if not (built_site / "assets/live").exists():
        pytest.skip("the site was built without live code, since its files are not available")
    return site


@pytest.fixture(scope="module")
def live(context, live_site):
    """A tab in which Python is loaded once for all tests; it fails if anything is asked of another host."""
    tab, elsewhere = context.new_page(), []
    # The theme changes to a page without loading it only if the site map has its address, which is the published one.
    published = "https://rnn-notes.github.io/rnn_notes/"
    tab.route("**/sitemap.xml", lambda route: route.fulfill(body=route.fetch().text().replace(published, live_site)))
    allowed = (live_site, "data:", "blob:")
    tab.on("request", lambda request: request.url.startswith(allowed) or elsewhere.append(request.url))
    with tab.expect_response("**/sitemap.xml"):
        tab.goto(live_site)
    yield tab
    tab.close()
    assert not elsewhere
