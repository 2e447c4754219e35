"""Runs the blocks of a page, in the order of the page, as a reader would type them in from its top.

The names before each block are kept. Running a block puts them back, so what is shown is always what the page would
print from its top, whatever was run before. It is plain Python and knows nothing of a browser: the worker loads it as
it is, and the tests run it as well in an ordinary Python.

It is long because the browser's worker loads it as one file, before there are packages.
"""

import ast
import builtins
import contextlib
import doctest
import importlib
import io
import json
import linecache
import re
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAX_PRINTED = 20_000  # characters that a block may print
CUT = f"\n… cut here, after {MAX_PRINTED:,} characters"
Emit = Callable[[str, str], None]  # ("stdout" | "stderr", text), as it is printed


class Missing(BaseException):
    """A module that is there, but not loaded yet: the block runs again once its archive is."""

    def __init__(self, archive: str) -> None:
        self.archive = archive


class Flood(BaseException):
    """More output than is shown."""


class Archives:
    """Finds modules in archives that are not loaded yet; is last among Python's finders.

    ``of`` says in which archive a module or package is. An archive holds what the pages use of its packages, and the
    names of the modules that its rest holds, in a file ``ARCHIVE-rest.names``.
    """

    def __init__(self, of: dict[str, str]) -> None:
        self.of, self.loaded = dict(of), set[str]()

    def load(self, archive: str) -> None:
        """Note that an archive has been unpacked into the folder of packages."""
        self.loaded.add(archive)
        importlib.invalidate_caches()
        for folder in sys.path:
            names = Path(folder, f"{archive}-rest.names")
            if names.is_file():
                self.of |= dict.fromkeys(names.read_text().split(), f"{archive}-rest")

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Raises Missing if an archive holds the module; else it is for Python to say that there is none."""
        for known in (name, name.partition(".")[0]):
            archive = self.of.get(known)
            if archive and archive not in self.loaded:
                raise Missing(archive)


class Output(io.TextIOBase):
    """What a block prints: kept, handed on as it comes, and cut where it is too much."""

    def __init__(self, kind: str, emit: Emit) -> None:
        self.kind, self.emit, self.text, self.at = kind, emit, "", 0

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, text: str) -> int:
        """Keep the text; raises Flood if it is too much."""
        room = MAX_PRINTED - len(self.text)
        self.text += text[:room]
        self.emit(self.kind, text[:room])
        if len(text) > room:
            self.emit(self.kind, CUT)
            raise Flood
        return len(text)

    def since(self) -> str:
        """What was printed since this was asked for last."""
        new, self.at = self.text[self.at :], len(self.text)
        return new


class Page:
    """The blocks of one page: what has run, and the names before each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}  # one: functions keep it
        self.before: list[dict[str, Any]] = [dict(self.names)]
        self.ran: list[str] = []
        self.folder = tempfile.mkdtemp()

    def first_to_run(self, codes: list[str], clicked: int) -> int:
        """The first block that has not run as it is now, at most the one that was clicked."""
        same = 0
        while same < min(len(self.ran), clicked) and self.ran[same] == codes[same]:
            same += 1
        return same

    def run(self, number: int, code: str, kind: str, printed: str, emit: Emit) -> dict[str, Any]:
        """Run the block of that number, whose predecessors have run. What runs below it is forgotten.

        ``kind`` is "pycon", "python", or "cell" of a notebook, which shows its last value. ``printed`` is the block as
        the page prints it, of a cell what it shows as text; empty if it has been changed. Raises Missing.
        """
        del self.ran[number:], self.before[number + 1 :]
        _forget_pictures()  # of a block that has not come to its end
        names = self.names
        names.clear()
        names.update(self.before[number])
        file = f"<block {number + 1}>"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        out, err = Output("stdout", emit), Output("stderr", emit)
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            result = _result(code, kind, printed, file, names, out)
            try:
                pictures = _pictures(f"block {number + 1}")
            except Exception as error:  # what is wrong with a figure shows when it is drawn
                result, pictures = {"state": "raised", "error": _error(error, file, names)}, []
        result |= {"number": number, "stdout": out.text, "stderr": err.text, "pictures": pictures}
        if result["state"] != "stopped":
            self.ran.append(code)
            self.before.append(dict(names))
        return result


def _result(code: str, kind: str, printed: str, file: str, names: dict[str, Any], out: Output) -> dict[str, Any]:
    """What came of a block: its state, a transcript where it is one, and the error that ended it."""
    try:
        body = ast.parse(code, file).body
        examples = doctest.DocTestParser().get_examples(printed) if kind == "pycon" else []
        if kind == "pycon":
            return _session(code, body, examples, file, names, out)
        last = body.pop() if kind == "cell" and body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), file, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), file, "eval"), names)
            if not _is_picture(value):
                _show(value)
        return {"state": "ran" if not printed else "same" if out.text == printed else "differs"}
    except (KeyboardInterrupt, Flood) as stop:
        return {"state": "stopped" if isinstance(stop, KeyboardInterrupt) else "cut"}
    except Missing:
        raise
    except BaseException as error:
        return {"state": "raised", "error": _error(error, file, names)}


def _session(
    code: str, body: list[ast.stmt], examples: list[doctest.Example], file: str, names: dict[str, Any], out: Output
) -> dict[str, Any]:
    """Statement after statement, as at the prompt; each compared with what the page prints, if that is given."""
    lines, transcript, agrees = code.splitlines(), [], True
    compare = len(examples) == len(body)
    for n, statement in enumerate(body):
        source = "\n".join(
            lines[statement.lineno - 1 - len(getattr(statement, "decorator_list", [])) : statement.end_lineno]
        )
        error = None
        try:
            with _prompt():
                exec(compile(ast.Interactive([statement]), file, "single"), names)
        except (KeyboardInterrupt, Flood, Missing):
            raise
        except BaseException as caught:
            error = caught
        got = out.since()
        wanted = examples[n] if compare else None
        if error is None:
            same = wanted is None or (
                wanted.exc_msg is None and doctest.OutputChecker().check_output(wanted.want, got, 0)
            )
        else:
            message = "".join(traceback.format_exception_only(error))
            same = wanted is not None and wanted.exc_msg == message
            got += f"Traceback (most recent call last):\n    ...\n{message}"
        transcript.append([source, got, same or error is not None])
        agrees = agrees and same
        if error is not None and not same:
            return {"state": "raised", "transcript": transcript, "error": _error(error, file, names)}
    state = ("same" if agrees else "differs") if examples else "ran"
    return {"state": state, "transcript": transcript}


@contextlib.contextmanager
def _prompt() -> Any:
    """Print a value as the prompt does, but leave no name ``_`` behind."""
    before, sys.displayhook = sys.displayhook, _show
    try:
        yield
    finally:
        sys.displayhook = before


def _show(value: Any) -> None:
    if value is not None:
        print(repr(value))


_shown: list[Any] = []  # figures of Matplotlib, and what shows itself as HTML, as a notebook would show it


def _is_picture(value: Any) -> bool:
    """Whether a value is shown as a picture; then it is kept until the block has run."""
    picture = _is_figure(value) or hasattr(value, "_repr_html_")
    if picture:
        _shown.append(value)
    return picture


def _is_figure(value: Any) -> bool:
    library = sys.modules.get("matplotlib.figure")
    return library is not None and isinstance(value, library.Figure)


def _pictures(block: str) -> list[str]:
    """The figures that a block has shown or left open, as HTML in the colours of the page."""
    if plots := sys.modules.get("matplotlib.pyplot"):
        _shown.extend(plots.figure(number) for number in plots.get_fignums())
    pictures = []
    for number, value in enumerate(dict.fromkeys(_shown), start=1):
        if _is_figure(value):
            from rnn_notes.figures.inline import show

            value = show(value, f"Figure {number} drawn by {block}")
        # The page has the same figure already, perhaps of another Matplotlib: the rules of one are not for the other.
        pictures.append(re.sub(r"\bfigure-(?=[0-9a-f]{8}\b)", "live-figure-", value._repr_html_()))
    _forget_pictures()
    return pictures


def _forget_pictures() -> None:
    _shown.clear()
    if plots := sys.modules.get("matplotlib.pyplot"):
        plots.close("all")


def _error(error: BaseException, file: str, names: dict[str, Any]) -> dict[str, Any]:
    """The last line first, the line of the reader's code, and all of it."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame.lineno for frame in frames if frame.filename == file]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == file else inside[-1] if inside else None
    own = next((n for n, frame in enumerate(frames) if frame.filename == file), len(frames))
    whole = ["Traceback (most recent call last):\n"] if frames[own:] else []
    whole += traceback.format_list(frames[own:]) + traceback.format_exception_only(error)
    return {
        "last": "".join(traceback.format_exception_only(error)).strip().splitlines()[-1],
        "line": line,
        "whole": "".join(whole),
        "name": error.name if isinstance(error, NameError) else None,
    }


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("there is no keyboard to read from in this page; write the value into the code")


builtins.input = _no_input
pages: dict[str, Page] = {}


archives = Archives({})


def respond(request: str, emit: Emit) -> str:
    """Answer a request of the worker, JSON for JSON: to run a block, or to judge a formula.

    What cannot go on before an archive is loaded is answered with its name, and asked again.
    """
    asked = json.loads(request)
    try:
        if "latex" in asked:
            return json.dumps(_judge(asked["latex"], asked["mark"], asked["earlier"]))
        page = pages.setdefault(asked["page"], Page(asked["page"]))
        number = page.first_to_run(asked["codes"], asked["clicked"]) if asked["number"] is None else asked["number"]
        if asked["number"] is None:
            return json.dumps({"number": number})
        code, kind, printed = asked["codes"][number], asked["kinds"][number], asked["printed"][number]
        return json.dumps(page.run(number, code, kind, printed, emit))
    except Missing as missing:
        return json.dumps({"missing": missing.archive})
    except KeyboardInterrupt:
        return json.dumps({"outcome": "stopped", "state": "stopped"})


def _judge(latex: str, mark: str, earlier: list[str]) -> dict[str, Any]:
    """The verdict of the checker of these notes on a formula that a reader has typed, and how it was read."""
    plain = importlib.import_module("plain")  # beside this file, in the page

    from rnn_notes.checks.errors import FormulaError
    from rnn_notes.checks.verdicts import judge

    verdict = judge(latex, mark, tuple(earlier))
    found = {name: getattr(verdict, name) for name in ("outcome", "summary", "badge", "evidence", "fault")}
    try:
        return found | {"reading": plain.reading(latex)}
    except FormulaError:
        return found | {"reading": ""}
