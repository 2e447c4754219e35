"""A digest of a value and of what it computes: every function that it reaches, and the values that these use."""

import hashlib
import re
import sys
import sysconfig
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))


def digest(value: object) -> str:
    """The same text for the same computation, also in another process; another one if anything of it changes."""
    total = hashlib.sha256(sys.version.encode())
    for part in _parts(value, {}):
        total.update(f"{len(part)}:".encode() + part)
    return total.hexdigest()


def _parts(value: object, seen: dict[int, object]) -> Iterator[bytes]:
    """The bytes that make a value what it is."""
    if not isinstance(value, int | float | complex | str | bytes | None):
        if id(value) in seen:
            return
        seen[id(value)] = value  # kept, so that no other value gets its id
    yield type(value).__qualname__.encode()
    match value:
        case np.ndarray():
            yield f"{value.dtype} {value.shape}".encode() + value.tobytes()
        case Mapping():
            yield from _all(list(value.items()), seen)
        case list() | tuple():
            yield from _all(list(value), seen)
        case set() | frozenset():
            yield from _all(sorted(value, key=repr), seen)
        case partial():
            yield from _all([value.func, value.args, value.keywords], seen)
        case MethodType():
            yield from _all([value.__func__, value.__self__], seen)
        case _ if callable(value) and _library(sys.modules.get(getattr(value, "__module__", None) or "builtins")):
            named = getattr(value, "__qualname__", None) or getattr(value, "__name__", type(value).__qualname__)
            yield f"{getattr(value, '__module__', '')}.{named}".encode()
        case FunctionType():
            cells = [cell.cell_contents for cell in value.__closure__ or ()]
            if value.__code__.co_filename.startswith(LIBRARIES):  # a library's decorator around a function
                yield from _all([value.__qualname__, [cell for cell in cells if callable(cell)]], seen)
                return
            yield from _all([value.__defaults__, value.__kwdefaults__, cells], seen)
            yield from _code(value.__code__, value.__globals__, seen)
        case ModuleType():
            yield value.__name__.encode()
        case type():
            own = not _library(sys.modules.get(value.__module__))
            yield from _all(
                [value.__qualname__, {n: v for n, v in vars(value).items() if callable(v)} if own else 0], seen
            )
        case _ if is_dataclass(value):
            yield from _all([getattr(value, f.name) for f in fields(value)], seen)
        case _:
            text = repr(value)
            yield (uuid.uuid4().hex if re.search(r" at 0x[0-9a-f]+", text) else text).encode()  # no address is a digest


def _all(values: list[Any], seen: dict[int, object]) -> Iterator[bytes]:
    for value in values:
        yield from _parts(value, seen)


def _code(code: CodeType, names: Mapping[str, Any], seen: dict[int, object]) -> Iterator[bytes]:
    """The code of a function, with what it finds under the names that it uses."""
    yield code.co_code + repr((code.co_names, code.co_varnames, code.co_freevars)).encode()
    for constant in code.co_consts:
        yield from _code(constant, names, seen) if isinstance(constant, CodeType) else _parts(constant, seen)
    for name in code.co_names:
        found = names.get(name)
        yield from _parts(found, seen)
        if isinstance(found, ModuleType) and not _library(found):
            yield from _all([getattr(found, other, None) for other in code.co_names], seen)


def _library(module: ModuleType | None) -> bool:
    """Whether a module is built in, of the standard library, or an installed package."""
    file = getattr(module, "__file__", None)
    return file is None or file.startswith(LIBRARIES)
