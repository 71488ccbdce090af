"""How a customer is found: folded words, digits of the phone, the same person twice.

`profile_search` indexes the beginnings of the words in ``Profile.search``. What
may be met anywhere is stored with each of its tails: a phone number, and the
words of scripts that are written without blanks. At a million people a search
reads the newest `LOOKED_AT` that match, and is as quick as at a thousand.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, column, func, or_, select, table

from pos.models.people import PHONE_MARK, Profile
from pos.services.fields import digits, folded

MIN_DIGITS = 3
"""Digits that are searched for anywhere in a phone number; fewer match nearly everybody."""

LOOKED_AT = 500
"""Matches that are sorted and shown; whoever needs an older one types more."""

_SAME_NUMBER = 9
"""Numbers that agree in this many last digits differ by country or trunk prefix only."""
_BREAKS = re.compile(r"[^\w]+")
_DIALLED = re.compile(r"[\d\s()+./\-]+")
_MAX_WORDS = 8
_MAX_TAILS = 32
_INDEX = table("profile_search", column("rowid"), column("profile_search"))


def search_text(name: str, email: str, tax_id: str, phone: str) -> str:
    """Return the words to look in, each after a blank: whole ones, their parts and tails."""
    whole = folded(f"{name} {email} {tax_id}").split()
    parts = [part for word in whole for part in _parts(word)]
    words = [*whole, *parts]
    tails = [tail for word in words if not word.isascii() for tail in _tails(word)[1:]]
    number = digits(phone)
    ends = [PHONE_MARK + tail for tail in _tails(number) if len(tail) >= MIN_DIGITS]
    return "".join(f" {word}" for word in dict.fromkeys([*words, *tails, *ends]))


def matches(text: str) -> ColumnElement[bool] | None:
    """Return the condition that every word of ``text`` is met; None for nothing to look for.

    A word begins a word of the name, of the e-mail or of the tax id, or its
    digits are somewhere in the phone number. Words of scripts that are written
    without blanks may be anywhere.
    """
    words = folded(text.replace(PHONE_MARK, "").replace("\0", "")).split()[:_MAX_WORDS]
    if not words:
        return None
    ways = [" AND ".join(f"({_word(word)})" for word in words)]
    if _DIALLED.fullmatch(text):
        ways += _dialled(text)
    return _indexed(" OR ".join(f"({way})" for way in ways))


def rank(text: str) -> ColumnElement[bool]:
    """Sort those whose name itself begins with the text before the others."""
    first = folded(text).split()[0]
    return func.instr(Profile.search, f" {first}") != 1


def same_person(phone: str, email: str) -> ColumnElement[bool] | None:
    """Return the condition for a likely duplicate; None when there is nothing to compare."""
    ways: list[ColumnElement[bool]] = []
    if number := digits(phone).lstrip("0"):
        near = _indexed(_quoted(PHONE_MARK + number[-_SAME_NUMBER:]))
        ways.append(and_(near, _same_number(number)))
    if email:
        ways.append(Profile.email == email)
    return and_(Profile.erased.is_(False), or_(*ways)) if ways else None


def _same_number(number: str) -> ColumnElement[bool]:
    stored: ColumnElement[str] = func.ltrim(Profile.phone_digits, "0")
    if len(number) < _SAME_NUMBER:
        return stored == number
    shorter: ColumnElement[int] = func.min(
        func.length(stored), len(number)
    )  # of two values: SQLite's scalar min
    theirs: ColumnElement[str] = func.substr(stored, -shorter)
    mine: ColumnElement[str] = func.substr(number, -shorter)
    return and_(func.length(stored) >= _SAME_NUMBER, theirs == mine)


def _parts(word: str) -> list[str]:
    parts = [part for part in _BREAKS.split(word) if part]
    return [*parts, "".join(parts)] if len(parts) > 1 else parts


def _tails(word: str) -> list[str]:
    return [word[at:] for at in range(min(len(word), _MAX_TAILS))]


def _word(word: str) -> str:
    return " OR ".join([f"{_quoted(word)} *", *_dialled(word)])


def _dialled(text: str) -> list[str]:
    """Look for the digits as typed, or without the trunk's zero that a country code replaces."""
    number = digits(text)
    needles = dict.fromkeys((number, number.lstrip("0")))
    return [f"{_quoted(PHONE_MARK + it)} *" for it in needles if len(it) >= MIN_DIGITS]


def _quoted(word: str) -> str:
    """Write a word so that the index takes none of its signs for an operator."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _indexed(query: str) -> ColumnElement[bool]:
    """Return the condition that somebody is among the newest whom the index has for a query."""
    newest = select(_INDEX.c.rowid).where(_INDEX.c.profile_search.op("MATCH")(query))
    return Profile.number.in_(newest.order_by(_INDEX.c.rowid.desc()).limit(LOOKED_AT))
