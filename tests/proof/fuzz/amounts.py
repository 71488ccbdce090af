"""Money as text, and the configuration file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.numbers import parse_decimal
from hypothesis import strategies as st

from pos.config import Config, load
from pos.errors import CashierError
from pos.money import MAX_MINOR, Money, allocate, exponent, format_minor, parse_minor
from tests.proof.fuzz.engine import Raw, Target, in_words, stateless, text_of
from tests.proof.fuzz.texts import any_text

_CURRENCIES = st.sampled_from(("usd", "krw", "kwd", "eur", "isk", "bhd", "clf", "jpy"))
_MINOR = st.one_of(st.integers(-MAX_MINOR, MAX_MINOR), st.integers(-1000, 1000))
_NUMBERS = st.one_of(
    any_text,
    st.from_regex(r"[+-]?\d{0,18}[.,]?\d{0,8}", fullmatch=True),
    st.decimals(allow_nan=True).map(str),
    st.floats().map(str),
)
_LOCALES = st.sampled_from(("en_US", "de_DE", "ko_KR", "fr_CH", "hi_IN"))


def _parse(given: tuple[str, str]) -> None:
    """Read any text: a bounded integer that means the same number, or `ValueError`."""
    text, currency = given
    try:
        minor = parse_minor(text, currency)
    except ValueError:
        return
    assert type(minor) is int
    assert abs(minor) <= MAX_MINOR
    assert parse_minor(_written(minor, currency), currency) == minor
    assert Money.parse(text, currency) == Money(minor, currency)


def _written(minor: int, currency: str) -> str:
    """Write minor units as the plain decimal they stand for, digit by digit."""
    decimals, sign = exponent(currency), "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits


def _format(given: tuple[int, str, str]) -> None:
    """Write an amount for people and read it back with the locale's own rules."""
    minor, currency, locale = given
    assert parse_minor(_written(minor, currency), currency) == minor
    shown = format_minor(minor, currency, locale)
    kept = "".join(char for char in shown if char.isdigit() or char in ".,-\N{MINUS SIGN}\u2019")
    back = parse_decimal(kept.strip(".").replace("\N{MINUS SIGN}", "-"), locale=locale)
    assert back.scaleb(exponent(currency)) == minor, shown
    assert shown.isprintable() or "\xa0" in shown or "\u202f" in shown


def _allocate(given: tuple[int, list[int]]) -> None:
    """Share any amount out: the parts sum to it, and none is a unit from its exact share."""
    total, weights = given
    parts, base = allocate(total, weights), sum(weights)
    assert sum(parts) == (total if base else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * base - total * weight) < base or not base
        assert part * total >= 0


_TOML = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda name, value: f"{name} = {value}".encode(),
        st.sampled_from(("locale", "training", "backend_url", "stripe_url", "data_dir", "x")),
        st.sampled_from(
            ('"de_DE"', "5", "true", "[]", "{}", "1979-05-27", '"\\u0000"', "nan", "'")
        ),
    ),
    st.sampled_from((900, 30_000)).map(lambda n: b"locale = " + b"[" * n + b"]" * n),
    st.sampled_from((900, 30_000)).map(lambda n: b"a." * n + b"b = 1"),
)


@contextmanager
def _config(folder: Path) -> Iterator[Callable[[bytes], None]]:
    """Start with any bytes as the configuration: settings of the right type, or words."""

    def check(raw: bytes) -> None:
        (folder / "tillkeep.toml").write_bytes(raw)
        try:
            config = load(folder)
        except CashierError as error:
            in_words(error)
            return
        assert config.data_dir == folder
        for name, kind in Config.__annotations__.items():
            value = getattr(config, name)
            assert type(value).__name__.removeprefix("Posix") == kind, (name, value)

    yield check


_RAW = Raw(lambda raw: (text_of(raw), "usd"), (b"12.30", b"+1.", b"-0"), 200_000)
_FILE = Raw(
    bytes, (b'locale = "de_DE"\n', b"training = true\n", b"[a.b]\nc = 1979-05-27\n"), 20_000
)

TARGETS = {
    "money-parse": Target(
        "money: any text", st.tuples(_NUMBERS, _CURRENCIES), stateless(_parse), 30_000, _RAW
    ),
    "money-format": Target(
        "money: written and read back",
        st.tuples(_MINOR, _CURRENCIES, _LOCALES),
        stateless(_format),
        30_000,
    ),
    "money-share": Target(
        "money: shared out",
        st.tuples(_MINOR, st.lists(st.integers(0, 10**12), max_size=12)),
        stateless(_allocate),
        30_000,
    ),
    "config": Target("configuration file: any bytes", _TOML, _config, 10_000, _FILE),
}
