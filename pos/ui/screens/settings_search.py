"""Finding a setting by its words: which sections have them, and where."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from pos.services.fields import folded
from pos.ui.widgets.text import Label, restyle

_NAMES = frozenset({"muted", "heading", "title"})


class Finder:
    """Looks through the sections' own words, and the words that a person may use instead."""

    def __init__(self) -> None:
        self._sections: dict[str, tuple[QWidget, str]] = {}

    def add(self, name: str, section: QWidget, words: str) -> None:
        """Take a section in; ``words`` are what else it may be called."""
        self._sections[name] = (section, words)

    def section(self, name: str) -> QWidget:
        """Return a section by its name."""
        return self._sections[name][0]

    def find(self, text: str) -> list[str]:
        """Return the sections that have every word, and mark the labels that have one.

        Without a word: all of them, and no mark.
        """
        words = folded(text).split()
        found = [name for name in self._sections if self._has(name, words)]
        for name, (section, _) in self._sections.items():
            mark(section, words if name in found else [])
        return found

    def first(self, name: str, text: str) -> QWidget | None:
        """Return the field under the first label of a section that has a word."""
        section, words = self.section(name), folded(text).split()
        labels = (each for each in _labels(section) if each.buddy() and _any(each, words))
        return next((each.buddy() for each in labels), None)

    def _has(self, name: str, words: list[str]) -> bool:
        section, more = self._sections[name]
        texts = [more, *(each.text() for each in _labels(section))]
        texts += [each.text() for each in section.findChildren(QPushButton)]
        whole = folded(" ".join(texts))
        return all(word in whole for word in words)


def mark(section: QWidget, words: list[str]) -> None:
    """Mark the labels of a section that have one of the words, and no other."""
    for label in _labels(section):
        wanted = bool(words) and _any(label, words)
        if bool(label.property("found")) != wanted:  # a label that never was marked has none
            restyle(label, found=wanted)


def _labels(section: QWidget) -> list[Label]:
    return [each for each in section.findChildren(Label) if each.property("role") in _NAMES]


def _any(label: Label, words: list[str]) -> bool:
    text = folded(label.text())
    return any(word in text for word in words)
