"""Writing that the index's own tokenizer cannot search well: no spaces, or marks left out.

Chinese, Japanese, Korean, Thai and their neighbours are found from mid-word:
each run of such letters is also indexed as its pairs, and its last letter
alone. A query's run is asked for as its pairs, all of them; a single letter
asks for the pairs that begin with it. Arabic and Hebrew are found however
they are typed: with or without vowel points and the stretching stroke, with
any alef, and without the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

_RUN = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
_RIGHT_TO_LEFT = "\u0591-\u06ff"
_PIECES = re.compile(f"[{_RUN}]+|[^{_RUN}\\s]+")
_HAS_RUN = re.compile(f"[{_RUN}]")
_SPECIAL = re.compile(f"[{_RUN}{_RIGHT_TO_LEFT}]")
_POINTS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
)
_SAME = str.maketrans("أإآٱىیئؤةکگ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اااايييوهكك01234567890123456789")  # noqa: RUF001 - the letters are meant
_ARTICLE = "ال"
_SHORTEST_WITH_ARTICLE = 5


def fold(text: str) -> str:
    """Take out what readers of Arabic and Hebrew may leave out or write in several ways."""
    return text if text.isascii() else _POINTS.sub("", text).translate(_SAME)


def also(text: str) -> str:
    """Return the further words by which a text is found; most have none."""
    if text.isascii() or not _SPECIAL.search(text):
        return ""
    return " ".join(chain.from_iterable(_further(word) for word in text.split()))


def pieces(term: str) -> list[str]:
    """Split a term of a query into what `also` indexed."""
    if term.isascii() or not _HAS_RUN.search(term):
        return [_bare(term)]
    return [part for piece in _PIECES.findall(term) for part in _asked(piece)]


def is_open(term: str) -> bool:
    """Tell whether a term is a single letter of a script without spaces: a beginning of pairs."""
    return len(term) == 1 and bool(_HAS_RUN.match(term))


def _further(word: str) -> Iterator[str]:
    if _HAS_RUN.search(word):
        for piece in _PIECES.findall(word):
            yield from _pairs(piece) if _HAS_RUN.match(piece) else [piece]
    folded = fold(word)
    if folded != word:
        yield folded
    if _bare(folded) != folded:
        yield _bare(folded)


def _bare(word: str) -> str:
    return word.removeprefix(_ARTICLE) if len(word) >= _SHORTEST_WITH_ARTICLE else word


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run))]


def _asked(piece: str) -> list[str]:
    return _pairs(piece)[:-1] if len(piece) > 1 and _HAS_RUN.match(piece) else [piece]
