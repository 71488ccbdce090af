"""The wire: whatever arrives is a message within its bounds, or `ValueError`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from pos.backend import wire
from pos.backend.wire import Wire, decode, encode
from tests.proof.fuzz.engine import Raw, Target, stateless

MESSAGES = tuple(
    kind
    for kind in (getattr(wire, name) for name in wire.__all__)
    if isinstance(kind, type) and issubclass(kind, Wire) and kind is not Wire
)
_BIG = 2**70


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Make values of a wire type that its bounds allow, as JSON has them."""
    match kind:
        case inspect.StructType():
            return _struct(kind)
        case inspect.IntType():
            return st.integers(kind.ge if kind.ge is not None else 0, kind.le or 10**6)
        case inspect.StrType():
            return _text(kind)
        case inspect.VarTupleType():
            longest = min(kind.max_length or 3, 3)
            return st.lists(values(kind.item_type), min_size=kind.min_length or 0, max_size=longest)
        case inspect.UnionType():
            return st.one_of(*(values(each) for each in kind.types))
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case _:
            return _PLAIN[type(kind)]


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=_ZONES)  # noqa: DTZ001 - the zone is drawn
_PLAIN: dict[type, st.SearchStrategy[Any]] = {
    inspect.UUIDType: st.uuids().map(str),
    inspect.DateTimeType: _MOMENTS.map(datetime.isoformat),
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
}


def _text(kind: inspect.StrType) -> st.SearchStrategy[str]:
    pattern = kind.pattern or ""
    if pattern == r"^[a-z]{3}$":
        return st.text("abcxyz", min_size=3, max_size=3)
    if pattern == r"^[0-9a-z]*$":
        return st.text("019az", max_size=8)
    if pattern == r"^([0-9]{4})?$":
        return st.sampled_from(("", "4242"))
    least, most = kind.min_length or 0, min(kind.max_length or 20, 20)
    return st.text(
        st.characters(exclude_characters="\0", codec="utf-8"), min_size=least, max_size=most
    )


def _struct(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    needed = {f.encode_name: values(f.type) for f in kind.fields if f.required}
    others = {f.encode_name: values(f.type) for f in kind.fields if not f.required}
    return st.fixed_dictionaries(needed, optional=others)


_GOOD = st.sampled_from(MESSAGES).flatmap(
    lambda kind: st.tuples(st.just(kind), values(inspect.type_info(kind)))
)


def _there_and_back(given: tuple[type[Wire], Any]) -> None:
    """Read a good message, write it, read it again: the same message and the same bytes."""
    kind, made = given
    message = decode(json.dumps(made).encode(), kind)
    sent = encode(message)
    again = decode(sent, kind)
    assert again == message
    assert encode(again) == sent
    for name, value in msgspec.structs.asdict(message).items():
        if isinstance(value, datetime):
            assert value.tzinfo is not None, name
            assert wire.utc(value).utcoffset() == timedelta(), name


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-_BIG, _BIG),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from((10**15, 10**15 + 1, -1, 1e0, 12.0, "1250", "", "\0", "a\0", "x" * 5000)),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
_STEPS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(("put", "drop", "add")), _JSON))
_RAW = st.one_of(
    st.binary(max_size=60),
    _JSON.map(lambda it: json.dumps(it).encode()),
    st.sampled_from((b"[" * 100_000, b'{"a":' * 50_000, b'"' * 3, b"\xff\xfe{}", b"1e999")),
    st.integers(100, 60_000).map(lambda n: b'{"note":' + b"[" * n + b"]" * n + b"}"),
)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every place of a message where a value stands: (container, key)."""
    here = list(node.items()) if isinstance(node, dict) else []
    here = list(enumerate(node)) if isinstance(node, list) else here
    found = [(node, key) for key, _ in here]
    return [*found, *(place for _, inner in here for place in _places(inner))]


def spoil(message: Any, steps: list[tuple[int, str, Any]]) -> Any:
    """Change a message at some places: another value there, a field gone, a field too many."""
    for at, how, value in steps:
        places = _places(message)
        if not places:
            break
        node, key = places[at * 7 % len(places)]
        if how == "put":
            node[key] = value
        elif how == "drop":
            del node[key]
        elif isinstance(node, dict):
            node["surprise"] = value
        else:
            node.append(value)
    return message


def _any_bytes(given: tuple[type[Wire], Any, list[tuple[int, str, Any]], bytes]) -> None:
    """Read spoilt messages and any bytes: a message within its bounds, or `ValueError`."""
    kind, made, steps, raw = given
    for body in (json.dumps(spoil(made, steps)).encode(), raw):
        try:
            message = decode(body, kind)
        except ValueError:
            continue
        assert decode(encode(message), kind) == message
        _within(msgspec.to_builtins(message))
        assert _taken_as_sent(json.loads(body), json.loads(encode(message))), body


def _within(node: Any) -> None:
    """No number a database cannot hold, no float, no NUL in what was let in."""
    assert not isinstance(node, float)
    if isinstance(node, int):
        assert abs(node) <= 10**15
    if isinstance(node, dict | list | tuple):
        for inner in node.values() if isinstance(node, dict) else node:
            _within(inner)


def _taken_as_sent(sent: Any, read: Any) -> bool:
    """Say whether nothing changed its kind on the way: no text or float became a number."""
    if type(sent) is not type(read):
        return False
    if isinstance(sent, dict):
        return all(name in read and _taken_as_sent(sent[name], read[name]) for name in sent)
    if isinstance(sent, list):
        return len(sent) == len(read) and all(map(_taken_as_sent, sent, read))
    return isinstance(sent, str) or sent == read  # a time may be written another way


def _moments(given: tuple[datetime, int]) -> None:
    """Bring any aware time to UTC, or `ValueError`."""
    moment, minutes = given
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    try:
        assert wire.utc(aware).tzinfo is UTC
    except ValueError:
        assert moment.year in {1, 9999}


_CASES: st.SearchStrategy[Any] = _GOOD.flatmap(
    lambda made: st.tuples(st.just(made[0]), st.just(made[1]), _STEPS, _RAW)
)
_check: Callable[[Any], None] = _any_bytes
_SEEDS = (b"\x00{}", b'\x05{"key":"a","product_key":"b","name":"c","price_minor":1}', b"\x09[1e5]")


def _message(raw: bytes) -> tuple[type[Wire], Any, list[Any], bytes]:
    return MESSAGES[(raw or b"\0")[0] % len(MESSAGES)], {}, [], raw[1:]


TARGETS = {
    "wire": Target("wire: good messages there and back", _GOOD, stateless(_there_and_back), 30_000),
    "wire-bytes": Target(
        "wire: spoilt messages and any bytes",
        _CASES,
        stateless(_check),
        20_000,
        Raw(_message, _SEEDS, 200_000),
    ),
    "wire-times": Target(
        "wire: times at the ends of the calendar",
        st.tuples(st.datetimes(), st.integers(-14 * 60, 14 * 60)),
        stateless(_moments),
        20_000,
    ),
}
