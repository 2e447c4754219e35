"""Blocks that run in the page, in a real browser: what a reader can do with them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from reader import DONE, MILLISECONDS, begin, block, status, visit, wait, wait_for, write

from rnn_notes import pages

PAGES = [
    (path.relative_to(pages.DOCS).with_suffix("").as_posix() + "/").removesuffix("index/")
    for path in pages.all_pages()
    if path.suffix == ".ipynb"
    or any(f.language in ("python", "pycon") and 'title="not ' not in f.info for f in pages.read(path).fences)
] + ["reference/api/"]
TRAINING = (  # for minutes: tests/live/test_reader.py runs all their blocks in the same Python, and here the first do
    *("learning/gradients/", "learning/training/", "learning/debugging/", "uses/text/", "uses/text-again/"),
    *("beyond/attention/", "beyond/sequence-to-sequence/"),
)


@pytest.fixture
def page(live, site):
    """The page on the forward pass, as it is when one comes to it."""
    visit(live, f"{site}lecture/forward-pass/")
    return live


def test_nothing_is_loaded_before_the_first_use(tab, site, live_site):
    """The runtime and the script that uses it weigh nothing until a reader asks for them."""
    asked = []
    tab.on("request", lambda request: asked.append(request.url.rpartition("/live/")[2]))
    with tab.expect_event("worker"):  # the search's, which is the last that a page asks for
        tab.goto(f"{site}lecture/forward-pass/", wait_until="networkidle")
    assert {name for name in asked if "/" not in name} == {"bar.css", "start.js"}


@pytest.mark.parametrize("address", PAGES)
def test_the_last_run_of_a_page_prints_what_the_page_prints(live, site, address):
    """A click on the last Run runs all blocks above it; each that prints says that it is the same as printed."""
    visit(live, f"{site}{address}")
    blocks = live.locator("[data-live]:not([data-exercise])")
    number = 2 if address in TRAINING else blocks.count()
    last = blocks.nth(number - 1)
    last.locator(".run").dispatch_event("click")
    wait_for(live, last)
    states = live.eval_on_selector_all("[data-state]", "all => all.map(each => each.dataset.state)")
    assert set(states) <= {"same", "ran"}, states
    assert len(states) >= number


def test_a_change_shows_another_output_and_reset_brings_the_page_back(page):
    """An edited block says that it is changed, those below that they have not run with it; Reset undoes all of it."""
    block(page, 1).locator(".run").click()
    wait(page)
    expect(status(block(page, 1))).to_have_text("the same as printed")
    box = write(page, 0, "x = 1\nx + 1\n")
    expect(status(box)).to_have_text("ran, with your change")
    expect(box.locator(".live-output")).to_contain_text(">>> x + 1\n2")
    expect(box.locator("pre:not(.live-editor) code").first).to_be_hidden()
    expect(status(block(page, 1))).to_have_text("not yet run with the change")
    box.locator(".edit").click()
    expect(box.locator(".live-result")).to_have_count(0)
    expect(box.locator("pre code")).to_be_visible()


def test_what_differs_is_marked(page):
    """A block below a changed one shows what it prints now, and marks what is not as printed."""
    write(
        page,
        0,
        "from rnn_notes import lecture\nrnn, x = lecture.rnn, 2 * lecture.x\nreadout = lecture.readout\n",
    )
    box = block(page, 1)
    box.locator(".run").click()
    wait(page)
    expect(status(box)).to_have_text("differs from what is printed, since a block above is changed")
    expect(box.locator("mark").first).to_contain_text("array([")


def test_an_exception_says_its_last_line_first_with_the_line_of_the_code(page):
    """And a name that is not known is hinted to come from a changed block above."""
    write(page, 0, "x = 1\n")
    box = write(page, 1, "a = 1\nb = nosuch + a\n")
    expect(status(box)).to_have_text("NameError: name 'nosuch' is not defined (line 2)")
    expect(box.locator(".live-output p").first).to_contain_text("may come from a block above that you have changed")
    expect(box.locator("details pre")).to_contain_text("b = nosuch + a")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("import pandas", "In the page there are NumPy, SymPy, Matplotlib, tqdm and rnn_notes"),
        ("import numpy as np\nnp.array([1]) + 3_000_000_000", "write dtype=np.int64"),
        ("for x in [1]:\nprint(x)", "begin with four spaces"),
    ],
)
def test_the_commonest_errors_have_a_hint(page, code, hint):
    """Beside the last line of the error, what to do in this page."""
    box = write(page, 0, f"{code}\n")
    expect(box.locator(".live-output p").first).to_contain_text(hint)


def test_code_copied_with_prompts_and_printed_quotation_marks_runs(page):
    """What a reader copies from a book is read as it was meant."""
    box = write(page, 0, ">>> word = “ab”\n>>> word * 2\n'abab'\n")
    expect(box.locator(".live-output")).to_contain_text("'abab'")


def test_a_flood_of_output_is_cut(page):
    """After 20,000 characters, and the page continues."""
    box = write(page, 0, "while True: print('x' * 1000)\n")
    expect(status(box)).to_have_text("ended: too much output")
    assert len(box.locator(".live-output").text_content()) < 25_000


def test_a_block_waits_for_the_one_that_runs(page):
    """A click while another block runs is not lost."""
    begin(page, 0, "import time\ntime.sleep(1)\n")
    block(page, 2).locator(".run").click()
    expect(block(page, 2)).to_have_attribute("data-state", DONE, timeout=MILLISECONDS)


def test_an_exercise_has_a_cell_of_its_own_that_draws(page):
    """It knows the names of the page, shows its last value, and figures as pictures in the colours of the page."""
    number = page.locator("[data-live]").evaluate_all("all => all.findIndex(each => 'exercise' in each.dataset)")
    expect(block(page, number).locator(".run")).to_be_hidden()
    box = write(page, number, "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nrnn.W_xh.shape\n")
    expect(box.locator(".live-output pre").first).to_have_text("(3, 4)\n")
    expect(box.locator(".live-picture svg")).to_have_count(1)
    assert "var(--rnn-h" in box.locator(".live-picture").inner_html()
    assert not page.locator("details.success[open]").count()


def test_edits_and_python_survive_the_way_to_another_page_and_back(page, site):
    """By links and the back button, which load no new document."""
    page.evaluate("document.documentElement.dataset.first = ''")
    write(page, 0, "import random\nmine = random.random()\nmine\n")
    seen = block(page, 0).locator(".live-output").text_content()
    visit(page, f"{site}lecture/activation-functions/")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("The forward pass")
    assert page.evaluate("'first' in document.documentElement.dataset")
    expect(block(page, 0).locator("[role=textbox]")).to_have_text(re.compile("mine = "))
    assert write(page, 1, "mine\n").locator(".live-output").text_content().split()[-1] == seen.split()[-1]


def test_keys_in_a_block_do_not_turn_the_page_and_escape_leaves(page):
    """n and p are letters there; Tab indents; Escape goes to Run; the editor says so to a screen reader."""
    before = page.url
    box = block(page, 0)
    box.locator(".run").focus()
    page.keyboard.press("n")
    box.locator(".edit").press("Enter")
    editor = box.locator("[role=textbox]")
    expect(editor).to_be_focused()
    assert "Escape leaves" in editor.get_attribute("aria-label")
    editor.fill("")
    editor.press_sequentially("if 1:")
    editor.press("Enter")
    editor.press_sequentially("np")
    editor.press("Tab")
    assert editor.text_content().rstrip("\n") == "if 1:\n    np    "
    editor.press("Escape")
    expect(box.locator(".run")).to_be_focused()
    page.keyboard.press("p")
    assert page.url == before


def test_the_keyboard_alone_runs_a_block_and_it_is_heard_once(page):
    """Tab leads from Run to Edit; the live region says what came of the block."""
    box = block(page, 0)
    box.locator(".run").focus()
    page.keyboard.press("Tab")
    expect(box.locator(".edit")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    wait(page)
    expect(page.locator(".live-region")).to_have_text("block 1: the same as printed")


def test_a_formula_is_judged_by_the_checker_of_the_notes(live, site):
    """A right one and a wrong one, with the evidence, and how each was read; what is not understood, with its place."""
    visit(live, f"{site}reference/how-it-is-checked/")
    form = live.locator(".try-formula")
    form.locator(".judge").click()
    expect(form.locator(".live-status")).to_contain_text("Holds: proved", timeout=MILLISECONDS)
    form.locator("textarea").fill(r"h_t = \tanh(W_{xh} x_t + W_{hh} h_t + b_h)")
    form.locator("select").select_option("rnn")
    form.locator(".judge").click()
    expect(form.locator(".live-status")).to_contain_text("Does not hold", timeout=MILLISECONDS)
    expect(form.locator(".live-output")).to_contain_text("left")
    expect(form.locator(".live-output")).to_contain_text("h[t] = tanh(W[xh] * x[t] + W[hh] * h[t] + b[h])")
    form.locator("textarea").fill(r"h_t = \tanh a_t z")
    form.locator(".judge").click()
    expect(form.locator(".live-status")).to_have_text("Not understood (column 7)", timeout=MILLISECONDS)
    assert form.locator("textarea").evaluate("area => [area.selectionStart, area.selectionEnd]") == [6, 7]


def prove(live, site, latex):
    """The formula box, in which the checker has been asked to prove a formula."""
    visit(live, f"{site}reference/how-it-is-checked/")
    form = live.locator(".try-formula")
    form.locator("textarea").fill(latex)
    form.locator("select").select_option("chain")
    form.locator(".judge").click()
    return form


def test_what_has_been_imported_takes_no_room_as_a_file(live, site):
    """After a proof, no byte code and no library of a loaded module is kept in the memory of the tab a second time."""
    form = prove(live, site, "1 + 1 = 2")
    expect(form.locator(".live-status")).to_contain_text("Holds: proved", timeout=MILLISECONDS)
    worker = next(worker for worker in live.workers if worker.url.startswith("blob:"))
    assert worker.evaluate("python.runPython('len([*sys.modules]) > 500')")
    assert worker.evaluate(f"python.runPython({TWICE!r}).toJs()") == []


TWICE = """
[file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))
 and file.endswith((".pyc", ".so")) and os.path.exists(file)]"""


def test_a_proof_that_takes_too_long_ends_in_the_page_as_well(live, site):
    """After the five seconds of processor time that the checker has everywhere."""
    form = prove(live, site, "(a + b + c + u + v)^{60} = ((a + b + c)^2 + 2 (a + b + c) (u + v) + (u + v)^2)^{30}")
    expect(form.locator(".live-output")).to_contain_text("no proof is found in 5 seconds", timeout=MILLISECONDS)


def test_blocks_that_have_run_are_accessible(page):
    """After a run, an edit, an exception and a figure, axe finds nothing, in the light and in the dark."""
    write(page, 0, "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\n1\n")
    write(page, 1, "1 / 0\n")
    block(page, 2).locator(".run").click()
    wait(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours change at once
        found = Axe().run(page, "[data-live]", {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert not found.response["violations"], found.generate_report()
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_block_shows_makes_no_page_scroll_sideways(page, width):
    """Long lines scroll within their own box, on the phone as well."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    write(page, 0, "print('x' * 300)\n")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(before)
