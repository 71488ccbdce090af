"""Names made safe to show, and HTML turned into words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.services.catalogue.text import clean_name, clean_words, search_terms, strip_html


@given(st.text())
def test_clean_words_leave_nothing_that_hides_or_turns_text(text):
    cleaned = clean_words(text)
    assert cleaned == clean_words(cleaned)
    assert not any(unicodedata.category(char) == "Cc" for char in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    assert cleaned == cleaned.strip()


def test_joiners_that_languages_and_emoji_need_stay():
    persian = "می\u200cخواهم"  # noqa: RUF001 - the letters are meant
    assert clean_name(f"{persian} 👩\u200d🍳") == f"{persian} 👩\u200d🍳"


@pytest.mark.parametrize("text", ["", "  ", "\x00\x1f", "\u202e\u2066"])
def test_names_of_nothing_are_refused(text):
    with pytest.raises(ValueError, match="empty"):
        clean_name(text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>One</p><p>two</p>", "One two"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("I <3 you & 1 < 2", "I <3 you & 1 < 2"),
        ("<img src=x onerror=alert(1)>pic", "pic"),
    ],
)
def test_strip_html(html, text):
    assert clean_words(strip_html(html)) == text


def test_search_terms_hold_no_operator_and_are_few():
    assert search_terms('NEAR("a b"*, 5) -c:d^', lambda _: True) == [
        "NEAR",
        "a",
        "b",
        "5",
        "c",
        "d",
    ]
    assert len(search_terms("a " * 500, lambda _: True)) == 8
    assert len(search_terms("x" * 500, lambda _: True)[0]) == 64
