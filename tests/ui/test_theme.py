import itertools

import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics

from pos.config import resources
from pos.ui import theme
from pos.ui.icons import icon, tone_icon
from pos.ui.tokens import AA, THEMES, Tone, contrast
from pos.ui.widgets.buttons import Button, danger, icon_button, primary
from pos.ui.widgets.entry import NumPad, Stepper
from pos.ui.widgets.pill import Pill

HIGH = 7
"""WCAG 2.2, level AAA."""


def test_contrast_is_the_wcag_ratio():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
def test_every_text_can_be_read_on_its_ground(name):
    tokens = THEMES[name]
    weak = {
        (ink, ground): round(contrast(ink, ground), 2)
        for ink, ground in tokens.text_pairs()
        if contrast(ink, ground) < AA
    }
    assert weak == {}


def test_high_contrast_is_high():
    tokens = THEMES["high-contrast"]
    pairs = {*tokens.text_pairs(), (tokens.line, tokens.surface), (tokens.line, tokens.background)}
    weak = {pair: contrast(*pair) for pair in pairs if contrast(*pair) < HIGH}
    assert weak == {}
    assert tokens.border >= 2


def test_every_icon_is_drawn_on_the_same_grid_and_takes_a_colour():
    """One set: Lucide's. A name without a file would end the scene of the gallery that has it."""
    for path in (resources() / "icons").glob("*.svg"):
        text = path.read_text("utf-8")
        assert 'viewBox="0 0 24 24"' in text, path.name
        assert "currentColor" in text, path.name


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_fills_the_style_sheet(qapp, name):
    assert theme.apply(qapp, name).name == name
    assert "$" not in qapp.styleSheet()
    assert theme.tokens() is THEMES[name]
    theme.apply(qapp)


def test_an_unknown_theme_means_light(qapp):
    assert theme.apply(qapp, "solarized").name == "light"


@pytest.mark.parametrize("weight", [400, 600, 700])
def test_figures_have_one_width_so_that_money_lines_up(weight):
    face = theme.font(40, QFont.Weight(weight))
    metrics = QFontMetrics(face)
    assert QFontInfo(face).family() == "Inter"
    assert {metrics.horizontalAdvance(digit * 10) for digit in "0123456789"} == {
        metrics.horizontalAdvance("0000000000")
    }
    face.unsetFeature(type(face).Tag("tnum"))
    loose = QFontMetrics(face)
    assert loose.horizontalAdvance("1111") != loose.horizontalAdvance("0000")


def test_fonts_and_icons_come_with_their_licences():
    assert "SIL Open Font License" in (resources() / "fonts" / "LICENSE-Inter.txt").read_text()
    assert "ISC License" in (resources() / "icons" / "LICENSE-Lucide.txt").read_text()


def test_every_bundled_icon_draws_in_the_colour_asked_for():
    for path in sorted((resources() / "icons").glob("*.svg")):
        image = icon(path.stem, "#ff0000", 32).pixmap(32, 32).toImage()
        inks = {
            image.pixelColor(x, y).name()
            for x, y in itertools.product(range(image.width()), range(image.height()))
            if image.pixelColor(x, y).alpha() == 255
        }
        assert inks == {"#ff0000"}, path.name


def test_states_differ_in_shape_not_only_in_colour():
    shapes = [tone_icon(tone, "#000000", 20).pixmap(20, 20).toImage() for tone in Tone]
    ok, warn, bad, _info, neutral = shapes
    assert all(a != b for a, b in itertools.combinations((ok, warn, bad, neutral), 2))


def test_everything_a_finger_hits_is_large_enough(qtbot):
    small = [Button("x"), icon_button("x", "Close"), Pill("All synced", Tone.OK)]
    for widget in small:
        qtbot.addWidget(widget)
        assert widget.sizeHint().expandedTo(widget.minimumSize()).height() >= 44
    for widget in (primary("Pay"), danger("Refund")):
        qtbot.addWidget(widget)
        assert 64 <= widget.minimumHeight() <= 72
    for widget in (Stepper(), NumPad()):
        qtbot.addWidget(widget)
        widget.show()
        widget.resize(widget.sizeHint())
        buttons = widget.findChildren(Button)
        assert min(min(b.width(), b.height()) for b in buttons) >= 44
