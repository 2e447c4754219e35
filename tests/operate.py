"""What the tests of widgets share: what a reader does with one, and what it says of itself."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from rnn_notes.web import widgets

WIDGETS = sorted(set(widgets.WIDGETS) - set(widgets.ELEMENTS))
PHONE = {"width": 390, "height": 800}
EXACT = {"rtol": 0, "atol": 1e-9}


def number(value: float, digits: int = 3) -> str:
    """A number as the pages print it."""
    return f"{value:.{digits}f}".replace("-", "−")


def live(tab: Page, script: str) -> Any:
    """The value of a JavaScript expression in which ``widget`` is the element."""
    return tab.evaluate(f"(() => {{ const widget = document.querySelector('main > *'); return {script} }})()")


def slide(tab: Page, name: str, presses: int) -> None:
    """Moves a slider with the keyboard: that many presses of the right arrow key, or of the left one if negative."""
    tab.locator(f"input[name={name}]").focus()
    for _ in range(abs(presses)):
        tab.keyboard.press("ArrowRight" if presses > 0 else "ArrowLeft")


def drag(tab: Page, points: Sequence[tuple[float, float]], touch: bool) -> None:
    """Presses at the first point, moves over the others, and lets go."""
    if not touch:
        tab.mouse.move(*points[0])
        tab.mouse.down()
        for point in points[1:]:
            tab.mouse.move(*point)
        tab.mouse.up()
        return
    protocol = tab.context.new_cdp_session(tab)
    for kind, point in zip(["touchStart"] + ["touchMove"] * (len(points) - 1), points, strict=True):
        finger = [{"x": point[0], "y": point[1]}]
        protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": finger})
    protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def still(tab: Page) -> None:
    """Stops the clock of a page: only clock.run_for moves it."""
    tab.clock.install(time=0)
    tab.clock.pause_at(1000)
