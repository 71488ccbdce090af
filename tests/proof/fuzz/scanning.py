"""Keys, codes and searches: what a scanner or a person may type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st

from pos.services.catalogue import Catalogue, import_file
from pos.services.catalogue.codes import MAX_CODE, check_digit_is_wrong, clean_code, gtin14
from pos.services.customers.service import CustomerService
from pos.services.purchases import PurchaseFilter, Purchases
from pos.ui.wedge import Kind, Stroke, Timing, WedgeBuffer, printable
from tests.proof.fuzz.engine import Raw, Target, stateless, text_of
from tests.proof.fuzz.texts import any_text
from tests.support.orders import CARD, add_order
from tests.support.till import START, FakeClock, make_db, make_shop

_GAPS = st.one_of(
    st.floats(0, 40),
    st.sampled_from((49.0, 50.0, 51.0, 99.0, 101.0, 5_000.0, -1.0, -60.0, -1e9, 1e12)),
)
_KEYS = st.tuples(
    st.sampled_from((Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TERMINATOR, Kind.NOISE, Kind.BREAK)),
    st.one_of(st.sampled_from("0123456789abcXYZ -'"), any_text.map(printable).filter(bool)),
    _GAPS,
)
_TIMINGS = st.builds(
    Timing,
    gap_ms=st.sampled_from((20.0, 50.0)),
    min_length=st.integers(1, 8),
    max_length=st.integers(1, 130),
    prefix=st.sampled_from(("", "]C1", "a")),
    suffix=st.sampled_from(("", "#", "1")),
)


_KIND_OF = (*[Kind.TEXT] * 5, Kind.TERMINATOR, Kind.NOISE, Kind.BREAK)


def _strokes(raw: bytes) -> tuple[list[tuple[Kind, str, float]], Timing]:
    """Read bytes as keys, two for each: which, and how long after the one before."""
    pairs = zip(raw[::2], raw[1::2], strict=False)
    return [(_KIND_OF[key % 8], chr(33 + key % 94), gap * 0.6) for key, gap in pairs], Timing()


def _wedge(given: tuple[list[tuple[Kind, str, float]], Timing]) -> None:
    """Look at any keys at any time: each is delivered once, in order, or is part of a scan."""
    keys, timing = given
    wedge, at, typed, scans = WedgeBuffer(timing), 1_000.0, [], []
    swallowed = 0
    for number, (kind, text, gap) in enumerate(keys):
        at += gap
        verdict = wedge.press(Stroke(kind, text if kind is Kind.TEXT else "", number, at))
        typed += verdict.typed
        scans += verdict.scans
        swallowed += verdict.too_long
        if verdict.passes:
            assert kind in {Kind.BREAK, Kind.TERMINATOR, Kind.NOISE}, "a letter went by"
            assert not wedge.holding
            typed.append(number)
    last = wedge.expire()
    typed, scans = typed + last.typed, scans + last.scans
    assert not wedge.holding
    assert typed == sorted(set(typed)), "a key was delivered twice or out of order"
    letters = [text for kind, text, _ in keys if kind is Kind.TEXT]
    missing = [k[1] for n, k in enumerate(keys) if k[0] is Kind.TEXT and n not in typed]
    if not (swallowed + last.too_long or timing.prefix or timing.suffix):
        assert "".join("".join(missing).split()) == "".join("".join(scans).split()), (
            "a sign is lost"
        )
    assert all(0 < len(s) <= timing.max_length for s in scans)
    assert all(s == s.strip() and s.isprintable() for s in scans)
    assert sum(map(len, scans)) <= sum(map(len, letters))


_CODES = st.text("0123456789ABCDEFxyz-./", min_size=6, max_size=64)
_QUICK = st.lists(st.floats(0, 45), min_size=1, max_size=8)
_SLOW = st.floats(51, 400)


def _scan_among_typing(given: tuple[str, str, list[float], float]) -> None:
    """A person types, a scanner sends its code, the person goes on: neither loses a sign."""
    words, code, quick, slow = given
    wedge, at, typed, scans = WedgeBuffer(), 0.0, [], []
    strokes = [(Kind.TEXT, sign, slow) for sign in words]
    strokes += [
        (Kind.TEXT, sign, quick[n % len(quick)] if n else slow) for n, sign in enumerate(code)
    ]
    strokes += [(Kind.TERMINATOR, "", quick[0])]
    strokes += [(Kind.TEXT, sign, slow) for sign in words]
    for kind, text, gap in strokes:
        at += gap
        verdict = wedge.press(Stroke(kind, text, text, at))
        typed, scans = typed + verdict.typed, scans + verdict.scans
    typed += wedge.expire().typed
    assert scans == [code]
    assert "".join(typed) == words * 2


def _codes(text: str) -> None:
    """Clean any text: a code that can be printed, or `ValueError`."""
    number = gtin14(text)
    assert number is None or 0 <= number < 10**14
    assert isinstance(check_digit_is_wrong(text), bool)
    try:
        code = clean_code(text)
    except ValueError:
        return
    assert code.isprintable()
    assert len(code) <= MAX_CODE
    assert code in text


_GOODS = """barcode,sku,name,price,category
4006381333931,TEA,Green tea,4.80,Drinks
9521000079199,MAT,Yoga mat \N{SNOWMAN},42.00,Gear
,,\N{HANGUL SYLLABLE GAG} caf\N{LATIN SMALL LETTER E WITH ACUTE},1,
"""
_SEARCHES = st.tuples(any_text, st.one_of(st.none(), any_text, st.just("Drinks")))


@contextmanager
def _search(folder: Path) -> Iterator[Callable[[tuple[str, str | None]], None]]:
    """Search the catalogue, the purchases and the customers for any text."""
    goods = folder / "goods.csv"
    goods.write_text(_GOODS, "utf-8")
    catalogue = Catalogue.open(folder / "catalogue.db")
    import_file(goods, "usd", catalogue)
    db, clock = make_db(folder), FakeClock(START)
    make_shop(db, clock=clock)
    add_order(db, clock, paid=(CARD,), customer_name="Ada Lovelace")
    customers = CustomerService(db, clock)
    customers.create("Ada Lovelace", "+44 20 7946 0018", "ada@example.com")
    purchases = Purchases(db, clock)

    def check(given: tuple[str, str | None]) -> None:
        text, category = given
        found = catalogue.page(text, category)
        assert catalogue.count(text, category) == len(found) <= 3
        assert all(tile.name for tile in found)
        assert len(catalogue.lookup(text)) <= 3
        rows = purchases.page(PurchaseFilter(text=text), offset=0, limit=10)
        assert purchases.count(PurchaseFilter(text=text)) == len(rows) <= 1
        assert len(customers.search(text)) <= 1

    yield check
    catalogue.close()
    db.close()


_TEXT = Raw(text_of, (b"4006381333931", b"'TEA", "\u0662".encode()), 100_000)
_QUERY = Raw(lambda raw: (text_of(raw), None), (b"green tea", b'"a" OR b*', b"R1-000001"), 2_000)

TARGETS = {
    "wedge": Target(
        "scanner: any keys at any time",
        st.tuples(st.lists(_KEYS, max_size=40), _TIMINGS),
        stateless(_wedge),
        30_000,
        Raw(_strokes, (b"4\x05006381333931\r" * 2, b"a\xffb\xff"), 100_000),
    ),
    "wedge-typing": Target(
        "scanner: a code among a person's typing",
        st.tuples(st.text("abc 123", max_size=5), _CODES, _QUICK, _SLOW),
        stateless(_scan_among_typing),
        20_000,
    ),
    "codes": Target("barcodes: any text", any_text, stateless(_codes), 60_000, _TEXT),
    "search": Target("search boxes: any text", _SEARCHES, _search, 5_000, _QUERY),
}
