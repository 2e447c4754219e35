"""Every page in a real browser: light and dark, wide and narrow, nothing in the console, nothing from elsewhere."""

from urllib.parse import urlsplit

import pytest

from rnn_notes import pages

WIDTHS = (390, 768, 1280)


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
                    '.display, pre, .output, .scroll, [role=img], mjx-container');
            }).map(element => element.outerHTML.slice(0, 200))"""
        )
        assert not outside


TYPED = {"python": None, "pycon": (">>> ", "... "), "console": ("$ ",)}  # what stands before a line that one types
CODE = [
    path
    for path in SOURCES
    if path.suffix == ".md"  # the cells of a notebook become the same kind of block
    and any(fence.language in TYPED for fence in pages.read(path).fences)
]


@pytest.mark.parametrize("source", CODE, ids=address)
def test_the_copy_button_yields_code_that_runs(tab, site, source):
    """All code of a page, copied block by block by its buttons, is as one types it, without prompts and output."""
    tab.goto(site + address(source))
    fences = [fence for fence in pages.read(source).fences if fence.language in TYPED]
    blocks = tab.locator(", ".join(f".language-{language}.highlight" for language in TYPED))
    assert blocks.count() == len(fences)
    tab.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    for number, fence in enumerate(fences):
        blocks.nth(number).locator(".copy").evaluate("button => button.click()")
        copied = tab.evaluate("navigator.clipboard.readText()")
        assert copied == typed(fence), f"{source}:{fence.line}"


def typed(fence):
    """What a reader would type of a fence, who knows what a prompt is."""
    prompts = TYPED[fence.language]
    if not prompts:
        return fence.code.rstrip()
    lines = (f"{line} " if line == "..." else line for line in fence.code.splitlines())
    return "\n".join(line[len(prompts[0]) :] for line in lines if line.startswith(prompts))


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
    """From chapter to chapter without a new document: pieces live, formulas have their glyphs, code can be copied."""
    tab, complaints = context.new_page(), []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{published}lecture/memory/", wait_until="networkidle")
    tab.evaluate("document.documentElement.dataset.first = 'yes'")
    for title, path, piece in (
        ("From feed-forward to recurrent", "lecture/unrolling/", None),
        ("The forward pass", "lecture/forward-pass/", "rnn-unrolled"),
        ("The sigmoid and its derivative", "lecture/sigmoid/", "rnn-sigmoid"),
    ):
        tab.locator(f".md-nav--primary a[href$='{path}']").first.evaluate("link => link.click()")
        tab.get_by_role("heading", level=1, name=title).wait_for()
        assert tab.url == published + path
        assert tab.evaluate("document.documentElement.dataset.first") == "yes"
        if piece:
            tab.locator(f"{piece} svg text").first.wait_for(state="attached")
        for formula in tab.locator("mjx-container[display]").all()[:1]:
            formula.scroll_into_view_if_needed()
            assert formula.locator("mjx-c").first.bounding_box()["height"] > 0
        tab.evaluate("navigator.clipboard.writeText('')")
        tab.locator(".copy").first.evaluate("button => button.click()")
        assert tab.evaluate("navigator.clipboard.readText()")
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
    """On the desktop, formulas with a number and without stand one below the other, their ticks as well."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(site + "learning/bptt/")
    displays = [tab.locator(f"article > .display{kind}").first for kind in (":has(.number)", ":not(:has(.number))")]
    for part in ("mjx-math", ".badge"):
        boxes = [display.locator(part).bounding_box() for display in displays]
        middles = [box["x"] + box["width"] / 2 for box in boxes]
        assert abs(middles[0] - middles[1]) < 1


FLAT = """() => [...document.querySelectorAll('mjx-container, .lines, [role=img] > svg')]
    .filter(part => !part.closest('details') && part.getBoundingClientRect().height < 5)
    .map(part => part.textContent)"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_page_needs_no_javascript(browser, site, source):
    """Without it there are the text, formulas, code and figures, and nothing to press that does nothing."""
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as window:
        tab = window.new_page()
        tab.goto(site + address(source))
        assert not tab.evaluate(FLAT)
        assert not tab.locator(":is(.copy, .colours, article button):visible").count()


PARTS = "mjx-container[display], .lines, [role=img] > svg"
ROOM = """parts => [...document.querySelectorAll(parts)].map(part => {
    const height = visibility => {
        part.style.contentVisibility = visibility;
        return part.getBoundingClientRect().height;
    };
    return [Math.abs(height('hidden') - height('visible')), part.textContent || part.outerHTML.slice(0, 200)];
})"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_what_is_out_of_sight_takes_the_room_that_it_will_need(tab, site, source):
    """Formulas, code and figures are laid out near the window only; what is below then moves by 6 pixels at most."""
    tab.goto(site + address(source))
    tab.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert not [part for difference, part in tab.evaluate(ROOM, PARTS) if difference > 6]


# The policy of the pages forbids what Playwright's own waiting would do: evaluate a string.
SCROLLED = """async box => {
    for (let frames = 0; box.scrollLeft <= 50 && frames < 300; frames++) await new Promise(requestAnimationFrame);
    return box.scrollLeft > 50;
}"""


PRINTED = """() => [...document.querySelectorAll(
    'header, .md-sidebar, footer, nav, button, .headerlink, .md-content__button, .md-top')]
    .filter(element => element.checkVisibility() && element.getBoundingClientRect().height > 0)
    .map(element => element.outerHTML.slice(0, 100))"""


CUT = """() => [...document.querySelectorAll('.display, .scroll, .output, pre > code')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => box.textContent.slice(0, 100))"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_on_paper_there_is_nothing_but_the_page(tab, site, source):
    """No navigation, no buttons; nothing is wider than it; no figure is cut by its end, nor higher than it."""
    tab.set_viewport_size({"width": 718, "height": 1047})  # A4 with margins of 1 cm, in CSS pixels
    tab.emulate_media(media="print")
    tab.goto(site + address(source))
    assert not tab.evaluate(PRINTED)
    assert not tab.evaluate(CUT)
    for figure in tab.locator("article figure").all():
        box = figure.bounding_box()
        assert figure.evaluate("figure => getComputedStyle(figure).breakInside") == "avoid"
        assert box["height"] < 1047
        assert box["x"] + box["width"] <= 718


SHIFT = """() => new Promise(resolve => {
    let total = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => total += entry.value))
        .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
})"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_first_visit_is_light_and_still(browser, site, sent, source):
    """At most 200 kB over the wire, 25 requests, and a layout shift of 0.00, on the phone."""
    sent.clear()
    with browser.new_context(viewport={"width": 390, "height": 800}) as window:
        tab = window.new_page()
        tab.goto(site + address(source), wait_until="networkidle")
        assert round(tab.evaluate(SHIFT), 2) == 0
    assert any("javascripts/workers" in path for path in sent)  # the last that a page asks for
    assert not any("words.json" in path for path in sent)  # that is for those who search
    assert len(sent) <= 25
    assert sum(sent.values()) <= 200e3
