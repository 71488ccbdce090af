"""The one way to text a person reads."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTranslator

from pos.config import resources

CONTEXT = "Tillkeep"
SOURCE = "en"
_NAME = "tillkeep.translation"


def tr(text: str, n: int = -1) -> str:
    """Translate; ``%n`` becomes ``n`` in the plural form of the language.

    A plain function, so that the linter sees f-strings passed to it: fill
    names in afterwards with ``str.format``.
    """
    return QCoreApplication.translate(CONTEXT, text, None, n)


def load(app: QCoreApplication, locale: str) -> None:
    """Speak the language of ``locale``, such as ``de_DE``; English where a text has no other.

    English is loaded always: the texts in the source have no singular.
    """
    if app.property(_NAME) == locale:
        return
    app.setProperty(_NAME, locale)
    for old in app.findChildren(QTranslator, _NAME):
        app.removeTranslator(old)
        old.deleteLater()
    for language in dict.fromkeys((SOURCE, locale.partition("_")[0])):  # the last is asked first
        made = QTranslator(app)
        made.setObjectName(_NAME)
        if made.load(f"tillkeep_{language}", str(resources() / "translations")):
            app.installTranslator(made)


def languages() -> tuple[str, ...]:
    """Return the languages that there are texts in, such as ``en``; English first."""
    files = (resources() / "translations").glob("tillkeep_*.qm")
    found = {file.stem.removeprefix("tillkeep_") for file in files}
    return (SOURCE, *sorted(found - {SOURCE}))
