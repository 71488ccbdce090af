"""Stripe's form encoding: ``a[b]=1``, ``a[0]=1``, ``a[]=1`` become nested dicts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from pos.terminal.simulator.problems import Json, invalid

_PART = re.compile(r"\[([^\[\]]*)\]")
_MAX_DEPTH = 8


def decode(text: str) -> Json:
    """Nested dicts of strings; list items are keyed by their index as text."""
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        _place(tree, _path(name), value)
    return tree


def _path(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    parts = _PART.findall(name[len(head) :]) if bracket else []
    if not head or len(parts) > _MAX_DEPTH or "".join(f"[{p}]" for p in parts) != name[len(head) :]:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    return [head, *parts]


def _place(tree: Json, path: list[str], value: str) -> None:
    node: Any = tree
    for part in path[:-1]:
        node = node.setdefault(part or str(len(node)), {})
        if not isinstance(node, dict):
            raise invalid("Invalid object", param=path[0])
    node[path[-1] or str(len(node))] = value
