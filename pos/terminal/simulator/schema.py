"""Which parameters an endpoint knows, and their types; anything else is refused."""

from __future__ import annotations

from typing import Any

from pos.terminal.simulator.problems import Json, invalid

STR, INT, BOOL, MAP, LIST, TREE, TIME = "str", "int", "bool", "map", "list", "tree", "time"

Spec = dict[str, Any]

ENDIVE = "2026-10-28"
_INTERVAL = {"gt": INT, "gte": INT, "lt": INT, "lte": INT}
_MAX_METADATA_KEYS = 50
_MAX_METADATA_VALUE = 500

_DESCRIBED: Spec = {"metadata": MAP, "description": STR, "expand": LIST}
_INTENT: Spec = {
    **_DESCRIBED,
    "amount": INT,
    "currency": STR,
    "allowed_payment_method_types": LIST,
    "payment_method_types": LIST,
    "capture_method": STR,
    "payment_method_options": TREE,
    "receipt_email": STR,
    "statement_descriptor": STR,
    "statement_descriptor_suffix": STR,
    "customer": STR,
}
_PAGE: Spec = {"limit": INT, "starting_after": STR, "ending_before": STR, "expand": LIST}
_DATED: Spec = {**_PAGE, "created": TIME}
_PROCESS_CONFIG: Spec = {
    "enable_customer_cancellation": BOOL,
    "skip_tipping": BOOL,
    "tipping": {"amount_eligible": INT},
    "allow_redisplay": STR,
    "return_url": STR,
}

GET: Spec = {"expand": LIST}
INTENT_CREATE: Spec = _INTENT
INTENT_UPDATE: Spec = {n: kind for n, kind in _INTENT.items() if n != "statement_descriptor"}
INTENT_CANCEL: Spec = {"cancellation_reason": STR, "expand": LIST}
INTENT_CAPTURE: Spec = {"amount_to_capture": INT, "metadata": MAP, "expand": LIST}
INTENT_LIST: Spec = {**_DATED, "customer": STR}
INTENT_SEARCH: Spec = {"query": STR, "limit": INT, "page": STR, "expand": LIST}
CHARGE_LIST: Spec = {**_DATED, "payment_intent": STR, "customer": STR}
REFUND_CREATE: Spec = {
    "payment_intent": STR,
    "charge": STR,
    "amount": INT,
    "reason": STR,
    "metadata": MAP,
    "expand": LIST,
}
REFUND_LIST: Spec = {**_DATED, "payment_intent": STR, "charge": STR}
READER_CREATE: Spec = {
    "registration_code": STR,
    "label": STR,
    "location": STR,
    "metadata": MAP,
    "expand": LIST,
}
READER_UPDATE: Spec = {"label": STR, "metadata": MAP, "expand": LIST}
READER_LIST: Spec = {
    **_PAGE,
    "location": STR,
    "status": STR,
    "device_type": STR,
    "serial_number": STR,
}
PROCESS: Spec = {"payment_intent": STR, "process_config": _PROCESS_CONFIG, "expand": LIST}
REFUND_PAYMENT: Spec = {
    "payment_intent": STR,
    "charge": STR,
    "amount": INT,
    "metadata": MAP,
    "refund_payment_config": {"enable_customer_cancellation": BOOL},
    "expand": LIST,
}
DISPLAY: Spec = {"type": STR, "cart": TREE, "expand": LIST}
PRESENT: Spec = {
    "type": STR,
    "amount_tip": INT,
    "card_present": {"number": STR},
    "interac_present": {"number": STR},
    "card": TREE,
    "expand": LIST,
}
LOCATION_CREATE: Spec = {
    "display_name": STR,
    "address": TREE,
    "metadata": MAP,
    "phone": STR,
    "configuration_overrides": STR,
    "expand": LIST,
}
LOCATION_LIST: Spec = _PAGE
TOKEN: Spec = {"location": STR, "expand": LIST}
EVENT_LIST: Spec = {**_DATED, "type": STR, "types": LIST}
BALANCE_LIST: Spec = {**_DATED, "type": STR, "source": STR, "currency": STR, "payout": STR}


def for_version(spec: Spec, version: str, given: Json) -> Spec:
    """Apply the change of endive, which removed ``payment_method_types``."""
    if "payment_method_types" not in spec:
        return spec
    if version[: len(ENDIVE)] < ENDIVE:
        return {n: kind for n, kind in spec.items() if n != "allowed_payment_method_types"}
    if "payment_method_types" in given:
        raise invalid(
            "The parameter `payment_method_types` is no longer supported as of API version "
            "2026-10-28.endive. Use `allowed_payment_method_types` instead.",
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        )
    return spec


def clean(given: Json, spec: Spec, required: tuple[str, ...] = ()) -> Json:
    """Typed parameters; raises ApiError (never remembered by a key) for any other."""
    for name in required:
        if name not in given:
            raise invalid(f"Missing required param: {name}.", "parameter_missing", name)
    return _object(given, spec, "")


def _object(given: Any, spec: Spec, at: str) -> Json:
    if not isinstance(given, dict):
        raise invalid("Invalid object", param=at)
    unknown = next((name for name in given if name not in spec), None)
    if unknown is not None:
        where = _join(at, unknown)
        raise invalid(f"Received unknown parameter: {where}", "parameter_unknown", where)
    return {name: _value(value, spec[name], _join(at, name)) for name, value in given.items()}


def _join(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name


def _value(value: Any, kind: Any, at: str) -> Any:
    if isinstance(kind, dict):
        return _object(value, kind, at)
    return _CONVERT[kind](value, at)


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {value}", param=at)
    return value


def _integer(value: Any, at: str) -> int:
    text = _text(value, at)
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit():
        raise invalid(f"Invalid integer: {text}", "parameter_invalid_integer", at)
    return int(text)


def _boolean(value: Any, at: str) -> bool:
    if value not in {"true", "false"}:
        raise invalid(f"Invalid boolean: {value}", param=at)
    return bool(value == "true")


def _map(value: Any, at: str) -> Json:
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise invalid("Invalid hash", param=at)
    if len(value) > _MAX_METADATA_KEYS or any(len(v) > _MAX_METADATA_VALUE for v in value.values()):
        raise invalid("Metadata has too many keys or too long a value.", param=at)
    return value


def _items(value: Any, at: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict) or not all(key.isdigit() for key in value):
        raise invalid("Invalid array", param=at)
    return [value[key] for key in sorted(value, key=int)]


def _tree(value: Any, _at: str) -> Any:
    return value


def _time(value: Any, at: str) -> Json:
    if isinstance(value, str):
        exactly = _integer(value, at)
        return {"gte": exactly, "lte": exactly}
    return _object(value, _INTERVAL, at)


_CONVERT = {
    STR: _text,
    INT: _integer,
    BOOL: _boolean,
    MAP: _map,
    LIST: _items,
    TREE: _tree,
    TIME: _time,
}
