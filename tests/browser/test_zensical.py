"""What Zensical has built, in a browser: ``make builders`` gives the site, and without it these tests are left out."""

import pytest
from addresses import SOURCES, address


@pytest.fixture(scope="module", autouse=True)
def by_zensical(request):
    """Skip, unless the site that is looked at is one of Zensical's."""
    given = request.config.getoption("site")
    if given is None or not (given / "search.json").is_file():
        pytest.skip("no site of Zensical is given: make builders builds it, and runs these tests on it")


WHOLE = """async () => {
    await document.fonts.ready;
    const dead = [...document.querySelectorAll('*')].filter(e => e.localName.startsWith('rnn-') && !e.shadowRoot);
    const flat = [...document.querySelectorAll('article :is(mjx-container, [role=img] > svg)')]
        .filter(part => !part.closest('details') && part.checkVisibility() && part.getBoundingClientRect().height < 5);
    const bad = [...document.querySelectorAll('.fails, .refused, mjx-merror')];
    const bare = [...document.querySelectorAll('.display:not(.copied)')].filter(e => !e.querySelector('.badge'));
    return [...dead, ...flat, ...bad, ...bare].map(element => element.outerHTML.slice(0, 200));
}"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_page_is_whole(tab, site, source):
    """Formulas and figures have their size, displays a badge, and widgets live; no console has a word to say."""
    tab.goto(site + address(source), wait_until="load")
    assert tab.evaluate(WHOLE) == []


FOUND = {  # what is typed, and where the first or the second result leads
    "vanishing gradient": "learning/gradients/",
    "nan loss": "learning/debugging/",  # a word of docs/keywords.toml
    "tanh(a_t)": "lecture/forward-pass/",  # a formula, as a keyboard has it
}


@pytest.mark.parametrize("typed", FOUND)
def test_the_search_finds_words_keywords_and_formulas(tab, site, typed):
    """And a result leads to its section."""
    tab.goto(site)
    tab.locator(".md-search__button").click()
    tab.get_by_role("combobox").press_sequentially(typed)
    results, wanted = tab.locator("li a[href*='?h=']"), tab.locator(f"a[href*='{FOUND[typed]}']")
    found = results.nth(0).and_(wanted).or_(results.nth(1).and_(wanted)).first
    found.wait_for()  # in the order of all that is typed: that of its beginning comes before
    found.evaluate("link => link.click()")  # Playwright takes the dialog, whose child it is, for something above it
    tab.wait_for_url(f"**/{FOUND[typed]}*")
