"""Questions in a real browser: by the keyboard, one answer at a time, and without scripts."""

from playwright.sync_api import expect

CHAPTER = "learning/gradients/"


def test_an_answer_opens_by_the_keyboard_closes_the_others_and_counts_once(tab, site):
    """What was chosen first is what counts, and a line that a screen reader says keeps the score."""
    tab.goto(site + CHAPTER)
    question = tab.locator(".self-check").first
    assert tab.locator(".self-check-score").count() == 0
    question.locator(".right summary").focus()
    tab.keyboard.press("Enter")
    score = tab.get_by_role("status").filter(has_text="at the first try")
    score.wait_for()
    assert question.locator(".right p").is_visible()
    assert score.text_content() == "1 of 1 at the first try"
    wrong = tab.locator(".self-check").nth(1)
    wrong.locator(".wrong summary").first.click()
    wrong.locator(".right summary").click()
    assert wrong.locator("details[open]").count() == 1
    assert score.text_content() == "1 of 2 at the first try"


def test_a_question_is_named_by_its_words(tab, site):
    """A screen reader says the question with the group of its answers."""
    tab.goto(site + CHAPTER)
    assert tab.get_by_role("group", name="must the gradient explode").count() == 1


def test_answers_unfold_without_scripts(browser, site):
    """Nothing but the score is missing."""
    with browser.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(site + CHAPTER)
        question = tab.locator(".self-check").first
        question.locator(".right summary").click()
        assert question.locator(".right p").is_visible()
        assert tab.locator(".self-check-score").count() == 0


def test_an_answer_that_is_opened_before_the_script_has_come_is_the_first_try(tab, site):
    """On a slow connection: else the next answer would be taken for the first."""
    held = []
    tab.route("**/self-checks.js", lambda route: held.append(route))
    tab.goto(site + CHAPTER, wait_until="commit")
    question = tab.locator(".self-check").first
    question.locator(".wrong summary").first.click()
    held[0].continue_()
    expect(tab.locator(".self-check-score")).to_have_text("0 of 1 at the first try")
    question.locator(".right summary").click()
    expect(tab.locator(".self-check-score")).to_have_text("0 of 1 at the first try")
