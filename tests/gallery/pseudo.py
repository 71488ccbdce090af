"""A language that no one speaks: every English text, a third longer, so that clipping shows."""

from __future__ import annotations

import re

from PySide6.QtCore import QTranslator

from pos.config import resources

LONGER = 0.3
_LETTERS = str.maketrans("aeiouAEIOUncsy", "áéíóúÁÉÍÓÚñçšý")
_KEPT = re.compile(r"(\{[^}]*\}|%n|&.)")


class Pseudo(QTranslator):
    """Answers every text; placeholders and the forms for numbers stay what they are."""

    def __init__(self) -> None:
        super().__init__()
        assert self.load("tillkeep_en", str(resources() / "translations"))

    def translate(self, context: str, text: str, hint: str = "", n: int = -1) -> str:
        return lengthened(super().translate(context, text, hint, n) or text)

    def isEmpty(self) -> bool:
        return False


def lengthened(text: str) -> str:
    """Write a text a third longer, in letters that show it went through the translation."""
    if not any(each.isalpha() for each in text):
        return text
    parts = _KEPT.split(text)
    said = "".join(x if _KEPT.fullmatch(x) else x.translate(_LETTERS) for x in parts)
    letters = sum(len(x) for x in parts if not _KEPT.fullmatch(x))
    more = max(1, round(letters * LONGER))
    filler = ("lo rem ip sum do lor " * (more // 20 + 1))[:more].rstrip()
    return f"{said} {filler}" if " " in text else f"{said}{filler.replace(' ', '')}"
