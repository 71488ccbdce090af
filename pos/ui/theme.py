"""Puts a theme on the application: style, palette, font and style sheet."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from pos.config import resources
from pos.ui.tokens import DARK, HIGH_CONTRAST, LIGHT, THEMES, Tokens

FAMILY = "Inter"
BODY = 15
SYSTEM = "system"
"""Wear what the operating system asks for, and change with it."""
_PROPERTY = "tillkeep.theme"
_WANTED = "tillkeep.theme.wanted"
_FOLLOWER = "tillkeep.theme.follower"
_FONTS = ("Inter-Regular.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")


def apply(app: QApplication, name: str = LIGHT.name) -> Tokens:
    """Dress the application in a theme or in `SYSTEM`'s; returns its tokens.

    An unknown name (an old setting) means light.
    """
    app.setProperty(_WANTED, name)
    if app.findChild(_Follower, _FOLLOWER) is None:
        _Follower(app)
    _ask_platform(app, name)
    return _wear(app, _asked_for(app) if name == SYSTEM else name)


def _wear(app: QApplication, name: str) -> Tokens:
    tokens = THEMES.get(name, LIGHT)
    load_fonts()
    app.setProperty(_PROPERTY, tokens.name)
    app.setStyleSheet("")  # over another sheet, every change below polishes all widgets anew
    app.setStyle("Fusion")
    app.setPalette(palette(tokens))
    app.setFont(font(BODY))
    app.setStyleSheet(style_sheet(tokens))
    return tokens


def _ask_platform(app: QApplication, name: str) -> None:
    """Have the system's own parts (title bar, file dialog) light or dark with the theme."""
    hints = app.styleHints()
    if name == SYSTEM:
        hints.unsetColorScheme()
    else:
        dark = name == DARK.name
        hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)


def _asked_for(app: QApplication) -> str:
    """Return the theme that the operating system asks for; one that does not say gets light."""
    hints = app.styleHints()
    if hasattr(hints, "accessibility"):  # since Qt 6.10
        asked = hints.accessibility().contrastPreference()
        if asked == Qt.ContrastPreference.HighContrast:
            return HIGH_CONTRAST.name
    return _of_scheme(hints.colorScheme())


def _of_scheme(scheme: Qt.ColorScheme) -> str:
    return DARK.name if scheme == Qt.ColorScheme.Dark else LIGHT.name


class _Follower(QObject):
    """Changes the theme with the operating system while `SYSTEM` is worn."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName(_FOLLOWER)
        self._app = app
        later = Qt.ConnectionType.QueuedConnection  # the change may come out of `apply` itself
        app.styleHints().colorSchemeChanged.connect(self._on_scheme, later)
        if hasattr(app.styleHints(), "accessibility"):
            contrast = app.styleHints().accessibility().contrastPreferenceChanged
            contrast.connect(self._on_contrast, later)

    @Slot(Qt.ColorScheme)
    def _on_scheme(self, scheme: Qt.ColorScheme) -> None:
        asked = _asked_for(self._app)
        self._follow(asked if asked == HIGH_CONTRAST.name else _of_scheme(scheme))

    def _on_contrast(self) -> None:
        self._follow(_asked_for(self._app))

    def _follow(self, asked: str) -> None:
        if self._app.property(_WANTED) == SYSTEM and asked != tokens().name:
            _wear(self._app, asked)


def tokens() -> Tokens:
    """Return the theme the application wears, for painters and delegates."""
    app = QApplication.instance()
    return THEMES.get(str(app.property(_PROPERTY)) if app else "", LIGHT)


def font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the bundled face with tabular figures, so that columns of money line up."""
    face = QFont(FAMILY)
    face.setPixelSize(pixels)
    face.setWeight(weight)
    face.setFeature(QFont.Tag("tnum"), 1)
    return face


def load_fonts() -> None:
    """Register the bundled faces once for the process."""
    if QFontDatabase.hasFamily(FAMILY):
        return
    for name in _FONTS:
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))


def style_sheet(tokens: Tokens) -> str:
    """Fill the one style sheet with the colours of a theme."""
    template = Template((resources() / "themes" / "till.qss").read_text("utf-8"))
    given = {key: str(value) for key, value in asdict(tokens).items()}
    more = tokens.focus - tokens.border  # a wider border takes its room from the padding
    insets = {"inset": 12 - more, "inset_left": 10 - more, "inset_top": 8 - more}
    return template.substitute(given, **{key: str(value) for key, value in insets.items()})


def palette(tokens: Tokens) -> QPalette:
    """Return the palette for what the style sheet leaves to the Fusion style."""
    made = QPalette()
    for role, colour in _roles(tokens).items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return made


def _roles(tokens: Tokens) -> dict[QPalette.ColorRole, str]:
    role = QPalette.ColorRole
    return {
        role.Window: tokens.background,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.background,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.surface,
        role.Mid: tokens.line,
        role.Link: tokens.accent,
    }
