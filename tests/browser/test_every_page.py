"""Every page in a real browser, opened once: in all colours and widths, on paper, for everyone, and without scripts.

A page is loaded as on a first visit, with nothing in the cache; then colours, width and medium change, and in each look
the claims that may depend on it are checked against it.

It is long because a page is opened once, and all that is asked of it is in the order in which it is asked.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from addresses import SOURCES, address
from playwright.sync_api import Page
from reader import SHIFT

from rnn_notes import pages

PHONE = {"width": 390, "height": 800}
ADDRESSES = {**{address(source): source for source in SOURCES}, "404.html": None}
EVERY_PAGE = pytest.mark.parametrize("at", ADDRESSES)


@dataclass(frozen=True)
class Look:
    """How a page is shown."""

    colours: str = "light"
    width: int = 390
    height: int = 800
    medium: str = "screen"
    forced: bool = False  # whether the system has few colours, of high contrast, that a page must keep to

    def __str__(self) -> str:
        return f"({'forced ' * self.forced}{self.colours}, {self.width} px, {self.medium})"


@dataclass
class Visit:
    """A page that is open in a window of its own, its source if it has one, and what the server has sent for it."""

    tab: Page
    source: Path | None
    sent: dict[str, int]
    look: Look = Look()

    def show(self, look: Look) -> None:
        """Change the look of the page, and wait until it has changed."""
        self.look = look
        self.tab.set_viewport_size({"width": look.width, "height": look.height})
        self.tab.emulate_media(
            media=look.medium,
            color_scheme=look.colours,
            forced_colors="active" if look.forced else "none",
            reduced_motion="reduce",  # colours at once
        )
        self.tab.evaluate(SETTLED)


# The theme lets the keyboard reach a block of code once it has seen that the block is too wide.
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@EVERY_PAGE
def test_a_page_keeps_every_promise(browser, site, sent, watch, at):
    """Each claim below holds; the message names those that do not, and what is wrong in which look."""
    sent.clear()
    with browser.new_context(viewport=PHONE, permissions=["clipboard-read", "clipboard-write"]) as window:
        tab = window.new_page()
        complaints = watch(tab)
        with tab.expect_event("worker"):  # the last that a page asks for
            tab.goto(site + at, wait_until="networkidle")
        visit, faults = Visit(tab, ADDRESSES[at], sent.copy()), []
        for step in (*STEPS, *in_turn(at)):
            if isinstance(step, Look):
                visit.show(step)
            else:
                faults += [f"{step.__doc__} {visit.look}: {fault}" for fault in step(visit) or ()]
    faults += [f"It complains of nothing. {complaint}" for complaint in complaints]
    assert not faults, "\n".join(faults)


def is_still(visit):
    """While it loads, nothing moves."""
    if shift := round(visit.tab.evaluate(SHIFT), 2):
        yield f"layout shift of {shift}"


def is_light(visit):
    """A first visit takes at most 200 kB over the wire and 25 requests, and nothing that only those who search need."""
    if not any("javascripts/workers" in path for path in visit.sent):
        yield "not all has been counted"
    if any("words.json" in path for path in visit.sent):
        yield "words.json"
    if len(visit.sent) > 25 or sum(visit.sent.values()) > 200e3:
        yield f"{sum(visit.sent.values())} bytes in {len(visit.sent)} requests: {sorted(visit.sent)}"


def unfold(visit):
    """What is folded away is looked at too."""
    visit.tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def has_the_colours_of_the_system(visit):
    """Its colours are light or dark as those of the system are."""
    found = visit.tab.evaluate("document.body.dataset.mdColorScheme")
    if found != {"light": "default", "dark": "slate"}[visit.look.colours]:
        yield found


def fits_the_window(visit):
    """It does not scroll sideways."""
    yield from visit.tab.evaluate(OUTSIDE)


OUTSIDE = """() => [
    ...document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth} px wide`] : [],
    ...[...document.querySelectorAll('article *')].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.right > innerWidth + 1 && !element.closest(
            '.display, pre, .output, .scroll, [role=img], mjx-container');
    }).map(element => element.outerHTML.slice(0, 200)),
]"""


def keeps_room_for_what_is_out_of_sight(visit):
    """Formulas, code and figures are laid out near the window only; what is below then moves by 6 pixels at most."""
    yield from visit.tab.evaluate(MOVED)


# A browser remembers how large a part was when it was last seen; it is asked for what it is told of parts not seen yet.
MOVED = """() => {
    const parts = [...document.querySelectorAll('mjx-container[display], .lines, [role=img] > svg')];
    const styles = parts.map(part => part.getAttribute('style'));
    const rooms = parts.map(part => getComputedStyle(part).containIntrinsicSize.replaceAll('auto ', ''));
    parts.forEach((part, k) => {
        part.style.containIntrinsicSize = rooms[k];
        part.style.contentVisibility = 'hidden';
    });
    const hidden = parts.map(part => part.getBoundingClientRect().height);
    parts.forEach((part, k) => {
        part.setAttribute('style', styles[k] ?? '');
        part.style.contentVisibility = 'visible';
    });
    const seen = parts.map(part => part.getBoundingClientRect().height);
    return parts.filter((_, k) => Math.abs(hidden[k] - seen[k]) > 6)
        .map(part => part.textContent || part.outerHTML.slice(0, 200));
}"""


def copies_code_as_it_is_typed(visit):
    """The button of each block of code copies what one types, without prompts and output."""
    if visit.source is None or visit.source.suffix != ".md":  # the cells of a notebook become the same kind of block
        return
    fences = [fence for fence in pages.read(visit.source).fences if fence.language in TYPED]
    kinds = ", ".join(f".language-{language}.highlight" for language in TYPED)
    copied = visit.tab.evaluate(COPY, kinds) if fences else []
    if len(copied) != len(fences):
        yield f"{len(copied)} blocks, but {len(fences)} in the source"
    for fence, text in zip(fences, copied, strict=False):
        if text != typed(fence):
            yield f"{visit.source}:{fence.line}: {text}"


TYPED = {"python": None, "pycon": (">>> ", "... "), "console": ("$ ",)}  # what comes before a line that one types
COPY = """async kinds => {
    const copied = [];
    for (const block of document.querySelectorAll(kinds)) {
        block.querySelector('.copy').click();
        copied.push(await navigator.clipboard.readText());
    }
    return copied;
}"""


def typed(fence):
    """What a reader would type of a fence, who knows what a prompt is."""
    prompts = TYPED[fence.language]
    if not prompts:
        return fence.code.rstrip()
    lines = (f"{line} " if line == "..." else line for line in fence.code.splitlines())
    return "\n".join(line[len(prompts[0]) :] for line in lines if line.startswith(prompts))


def is_alone_on_paper(visit):
    """In print there is no navigation and no button, nothing is wider than the paper, and no figure is cut."""
    yield from visit.tab.evaluate(PRINTED)


PRINTED = """() => [
    ...[...document.querySelectorAll(
        'header, .md-sidebar, footer, nav, button, .headerlink, .md-content__button, .md-top')]
        .filter(element => element.checkVisibility() && element.getBoundingClientRect().height > 0)
        .map(element => `printed: ${element.outerHTML.slice(0, 100)}`),
    ...[...document.querySelectorAll('.display, .scroll, .output, pre > code')]
        .filter(box => box.scrollWidth > box.clientWidth + 1)
        .map(box => `too wide: ${box.textContent.slice(0, 100)}`),
    ...[...document.querySelectorAll('article figure')]
        .filter(figure => {
            const box = figure.getBoundingClientRect();
            return getComputedStyle(figure).breakInside !== 'avoid' || box.height >= 1047 || box.right > 718;
        })
        .map(figure => `cut: ${figure.textContent.slice(0, 100)}`),
]"""


def take_apart(visit):
    """What axe-core need not look at again is taken out of the page, and the rest is laid out."""
    visit.tab.evaluate(THIN)
    visit.tab.add_style_tag(content="* { content-visibility: visible !important }")  # or axe would pass over it
    visit.tab.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))


# Pictures and formulas have a name, and what they are drawn of no screen reader sees; formulas within a line are alike,
# and words of one kind in blocks of code have one colour.
THIN = """() => {
    [...document.querySelectorAll('.maths')].slice(2).forEach(formula => formula.replaceWith('formula'));
    document.querySelectorAll('[role=img] > svg, mjx-math, math').forEach(part => part.replaceChildren());
    const seen = new Set();
    for (const word of document.querySelectorAll('pre span:not([id], :has(*))')) {
        const block = word.closest('[class*=language-]');
        const kind = [word.className, word.parentElement.className, block?.className].join();
        if (seen.has(kind)) word.replaceWith(...word.childNodes);
        seen.add(kind);
    }
}"""


def is_for_everyone(visit):
    """No rule of WCAG 2.2 AA that axe-core can judge is broken."""
    yield from judge(visit, "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def can_be_read_and_used(visit):
    """Colours, sizes and places of words, links and boxes keep the rules of WCAG 2.2 AA."""
    yield from judge(visit, "color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")


def judge(visit, *rules):
    """What axe-core finds by these rules."""
    return visit.tab.evaluate(JUDGE, {"runOnly": rules, "rules": {"aria-dialog-name": {"enabled": True}}})


# Most of the time would go into contrast. It is judged for the first words in sight of all that have the same colour
# and size, and the same behind them.
JUDGE = """async options => {
    const layers = new Map(), seen = new Set();
    const behind = element => {
        if (!element) return '';
        if (!layers.has(element)) {
            const {backgroundColor, backgroundImage, opacity, filter, position} = getComputedStyle(element);
            const own = [backgroundColor, backgroundImage, opacity, filter, position];
            layers.set(element, `${behind(element.parentElement)} / ${own}`);
        }
        return layers.get(element);
    };
    document.querySelectorAll('[data-first]').forEach(element => delete element.dataset.first);
    for (const element of document.body.querySelectorAll('*')) {
        if (![...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
        const {x, right, width, height} = element.getBoundingClientRect();
        if (width < 3 || height < 3 || x >= innerWidth || right <= 0) continue;
        if (!element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        const {color, fontSize, fontWeight, textShadow} = getComputedStyle(element);
        const kind = [behind(element), color, fontSize, fontWeight, textShadow].join(' / ');
        if (!seen.has(kind)) element.dataset.first = '';
        seen.add(kind);
    }
    axe.configure({rules: [{id: 'color-contrast', selector: '[data-first], input'}]});
    const {violations} = await axe.run({...options, resultTypes: ['violations'], preload: false});
    return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`));
}"""


def shows_its_words_in_figures(visit):
    """The words in its figures, which are drawn, have a contrast of 4.5 to the background of the system."""
    if visit.tab.locator("article [role=img] > svg").count() and not visit.tab.locator(LETTERS).count():
        yield "no words are found in the figures"
    yield from visit.tab.evaluate(FAINT, LETTERS)


LETTERS = "article [role=img] > svg use[*|href^='#glyph']"
FAINT = """letters => {
    const probe = document.body.appendChild(document.createElement('p'));
    const light = colour => {
        probe.style.cssText = `forced-color-adjust: none; color: ${colour}`;
        const shown = getComputedStyle(probe).color, most = shown.startsWith('rgb') ? 255 : 1;
        const parts = shown.match(/[\\d.]+/g).slice(0, 3).map(part => part / most)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const paper = light('Canvas'), faint = new Set();
    for (const letter of document.querySelectorAll(letters)) {
        const {fill} = getComputedStyle(letter), ink = light(fill);
        if ((Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) < 4.5)
            faint.add(`${letter.closest('figure')?.id ?? 'a figure of a notebook'}: ${fill}`);
    }
    probe.remove();
    return [...faint];
}"""

TALL = 1800  # the navigation fits, so no link of it is cut
STEPS = (
    *(is_still, is_light, copies_code_as_it_is_typed, unfold),
    *(Look("light", 320, 256), fits_the_window),  # a window of 1280 px, seen at 400 %
    *(Look("light", 390), has_the_colours_of_the_system, fits_the_window, keeps_room_for_what_is_out_of_sight),
    *(Look("light", 768), fits_the_window),
    *(Look("light", 1280), fits_the_window, keeps_room_for_what_is_out_of_sight),
    *(Look("light", 718, 1047, "print"), is_alone_on_paper),  # A4 with margins of 1 cm, in CSS pixels
)


def in_turn(at):
    """What takes long, in one look per page: what pages share is seen in all looks, and the rest is alike in them."""
    turn = list(ADDRESSES).index(at)
    yield from (Look(("dark", "light")[turn % 2], 1280, forced=True), shows_its_words_in_figures)
    yield take_apart
    yield from (Look("light", (390, 1280)[turn // 2 % 2], TALL), is_for_everyone)
    yield from (Look("dark", (1280, 768, 390)[turn % 3], TALL), fits_the_window, can_be_read_and_used)
    yield has_the_colours_of_the_system


@pytest.fixture(scope="module")
def window_without_scripts(browser):
    """A window on the phone in which no script runs."""
    with browser.new_context(java_script_enabled=False, viewport=PHONE) as window:
        yield window


@EVERY_PAGE
def test_a_page_needs_no_javascript(window_without_scripts, site, at):
    """Without it there are the text, formulas, code and figures, and nothing to press that does nothing."""
    tab = window_without_scripts.new_page()
    tab.goto(site + at)
    flat, dead = tab.evaluate(FLAT), tab.locator(":is(.copy, .colours, article button):visible").count()
    tab.close()
    assert not flat
    assert not dead


FLAT = """() => [...document.querySelectorAll('mjx-container, .lines, [role=img] > svg')]
    .filter(part => !part.closest('details') && part.getBoundingClientRect().height < 5)
    .map(part => part.textContent)"""
