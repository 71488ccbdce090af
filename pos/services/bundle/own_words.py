"""The words this program says by itself, read from its own code.

What somebody typed is told apart from what the program wrote by the only list
that cannot be forgotten about: the program. A word that is in its code says
nothing about anybody, whoever typed it as well.
"""

from __future__ import annotations

import importlib.util
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType

import pos

_NOT_THE_TILL = ("pos.server", "pos.terminal.simulator", "pos.app.demo", "pos.app.tour")
"""These speak of invented people and cards."""
_PLAIN = re.compile(r"[a-z][a-z0-9_ ,.:'-]{0,80}")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """``texts`` in lower case, ``beginnings`` such as ``card_``, and the code's own names."""

    texts: frozenset[str]
    beginnings: tuple[str, ...]
    modules: frozenset[str]
    functions: frozenset[str]

    def has(self, text: str) -> bool:
        """Say whether the program itself says this, whole or put together from two words."""
        if text in self.texts:
            return True
        return any(
            text.startswith(begin) and text[len(begin) :] in self.texts for begin in self.beginnings
        )


@cache
def own_words() -> OwnWords:
    """Read every module's code once; a tenth of a second."""
    texts: set[str] = set()
    modules: set[str] = set()
    functions: set[str] = set()
    for name, code in _modules(list(pos.__path__), "pos."):
        modules.add(name)
        for each in _nested(code):
            functions.add(each.co_name)
            texts.update(_words(each.co_consts))
            texts.update(filter(_PLAIN.fullmatch, each.co_varnames + each.co_names))
    beginnings = tuple(sorted(text for text in texts if text.endswith("_")))
    return OwnWords(frozenset(texts), beginnings, frozenset(modules), frozenset(functions))


def _modules(places: list[str], prefix: str) -> Iterator[tuple[str, CodeType]]:
    for found in pkgutil.iter_modules(places, prefix):
        if found.name.startswith(_NOT_THE_TILL):
            continue
        spec = importlib.util.find_spec(found.name)
        get_code = getattr(spec.loader if spec else None, "get_code", None)
        code = get_code(found.name) if get_code else None
        if code is not None:
            yield found.name, code
        if spec is not None and spec.submodule_search_locations:
            yield from _modules(list(spec.submodule_search_locations), f"{found.name}.")


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _nested(const)


def _words(consts: object) -> Iterator[str]:
    if isinstance(consts, str):
        if _PLAIN.fullmatch(consts):
            yield consts
    elif isinstance(consts, tuple | frozenset):
        for each in consts:
            yield from _words(each)
