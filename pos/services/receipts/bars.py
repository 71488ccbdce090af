"""Code 128: the receipt's number as the widths of bars and spaces."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from barcode.codex import Code128  # type: ignore[import-untyped]  # it has no stubs
from barcode.errors import BarcodeError  # type: ignore[import-untyped]  # likewise


@lru_cache(maxsize=256)
def code128(value: str) -> tuple[int, ...]:
    """Return module widths, a bar first, then space and bar in turn.

    The quiet zone, ten modules on either side, is the painter's. A value that
    Code 128 cannot hold gives nothing: the number can still be read.
    """
    if not value or not value.isascii() or not value.isprintable():
        return ()
    try:
        (modules,) = Code128(value).build()
    except BarcodeError:
        return ()
    return tuple(len(list(run)) for _, run in groupby(modules))
