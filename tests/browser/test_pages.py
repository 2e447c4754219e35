"""What readers do with the pages, in a real browser: copy, search, choose colours, go from page to page."""

from urllib.parse import urljoin, urlsplit

import pytest
from static_host import serve


def test_the_copy_button_says_that_it_has_copied(tab, site):
    """Pointed at or reached by the keyboard it is seen; then the page says so, also to a screen reader."""
    tab.goto(site)
    button = tab.locator(".copy").first
    assert button.evaluate("button => getComputedStyle(button).opacity") == "0"
    tab.locator(".highlight").first.hover()
    assert button.evaluate("button => getComputedStyle(button).opacity") == "1"
    tab.mouse.move(0, 0)
    button.focus()
    assert button.evaluate("button => getComputedStyle(button).opacity") == "1"
    button.press("Enter")
    tab.locator("[role=status].md-dialog--active", has_text="Copied").wait_for()


def test_where_a_script_may_not_copy_the_code_is_selected(tab, site):
    """As over plain http, where browsers keep the clipboard from scripts: then one key copies it."""
    tab.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.goto(site)
    tab.locator(".copy").first.evaluate("button => button.click()")
    assert tab.evaluate("getSelection().toString()").lstrip("> ").startswith("from rnn_notes import lecture")


def test_a_page_is_copied_as_markdown(tab, site, built_site):
    """By the keyboard; what is copied is the file that the link beside the button shows, and the page says so."""
    tab.goto(site + "lecture/sigmoid/")
    tab.locator(".copy-page").press("Enter")
    tab.locator("[role=status].md-dialog--active", has_text="Copied").wait_for()
    text = (built_site / "lecture/sigmoid/index.html.md").read_text(encoding="utf-8")
    assert tab.evaluate("navigator.clipboard.readText()") == text
    tab.locator(".page-actions a", has_text="Markdown").click()
    tab.wait_for_url("**/lecture/sigmoid/index.html.md")
    assert tab.locator("pre").inner_text().strip() == text.strip()


def test_where_a_script_may_not_copy_the_markdown_is_shown(tab, site):
    """One key copies it there."""
    tab.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.goto(site + "lecture/sigmoid/")
    tab.locator(".copy-page").click()
    tab.wait_for_url("**/lecture/sigmoid/index.html.md")


def test_the_reader_chooses_the_colours(tab, site):
    """By mouse or keyboard, in turn: as the system has them, light, dark; the choice holds on the next page."""
    colours, body = tab.locator(".colours"), tab.locator("body")
    tab.goto(site)
    for name, scheme in (("as on your system", "default"), ("light", "default"), ("dark", "slate")):
        assert colours.get_attribute("aria-label") == colours.get_attribute("title") == f"Colours: {name}"
        assert body.get_attribute("data-md-color-scheme") == scheme
        if name != "dark":
            colours.press("Enter")
    tab.goto(site + "lecture/memory/")
    assert body.get_attribute("data-md-color-scheme") == "slate"
    assert tab.evaluate("document.querySelector('meta[name=theme-color]').content") == "#17191c"
    assert tab.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    tab.emulate_media(color_scheme="dark")
    colours.click()
    assert (colours.get_attribute("title"), body.get_attribute("data-md-color-scheme")) == (
        "Colours: as on your system",
        "slate",
    )


def test_where_the_system_forces_its_colours_the_page_has_no_choice(browser, site):
    """Else its figures would be dark on black: the page follows the system, and offers nothing else."""
    with browser.new_context(color_scheme="dark", forced_colors="active") as window:
        tab = window.new_page()
        tab.add_init_script("localStorage.setItem('rnn-notes-colours', 1)")
        tab.goto(site)
        assert tab.locator("body").get_attribute("data-md-color-scheme") == "slate"
        assert not tab.locator(".colours").is_visible()
        tab.emulate_media(color_scheme="dark", forced_colors="none")
        tab.locator("body[data-md-color-scheme=default]").wait_for()
        assert tab.locator(".colours").is_visible()


@pytest.mark.parametrize("path", ["missing", "lecture/missing/", "a/b/c?x#y"])
def test_a_copy_of_the_site_elsewhere_has_its_404_page(context, built_site, tmp_path, path):
    """At any depth its style sheets, scripts and links are those of the copy, though it was built for another path."""
    (tmp_path / "elsewhere").symlink_to(built_site)
    tab = context.new_page()
    with serve(tmp_path / "elsewhere") as address:
        tab.goto(address + path)
        tab.locator(".md-search__input").press_sequentially("vanishing")  # which asks all scripts
        tab.locator(".md-search-result__link").first.wait_for()
        assert tab.evaluate("getComputedStyle(document.body).getPropertyValue('--rnn-ink')")
        named = tab.evaluate("[...document.querySelectorAll('[href], [src]')].map(part => part.href || part.src)")
        assert not [each for each in named if str(each).startswith(urljoin(address, "/rnn_notes/"))]
        assert tab.locator("article a", has_text="home page").evaluate("link => link.href") == address
    tab.close()


def test_no_page_is_first_seen_in_other_colours(tab, site):
    """Where the system is dark, the page is dark before its text is there, and before the theme's script runs."""
    tab.emulate_media(color_scheme="dark")
    tab.route("**/bundle.*.js", lambda route: route.fulfill(body=""))
    tab.add_init_script("""new MutationObserver((_, observer) => {
        if (!document.querySelector("article")) return;
        window.firstSeen = document.body.dataset.mdColorScheme;
        observer.disconnect();
    }).observe(document, {childList: true, subtree: true})""")
    tab.goto(site)
    assert tab.evaluate("firstSeen") == "slate"


def test_a_copied_formula_is_latex(tab, site):
    """A click on a formula selects it, and copying gives its source."""
    tab.goto(site + "lecture/sigmoid/")
    tab.locator(".display mjx-math").first.click()
    assert tab.evaluate("getSelection().toString()").strip() == r"$$\sigma(x) = \frac{1}{1 + e^{-x}}$$"


@pytest.mark.parametrize(
    ("words", "title", "path"),
    [
        ("feed-forward", "From feed-forward to recurrent", "lecture/unrolling/"),
        ("vanishing gradient", "Vanishing and exploding gradients", "learning/gradients/"),
        ("BPTT", "Backpropagation through time", "learning/bptt/"),
    ],
)
def test_the_search_finds_a_chapter_and_the_link_leads_there(tab, site, words, title, path):
    """Typed words find a chapter, and its link leads there."""
    tab.goto(site)
    tab.locator(".md-search__input").press_sequentially(words)
    tab.locator(".md-search-result__link", has_text=title).first.click()
    tab.wait_for_url(f"**/{path}**")
    tab.get_by_role("heading", level=1, name=title).wait_for()


def test_the_search_tries_again_after_a_failure(context, site):
    """The words of the site are fetched with the first letter; if that fails, with the next one."""
    tab, asked = context.new_page(), []

    def once(route):
        asked.append(route.request.url)
        route.abort() if len(asked) == 1 else route.continue_()

    context.route("**/words.json", once)
    tab.goto(site)
    search = tab.locator(".md-search__input")
    search.press_sequentially("vanishing")
    search.press_sequentially(" gradient")
    tab.locator(".md-search-result__link").first.wait_for()
    context.unroute("**/words.json")
    tab.close()
    assert len(asked) == 2


@pytest.fixture
def published(context, built_site):
    """The address at which the site is published, answered from the folder it was built in."""
    address = "https://rnn-notes.github.io/rnn_notes/"

    def answer(route):
        path = built_site / urlsplit(route.request.url).path.removeprefix("/rnn_notes/")
        path = path / "index.html" if path.is_dir() else path
        route.fulfill(path=path) if path.is_file() else route.fulfill(status=404)

    context.route(f"{address}**", answer)
    yield address
    context.unroute(f"{address}**")


def test_instant_navigation_keeps_everything_working(context, published):
    """From chapter to chapter without a new document: widgets live, formulas have their glyphs, code can be copied."""
    tab, complaints = context.new_page(), []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    with tab.expect_response("**/sitemap.xml"):  # only then does the theme know the other pages
        tab.goto(f"{published}lecture/memory/")
    tab.evaluate("document.documentElement.dataset.first = 'yes'")
    for title, path, widget in (
        ("From feed-forward to recurrent", "lecture/unrolling/", None),
        ("The forward pass", "lecture/forward-pass/", "rnn-unrolled"),
        ("The sigmoid and its derivative", "lecture/sigmoid/", "rnn-sigmoid"),
    ):
        tab.locator(f".md-nav--primary a[href$='{path}']").first.evaluate("link => link.click()")
        tab.get_by_role("heading", level=1, name=title).wait_for()
        assert tab.url == published + path
        assert tab.evaluate("document.documentElement.dataset.first") == "yes"
        if widget:
            tab.locator(f"{widget} svg text").first.wait_for(state="attached")
        for formula in tab.locator("mjx-container[display]").all()[:1]:
            formula.scroll_into_view_if_needed()
            assert formula.locator("mjx-c").first.bounding_box()["height"] > 0
        tab.evaluate("navigator.clipboard.writeText('')")
        tab.locator(".copy").first.evaluate("button => button.click()")
        assert tab.evaluate("navigator.clipboard.readText()")
        tab.locator(".copy-page").click()
        tab.locator("[role=status].md-dialog--active", has_text="Copied").wait_for()
        assert tab.evaluate(COPIED, f"# {title}\n")
    tab.go_back()
    tab.get_by_role("heading", level=1, name="The forward pass").wait_for()
    tab.close()
    assert not complaints


def test_a_badge_says_what_was_checked_and_leads_to_the_explanation(tab, site):
    """With the keyboard: the badge has a name, shows it while it has the focus, and its link works."""
    tab.goto(site + "lecture/sigmoid/")
    badge, note = tab.locator(".display .badge").first, tab.locator(".badge-note")
    tab.keyboard.press("Tab")  # else the browser takes the focus for the mouse's
    badge.focus()
    assert note.inner_text() == badge.get_attribute("aria-label") == badge.get_attribute("title")
    tab.keyboard.press("Escape")
    assert not note.is_visible()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/reference/how-it-is-checked/")


def test_a_long_formula_scrolls_in_its_own_box(tab, site):
    """On the phone the derivation is wider than the window, and the keyboard can scroll it from its badge."""
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(site + "lecture/sigmoid/")
    wide = tab.locator(".display", has_text=r"\begin{aligned}").first
    wide.locator(".badge").focus()
    assert wide.evaluate("box => box.scrollWidth > box.clientWidth + 100")
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    assert wide.evaluate(SCROLLED)


def test_a_number_leaves_its_formula_in_the_middle(tab, site):
    """On the desktop, formulas with a number and without are aligned, their ticks as well."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(site + "learning/bptt/")
    displays = [tab.locator(f"article > .display{kind}").first for kind in (":has(.number)", ":not(:has(.number))")]
    for part in ("mjx-math", ".badge"):
        boxes = [display.locator(part).bounding_box() for display in displays]
        middles = [box["x"] + box["width"] / 2 for box in boxes]
        assert abs(middles[0] - middles[1]) < 1


# The policy of the pages forbids what Playwright's own waiting would do: evaluate a string.
SCROLLED = """async box => {
    for (let frames = 0; box.scrollLeft <= 50 && frames < 300; frames++) await new Promise(requestAnimationFrame);
    return box.scrollLeft > 50;
}"""

COPIED = """async start => {
    const copied = async () => (await navigator.clipboard.readText()).startsWith(start);
    for (let frames = 0; !await copied() && frames < 300; frames++) await new Promise(requestAnimationFrame);
    return await copied();
}"""
