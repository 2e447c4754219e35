"""The site, built once for all tests that look at it, as strictly as it is built for publication; what is quick."""

import gc
import os
from pathlib import Path

import pytest
import shared_site

from rnn_notes import cache

ROOT = Path(__file__).parents[1]
KEPT = cache.FOLDER  # before a test gives the cache another

READER = (  # files and beginnings of names: page after page as readers meet it, which takes long
    *("tests/live/test_reader.py", "tests/browser/test_live", "tests/browser/test_every_page.py"),
    *("tests/browser/test_offline.py", "tests/browser/test_whole.py", "tests/test_chapter_notebooks.py"),
)
ZENSICAL = ("tests/browser/test_zensical.py",)  # looks at a site that is given, by make builders
SLOW_FIXTURES = {"built_site", "browser", "opinions"}
SLOW = (  # folders and files whose tests start processes, judge hundreds of formulas, or train networks
    *("tests/browser/", "tests/live/", "tests/soundness/", "tests/test_mutants.py", "tests/test_first_minute.py"),
    *("tests/test_your_own_notes.py", "tests/test_finish.py", "tests/test_experiments.py", "tests/test_runner.py"),
    *("tests/test_notebooks.py", "tests/test_kept.py", "tests/test_any_site.py"),
    *("tests/test_install.py", "tests/test_figures.py", "tests/test_example.py", "tests/test_leftovers.py"),
    *("tests/checks/test_evaluate.py", "tests/checks/test_attack.py", "tests/checks/test_marks.py"),
    *("tests/checks/test_indicators.py", "tests/checks/test_runs.py", "tests/test_marks_page.py"),
    *("tests/test_figures_training.py", "tests/test_figures_slips.py", "tests/test_figures_beyond.py"),
    *("tests/test_figures_numbers.py", "tests/test_figures_novels.py", "tests/test_figures_gated.py"),
    *("tests/test_figures_gradients.py", "tests/test_encoder_decoder.py", "tests/test_text_again.py"),
    *("tests/checks/test_families.py", "tests/checks/test_deadline.py", "tests/test_typeset.py", "tests/test_slips.py"),
)
LONG_CODE = (  # pages whose code trains networks, or starts R: their formulas are quick, what runs there is not
    *("docs/learning/bptt.md", "docs/learning/training.md", "docs/learning/debugging.md"),
    *("docs/learning/gradients.md", "docs/learning/lstm.md", "docs/learning/gru.md"),
    *("docs/learning/gates-at-work.md", "docs/learning/find-the-slip.md", "docs/uses/", "docs/asides/"),
    *("docs/beyond/deep.md", "docs/beyond/sequence-to-sequence.md", "docs/beyond/attention.md"),
    "docs/beyond/revival.md",
)
RUNS = (": python", ": pycon", ": r", ": claim")  # the ends of the names of tests that run the code of a page
QUICK = 5  # seconds of the processor, which no quick test needs, on a slow machine with much else to do either

LONG = (  # more than ten seconds each; the first one builds the site while the next ones do not need what it makes
    *("tests/test_site.py", "tests/test_mutants.py", "tests/test_first_minute.py", "tests/soundness/"),
    *("tests/test_figures.py", "tests/test_finish.py", "tests/test_notebooks.py", "tests/test_experiments.py"),
    *("tests/browser/test_offline.py", "tests/live/test_reader.py", "tests/browser/widgets/"),
    "tests/browser/test_pages.py",
)
APART = ("tests/browser/test_every_page.py", "tests/live/test_reader.py")  # whose tests need nothing of each other


def pytest_addoption(parser):
    """What ``make quick`` and ``make reader`` say."""
    parser.addoption("--site", type=Path, help="a site that is built already, by another builder, and is looked at")
    parser.addoption("--quick", action="store_true", help="leave out what needs a browser, a site or many seconds")
    parser.addoption("--reader", action="store_true", help="only each page as readers meet it, which else is left out")


def named(config):
    """Whether files are named on the command line, which then run in any case."""
    return config.args_source is pytest.Config.ArgsSource.ARGS


def pytest_ignore_collect(collection_path, config):
    """What will not run is not imported either."""
    name = collection_path.relative_to(ROOT).as_posix() + ("/" if collection_path.is_dir() else "")
    out = (SLOW if config.getoption("quick") else ()) + (() if config.getoption("reader") else READER)
    out += () if config.getoption("site") else ZENSICAL
    return True if name.startswith(out) and not named(config) else None


def pytest_collection_modifyitems(config, items):
    """With --quick, only what a developer runs after each edit; page after page as readers meet it only with --reader.

    What is too slow for --quick is listed above, by file or page, or has the mark ``slow``.

    On several cores, what takes long comes first.
    """
    reader, quick = config.getoption("reader"), config.getoption("quick")
    kept, out = [], []
    for item in items:
        elsewhere = not named(config) and item.nodeid.startswith(READER) is not reader
        slow = item.nodeid.startswith(SLOW) or item.get_closest_marker("slow")
        slow = slow or (item.nodeid.startswith(LONG_CODE) and item.name.endswith(RUNS))
        slow = slow or SLOW_FIXTURES & {*getattr(item, "fixturenames", ())}
        (out if elsewhere or (quick and slow) else kept).append(item)
    if out:
        config.hook.pytest_deselected(items=out)
    if "PYTEST_XDIST_WORKER" in os.environ:
        kept.sort(key=lambda item: turn(item.nodeid))
    items[:] = kept


def pytest_collection_finish():
    """What is imported stays to the end: looking for garbage in it takes seconds of each process, most as it ends."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """With --quick, a test that is slow fails, but where it made what is remembered from then on."""
    before = busy(), remembered()
    result = yield
    seconds, kept = busy() - before[0], remembered()
    if item.config.getoption("quick") and not named(item.config) and seconds > QUICK and kept == before[1]:
        why = f"this took {seconds:.1f} seconds of the processor, and make quick is to take less than a minute"
        pytest.fail(f"{why}; make it faster, or mark it @pytest.mark.slow", pytrace=False)
    return result


def busy():
    """The seconds for which the processor has worked for this process and those that it has started."""
    return sum(os.times()[:4])


def remembered():
    """What changes when something is put into the cache, by any process."""
    return {folder: folder.stat().st_mtime_ns for folder in KEPT.glob("*/")}


def turn(nodeid):
    """The place of a test in the order of several cores."""
    long = (k for k, name in enumerate(LONG) if nodeid.startswith(name))
    return next(long, len(LONG) + nodeid.startswith(APART))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A process is given file by file, in their order, and at the end test by test of what can be taken apart."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return nodeid if nodeid.startswith(APART) else super()._split_scope(nodeid)

    if config.getoption("dist") == "loadfile":
        config.option.loadscopereorder = False  # else by the number of tests
        return Scheduler(config, log)
    return None


@pytest.fixture(scope="session")
def built_site(pytestconfig):
    """The folder of the built site, named as GitHub Pages serves it; the first process that asks builds it for all."""
    if given := pytestconfig.getoption("site"):
        yield given.resolve()
        return
    with shared_site.shared(shared_site.made_of()) as folder:
        yield folder
