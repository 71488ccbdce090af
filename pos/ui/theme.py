"""Puts a theme on the application: style, palette, font and style sheet."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from pos.config import resources
from pos.ui.tokens import LIGHT, THEMES, Tokens

FAMILY = "Inter"
BODY = 15
_PROPERTY = "tillkeep.theme"
_FONTS = ("Inter-Regular.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")


def apply(app: QApplication, name: str = LIGHT.name) -> Tokens:
    """Dress the application; an unknown name (an old setting) means light. Returns the tokens."""
    tokens = THEMES.get(name, LIGHT)
    load_fonts()
    app.setProperty(_PROPERTY, tokens.name)
    app.setStyleSheet("")  # over another sheet, every change below polishes all widgets anew
    app.setStyle("Fusion")
    app.setPalette(palette(tokens))
    app.setFont(font(BODY))
    app.setStyleSheet(style_sheet(tokens))
    return tokens


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
    return template.substitute({key: str(value) for key, value in asdict(tokens).items()})


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
