"""How a customer is found: folded words, digits of the phone, the same person twice.

A search reads the whole table of people: a shop has thousands, not millions.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, func, or_

from pos.models.people import Profile
from pos.services.fields import digits, folded

MIN_DIGITS = 3
"""Digits that are searched for anywhere in a phone number; fewer match nearly everybody."""

_SAME_NUMBER = 9
"""Numbers that agree in this many last digits differ by country or trunk prefix only."""
_BREAKS = re.compile(r"[^\w]+")
_DIALLED = re.compile(r"[\d\s()+./\-]+")
_MAX_WORDS = 8


def search_text(name: str, email: str, tax_id: str) -> str:
    """Return the words to look in, each after a blank: whole ones and their parts."""
    whole = folded(f"{name} {email} {tax_id}").split()
    parts = [part for word in whole for part in _parts(word)]
    return "".join(f" {word}" for word in dict.fromkeys([*whole, *parts]))


def matches(text: str) -> ColumnElement[bool] | None:
    """Return the condition that every word of ``text`` is met; None for nothing to look for.

    A word begins a word of the name, of the e-mail or of the tax id, or its
    digits are somewhere in the phone number. Words of scripts that are written
    without blanks may be anywhere.
    """
    words = folded(text).split()[:_MAX_WORDS]
    if not words:
        return None
    by_words = and_(*(_word(word) for word in words))
    return or_(by_words, _dialled(text)) if _DIALLED.fullmatch(text) else by_words


def rank(text: str) -> ColumnElement[bool]:
    """Sort those whose name itself begins with the text before the others."""
    first = folded(text).split()[0]
    return func.instr(Profile.search, f" {first}") != 1


def same_person(phone: str, email: str) -> ColumnElement[bool] | None:
    """Return the condition for a likely duplicate; None when there is nothing to compare."""
    ways: list[ColumnElement[bool]] = []
    if number := digits(phone).lstrip("0"):
        ways.append(_same_number(number))
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


def _word(word: str) -> ColumnElement[bool]:
    needle = f" {word}" if word.isascii() else word
    found = func.instr(Profile.search, needle) > 0
    return or_(found, _dialled(word)) if len(digits(word)) >= MIN_DIGITS else found


def _dialled(text: str) -> ColumnElement[bool]:
    """Match the digits as typed, or without the trunk's zero that a country code replaces."""
    number = digits(text)
    if len(number) < MIN_DIGITS:
        return func.instr(Profile.search, f" {folded(text).strip()}") > 0
    needles = {number, number.lstrip("0")}
    return or_(
        *(func.instr(Profile.phone_digits, it) > 0 for it in needles if len(it) >= MIN_DIGITS)
    )
