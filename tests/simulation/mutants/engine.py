"""Changing one function of the running program, and back; a change that changes nothing is refused.

A function's source is taken from its file, the text replaced, and the new
code object put in place of the old one, so that every module which imported
the function runs the mutant, wherever it was imported.
"""

from __future__ import annotations
import __future__

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any


class UnfitError(Exception):
    """The text to be replaced is not there, or not once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """In the function ``where`` (``module:name``), ``old`` becomes ``new``."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault in the protocol.

    ``equivalent`` is the argument why it can break nothing: then it must survive.
    """

    name: str
    kind: str
    breaks: str
    edits: tuple[Edit, ...]
    equivalent: str = ""


@contextmanager
def applied(*mutants: Mutant) -> Iterator[None]:
    """Run the program with these faults; raises `UnfitError` when one does not fit."""
    edits: dict[str, list[Edit]] = {}
    for edit in (edit for mutant in mutants for edit in mutant.edits):
        edits.setdefault(edit.where, []).append(edit)
    with ExitStack() as undo:
        for where, changes in edits.items():
            function = find(where)
            old = function.__code__
            function.__code__ = _mutated(function, changes)
            undo.callback(setattr, function, "__code__", old)
        yield


def find(where: str) -> FunctionType:
    """Return the function that ``module:name`` means, without what decorates it."""
    module, _, path = where.partition(":")
    found: Any = import_module(module)
    for name in path.split("."):
        found = inspect.getattr_static(found, name)
    if isinstance(found, property):
        found = found.fget
    return inspect.unwrap(found)  # type: ignore[return-value]  # a function, by what is named


def _mutated(function: FunctionType, changes: list[Edit]) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    for edit in changes:
        if source.count(edit.old) != 1:
            raise UnfitError(f"{edit.where}: {source.count(edit.old)} times {edit.old!r}")
        source = source.replace(edit.old, edit.new)
    flag = __future__.annotations.compiler_flag
    module = compile(
        source, f"<mutant of {function.__qualname__}>", "exec", flag, dont_inherit=True
    )
    code = next(it for it in module.co_consts if _is(it, function.__name__))
    if code.co_freevars != function.__code__.co_freevars:
        raise UnfitError(f"{function.__qualname__}: other names from around it")
    return code


def _is(constant: object, name: str) -> bool:
    return isinstance(constant, CodeType) and constant.co_name == name
