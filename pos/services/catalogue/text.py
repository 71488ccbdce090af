"""Names as a till may show them, and search words as the index may be asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import chain, islice

from pos.models.catalogue_search import CATEGORY_MARK
from pos.services.catalogue.scripts import fold, is_open, pieces
from pos.services.catalogue.slips import spellings

MAX_NAME = 500
MAX_QUERY = 256
MAX_TERMS = 8
MAX_TERM = 64

# Bidi overrides and isolates could show "10.00" for "00.01"; the rest is invisible.
_UNSEEN = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0xFEFF, ord(CATEGORY_MARK)]
)
_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
_CLEANING = _UNSEEN | _CONTROL


def clean_name(text: str) -> str:
    """Take out control and direction characters, collapse spaces, compose accents.

    Raises `ValueError` when nothing is left or the name is longer than `MAX_NAME`.
    """
    name = clean_words(text)
    if not name:
        raise ValueError("the name is empty")
    if len(name) > MAX_NAME:
        raise ValueError(f"the name is longer than {MAX_NAME} characters")
    return name


def clean_words(text: str) -> str:
    """Clean like `clean_name`, but nothing is a good answer: for options and categories."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.translate(_CLEANING)
    return " ".join(text.split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(" ")


def strip_html(text: str) -> str:
    """Return the words of a piece of HTML; text without markup comes back as it is."""
    if "<" not in text and "&" not in text:
        return text
    parser = _Words()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


def sayable(text: str) -> str:
    """Drop lone surrogates, which a paste can bring and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


def search_terms(text: str, is_word: Callable[[str], bool]) -> list[str]:
    """Split a query into the words that the index knows; the rest separates them.

    ``is_word`` tells for a character beyond ASCII whether the index keeps it
    in words. Nothing of FTS5's own language survives: quotes, operators,
    column names and stars are separators or plain words.
    """
    composed = fold(unicodedata.normalize("NFC", sayable(text[:MAX_QUERY])))
    words = "".join(_kept(composed, is_word)).split()[:MAX_TERMS]
    terms = chain.from_iterable(pieces(word[:MAX_TERM]) for word in words)
    return list(islice(terms, MAX_TERMS))


def _kept(text: str, is_word: Callable[[str], bool]) -> Iterator[str]:
    for char in text:
        if char.isascii():
            yield char if char.isalnum() else " "
        else:
            yield char if char != CATEGORY_MARK and is_word(char) else " "


def match_expression(terms: list[str], category_id: int | None) -> str:
    """Say it in FTS5: every term, the last one as a beginning, and the category's token."""
    quoted = [f'"{term}"*' if is_open(term) else f'"{term}"' for term in terms[:-1]]
    quoted += [f'"{term}"*' for term in terms[-1:]]
    return " ".join([*in_category(category_id), *quoted])


def guess_expressions(
    terms: list[str], is_known: Callable[[str], bool], category_id: int | None
) -> Iterator[str]:
    """Yield what may have been meant, the likeliest first; "" where nothing can be guessed.

    ``is_known`` is asked for each term as FTS5 takes it. Words that no product
    has are guessed first, as they are and as beginnings; then every word, as
    people mistype other people's typing errors.
    """
    stars = ["*" if at == len(terms) or is_open(term) else "" for at, term in enumerate(terms, 1)]
    asked = [f'"{term}"{star}' for term, star in zip(terms, stars, strict=True)]
    known = [is_known(term) for term in asked]
    near = [spellings(term) for term in terms]
    inside = in_category(category_id)

    def joined(star: bool, kept: list[bool]) -> str:  # noqa: FBT001 - one choice
        groups = [
            term if keep else _either(words, last if star else "", term if knows else "")
            for term, keep, words, last, knows in zip(asked, kept, near, stars, known, strict=True)
        ]
        return " AND ".join([*inside, *groups]) if all(groups) else ""

    if not all(known):
        yield joined(star=False, kept=known)
        yield joined(star=True, kept=known)
    yield joined(star=False, kept=[not words for words in near])


def _either(words: list[str], star: str, itself: str) -> str:
    asked = [f'"{word}"{star}' for word in words]
    if itself:
        asked.append(itself)
    return f"({' OR '.join(asked)})" if asked else ""


def in_category(category_id: int | None) -> list[str]:
    """Return the category's token, as FTS5 takes it; none for all categories."""
    return [] if category_id is None else [f'"{CATEGORY_MARK}{category_id}"']
