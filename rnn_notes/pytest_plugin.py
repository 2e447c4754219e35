"""A pytest plugin: each code block, claim and display of the project's pages is a test, with file and line.

It does nothing in a project whose pyproject.toml has no table ``[tool.rnn_notes.checks]``.

The code of a page runs top to bottom in one namespace and in one empty working folder,
as it would for a reader who types it in.
"""

import doctest
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from rnn_notes import pages, project
from rnn_notes.pages import Claim, Fence, Page, Paragraph, claims


def pytest_configure(config: pytest.Config) -> None:
    """Collect the pages of the project, if it has any, even where ``testpaths`` does not name them.

    The project is that of the working folder or, if that has no table, of pytest's root.
    """
    try:
        found = map(project.load, (config.invocation_params.dir, config.rootpath))
        settings = next((each for each in found if each.configured), None)
        if settings is None:
            return
        files = settings.files()
    except project.ProjectError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Pages(settings, files), "rnn_notes.pages")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        named = [config.invocation_params.dir / arg for arg in config.args]
        config.args += [str(file) for file in files if not any(file.is_relative_to(path) for path in named)]


class Pages:
    """Turns the files that are pages of the project into collectors."""

    def __init__(self, settings: project.Project, files: list[Path]) -> None:
        self.settings, self.files = settings, {file.resolve() for file in files}

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "PageFile | None":
        """The page in a file, if it is one."""
        if file_path.resolve() not in self.files:
            return None
        return PageFile.from_parent(parent, path=file_path, settings=self.settings)


class PageFile(pytest.File):
    """A page: its namespace, the lines of the code that has run, its working folder, the verdicts on its formulas."""

    def __init__(self, *, settings: project.Project, **other: Any) -> None:
        super().__init__(**other)
        self.settings = settings
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.ran: set[int] = set()
        self.page = Page(self.path)

    def collect(self) -> Iterator[pytest.Item]:
        """The tests of the page in its order; a page that cannot be read is one test, which fails."""
        try:
            self.page = pages.read(self.path)
        except (pages.PageError, OSError) as error:
            line, fault = getattr(error, "line", 1), str(error)
            yield PageItem.from_parent(self, name=f"line {line}: page", line=line, check=lambda: fault)
            return
        found: list[tuple[int, str, Callable[[], str | None]]] = [
            *(
                (fence.line, fence.language, partial(RUN[fence.language], self, fence))
                for fence in self.page.fences
                if fence.language in RUN and not fence.not_run
            ),
            *(
                (item.line, "claim", partial(claim, self, paragraph, item))
                for paragraph in self.page.paragraphs
                for item in paragraph.claims
            ),
            *(
                (item.line, "formula" if item.inline else "display", partial(self.display, n))
                for n, item in enumerate(self.page.statements)
            ),
            *((item.line, "unread", partial(str, item.message)) for item in self.page.unread),
            *((item.line, "spelling", partial(self.beside, item.line)) for item in self.page.spelling),
            *((item.line, "label", partial(self.beside, item.line)) for item in self.page.displays if item.labels),
            *((item.line, "reference", partial(self.beside, item.line)) for item in self.page.references),
        ]
        for line, kind, check in sorted(found, key=lambda item: item[0]):
            yield PageItem.from_parent(self, name=f"line {line}: {kind}", line=line, check=check)

    @cached_property
    def verdicts(self) -> list[Any]:
        """The verdicts on all formulas that state something; those below rest on the definitions above."""
        return self.settings.judge(self.page)

    def display(self, n: int) -> str | None:
        """The report on a formula that the checker has refused or found false."""
        verdict = self.verdicts[n]
        return verdict.report(str(self.path)) if verdict.outcome in ("fails", "refused") else None

    def beside(self, line: int) -> str | None:
        """The report on a spelling that cannot be used or that nothing needs, or on a label that is wrong."""
        faults = (v for v in self.verdicts[len(self.page.statements) :] if v.line == line and v.outcome == "refused")
        return next((fault.report(str(self.path)) for fault in faults), None)

    def run_until(self, line: int) -> None:
        """Run the Python code above a line that has not run, since tests can be chosen one by one."""
        above = [fence for fence in self.page.fences if fence.language in ("python", "pycon") and fence.line < line]
        for fence in above:
            if fence.line not in self.ran and not fence.not_run:
                self.ran.add(fence.line)
                RUN[fence.language](self, fence)

    def lacks_r(self, line: int, fault: str) -> bool:
        """Whether a fault at a line is that a file is missing, or a name, and R code above was skipped."""
        skipped = shutil.which("Rscript") is None and not os.environ.get("CI")
        above = any(f.language == "r" and f.line < line and not f.not_run for f in self.page.fences)
        return skipped and above and ("FileNotFoundError" in fault or "NameError" in fault)

    def setup(self) -> None:
        """Give the page an empty working folder; no window opens for what it draws."""
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("MPLBACKEND", "Agg")
        self.folder = tempfile.mkdtemp(prefix="page-")
        self.patch.chdir(self.folder)

    def teardown(self) -> None:
        """Back to the working folder of pytest."""
        self.patch.undo()
        shutil.rmtree(self.folder)


class PageItem(pytest.Item):
    """One test of a page: ``check`` returns what is wrong, None if nothing is, or raises."""

    def __init__(self, *, line: int, check: Callable[[], str | None], **other: Any) -> None:
        super().__init__(**other)
        self.line, self.check = line, check

    def runtest(self) -> None:
        """Raise FaultError with what is wrong, unless it may be that R code above was skipped."""
        assert isinstance(self.parent, PageFile)
        try:
            if fault := self.check():
                raise FaultError(fault)
        except Exception as error:
            if self.parent.lacks_r(self.line, repr(error)):
                pytest.skip("Rscript is missing, and this may rest on the R code above; install r-base-core")
            raise

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong; of an exception, the traceback from the page's own line on."""
        if isinstance(excinfo.value, FaultError):
            return f"{self.path}:{self.line}: {excinfo.value}"
        excinfo.traceback = excinfo.traceback.cut(path=self.path)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test is."""
        return self.path, self.line - 1, self.name


class FaultError(AssertionError):
    """What is wrong with a part of a page."""


def python(page: PageFile, fence: Fence) -> None:
    """A ``python`` fence: runs without an exception; its lines keep their numbers in a traceback."""
    page.run_until(fence.line)
    page.ran.add(fence.line)
    source = "\n" * fence.line + fence.code
    exec(compile(source, str(page.path), "exec", dont_inherit=True), page.namespace)


def pycon(page: PageFile, fence: Fence) -> str | None:
    """A ``pycon`` fence: prints exactly what the page shows."""
    parts = doctest.DocTestParser().parse(fence.code, str(page.path))
    cases = [part for part in parts if isinstance(part, doctest.Example)]
    stray = next((part.strip() for part in parts if isinstance(part, str) and part.strip()), None)
    if not cases or stray:
        return f"no prompt before {stray!r}; begin each statement with >>> and leave no blank line in its output"
    page.run_until(fence.line)
    page.ran.add(fence.line)
    output: list[str] = []
    test = doctest.DocTest(cases, {}, str(page.path), str(page.path), fence.line, None)
    test.globs = page.namespace  # not a copy: later fences of the page see what this one defines
    doctest.DocTestRunner(verbose=False).run(test, out=output.append, clear_globs=False)
    return "".join(output) or None


def r(page: PageFile, fence: Fence) -> str | None:
    """An ``r`` fence: runs in Rscript, after the R fences before it."""
    if shutil.which("Rscript") is None:
        if os.environ.get("CI"):
            return "Rscript is missing; install r-base-core"
        pytest.skip("Rscript is missing; install r-base-core to run the R code")
    above = (other for other in page.page.fences if other.language == "r" and not other.not_run)
    code = "".join(other.code for other in above if other.line <= fence.line)
    run = subprocess.run(
        ["Rscript", "--vanilla", "-"], input=f"options(warn = 2)\n{code}", capture_output=True, text=True
    )
    return run.stderr if run.returncode else None


def claim(page: PageFile, paragraph: Paragraph, item: Claim) -> str | None:
    """``<!-- holds: … -->``: the expression is true, and would not be for other numbers in the paragraph."""
    page.run_until(item.line)
    value = eval(compile("\n" * (item.line - 1) + item.expression, str(page.path), "eval"), page.namespace)
    if not value:
        return f"{item.expression} is {value!r}"
    faults = claims.loose(page.page, paragraph, item, page.namespace)
    return "\n".join(f"{item.expression}: {fault}" for fault in faults) or None


RUN: dict[str, Callable[[PageFile, Fence], str | None]] = {"python": python, "pycon": pycon, "r": r}
