"""Every page judged by axe-core, by the rules of WCAG 2.2 AA, in both themes and at three widths."""

from importlib.resources import files

import pytest
from addresses import SOURCES, address

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# What is judged once need not be judged again, and most of the time goes into contrast: pictures have a name, formulas
# have MathML, and what they are drawn of no screen reader sees; words of one kind in blocks of code have one colour.
THIN = """() => {
    document.querySelectorAll('[role=img] > svg, mjx-math').forEach(part => part.replaceChildren())
    const seen = new Set()
    for (const word of document.querySelectorAll('pre span')) {
        const block = word.closest('[class*=language-]')
        const kind = [word.className, word.parentElement.className, block?.className].join()
        if (seen.has(kind)) word.dataset.seen = ''
        seen.add(kind)
    }
}"""

RUN = """options => axe.run({exclude: ['[data-seen]']}, {...options, resultTypes: ['violations']})
    .then(result => result.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)))"""

# The theme lets the keyboard reach a block of code once it has seen that the block is too wide.
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

OPTIONS = {"runOnly": RULES, "rules": {"aria-dialog-name": {"enabled": True}}}
LOOKS = [("light", 390), ("dark", 768), ("light", 1280), ("dark", 390)]  # colours hardly depend on the width


@pytest.mark.parametrize("at", [*map(address, SOURCES), "404.html"])
def test_axe_finds_nothing(tab, site, at):
    """No rule of WCAG 2.2 AA that a machine can judge is broken, whatever the theme and the window."""
    tab.goto(site + at)
    tab.evaluate(THIN)
    tab.add_style_tag(content="* { content-visibility: visible !important }")  # or axe would pass over it
    tab.evaluate(AXE)
    for scheme, width in LOOKS:
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours change at once
        tab.locator(f"body[data-md-color-scheme={'slate' if scheme == 'dark' else 'default'}]").wait_for()
        tab.set_viewport_size({"width": width, "height": 1800})  # the navigation fits, so no link of it is cut
        tab.evaluate(SETTLED)
        assert not tab.evaluate(RUN, OPTIONS), (scheme, width)
