"""The one way to text a person reads."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "Tillkeep"


def tr(text: str, n: int = -1) -> str:
    """Translate; ``%n`` becomes ``n`` in the plural form of the language.

    A plain function, so that the linter sees f-strings passed to it: fill
    names in afterwards with ``str.format``.
    """
    return QCoreApplication.translate(CONTEXT, text, None, n)
