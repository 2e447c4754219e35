"""What a reader does with the blocks of a page: runs them, writes into them, waits for them; and how a page moves."""

import re

from playwright.sync_api import Locator, Page, expect

MILLISECONDS = 300_000  # for what loads Python, or trains, on a slow machine: only a fault waits so long
ENDS = ("same", "ran", "differs", "wrong", "raised", "cut", "stopped", "failed")  # the states of a block that has run
DONE = re.compile(f"^({'|'.join(ENDS)})$")


SHIFT = """() => new Promise(resolve => {
    let total = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => total += entry.value))
        .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
})"""
"""How far what a page shows has moved by itself so far."""


def visit(tab: Page, address: str) -> None:
    """Go to another page of the site as a reader does, by a link, so that Python stays; edits made there are undone."""
    if tab.url != address:
        tab.evaluate(
            """href => {
                document.querySelector("article").dataset.left = "";
                const link = Object.assign(document.createElement("a"), { href });
                document.querySelector("article").append(link);
                link.click();
            }""",
            address,
        )
        expect(tab.locator("article[data-left]")).to_have_count(0, timeout=MILLISECONDS)
        assert tab.url == address
    tab.evaluate(
        """() => [...document.querySelectorAll(".live .edit")]
            .filter(edit => edit.textContent === "Reset").forEach(edit => edit.click())"""
    )


def block(tab: Page, number: int) -> Locator:
    """The block of that number on the page, from 0."""
    return tab.locator("[data-live]").nth(number)


def wait(tab: Page) -> None:
    """Until nothing runs any more."""
    expect(tab.locator(".live button", has_text="Stop")).to_have_count(0, timeout=MILLISECONDS)


def wait_for(tab: Page, box: Locator) -> None:
    """Until a block has run and all those above it, however long that takes, as long as one after the other ends."""
    ended = tab.locator(", ".join(f"[data-state={state}]" for state in ENDS))
    count = ended.count()
    while not DONE.match(box.get_attribute("data-state") or ""):
        expect(ended).not_to_have_count(count, timeout=MILLISECONDS)
        count = ended.count()


def write(tab: Page, number: int, code: str) -> Locator:
    """Write code into a block and run it with the keyboard."""
    box = begin(tab, number, code)
    wait(tab)
    return box


def begin(tab: Page, number: int, code: str) -> Locator:
    """The same, without waiting for its end."""
    box = block(tab, number)
    if box.locator("[role=textbox]").count() == 0:
        box.locator(".edit").dispatch_event("click")
    box.locator("[role=textbox]").fill(code)
    box.locator("[role=textbox]").press("Control+Enter")
    return box


def status(box: Locator) -> Locator:
    """The line that says what came of a block."""
    return box.locator(".live-status")
