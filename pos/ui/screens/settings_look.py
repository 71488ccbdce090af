"""Sections of the settings for how the window looks and speaks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from pos.ui.i18n import tr
from pos.ui.screens.settings_sections import Section
from pos.ui.widgets.buttons import Button, Choice, MenuButton
from pos.ui.widgets.dialog import labelled
from pos.ui.widgets.panels import column, frame
from pos.ui.widgets.text import Label, wrapped


class LookSection(Section):
    """Theme and scale of this till."""

    theme_chosen = Signal(str)
    scale_chosen = Signal(int)
    restart_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Appearance"), tr("For this till only. A theme is worn at once."))
        self.theme, self.scale = Choice("toggle"), Choice("toggle")
        self.restart = Button(tr("Restart now at this size"), "secondary", "refresh-cw")
        self._words = wrapped("", "muted")
        self._began = 0
        labelled(self.body, tr("Theme"), self.theme)
        labelled(self.body, tr("Size of everything"), self.scale)
        self.body.addWidget(self._words)
        self.end(self.restart)
        self.theme.chosen.connect(self.theme_chosen)
        self.scale.chosen.connect(self._choose_scale)
        self.restart.clicked.connect(self.restart_asked)

    def show_theme(self, name: str) -> None:
        """Mark the theme that is worn."""
        looks = (
            ("light", tr("Light")),
            ("dark", tr("Dark")),
            ("high-contrast", tr("High contrast")),
            ("system", tr("As the computer")),
        )
        self.theme.show_choices(looks, name)

    def show_scale(self, percent: int, offered: Sequence[int]) -> None:
        """Mark the scale; another than the window began with needs a restart."""
        self._began = self._began or percent
        choices = [(str(each), f"{each} %") for each in offered]
        self.scale.show_choices(choices, str(percent))
        waits = percent != self._began
        self.restart.setVisible(waits)
        said = tr("Another size counts from the next start. The cart stays as it is.")
        self._words.setText(
            tr("The window is drawn at {percent} % from the next start on. The cart stays.").format(
                percent=percent
            )
            if waits
            else said
        )

    def _choose_scale(self, value: str) -> None:
        self.scale_chosen.emit(int(value))


class LanguageSection(Section):
    """The language of the texts, and the region whose numbers and dates are written.

    ``chosen`` carries language and territory, like ``en`` and ``DE``.
    """

    chosen = Signal(str, str)

    def __init__(self, title: str = "", text: str = "") -> None:
        title = title or tr("Language")
        super().__init__(title, text or tr("Numbers and dates follow the region."))
        self.language, self.region = MenuButton(()), MenuButton(())
        self._alone = wrapped(tr("Tillkeep speaks English so far."), "muted")
        self._sample = Label("", "heading")
        self.pair((tr("Language of the texts"), self.language), (tr("Region"), self.region))
        self.body.addWidget(self._alone)
        card = frame("note")
        inner = column(card, 4, 16)
        inner.addWidget(Label(tr("Numbers and dates look like this"), "muted"))
        inner.addWidget(self._sample)
        self.body.addWidget(card)
        self.end()
        self.language.chosen.connect(self._choose)
        self.region.chosen.connect(self._choose)

    def offer(
        self, languages: Sequence[tuple[str, str]], regions: Sequence[tuple[str, str]]
    ) -> None:
        """Offer (code, words) pairs."""
        self.language.set_choices(languages)
        self.region.set_choices(regions)
        self._alone.setVisible(len(languages) == 1)

    def show_chosen(self, language: str, region: str, sample: str) -> None:
        """Mark what counts now, with an amount and a day as they are written there."""
        self.language.show_value(language)
        self.region.show_value(region)
        self._sample.setText(sample)

    def _choose(self, _value: str) -> None:
        self.chosen.emit(self.language.value, self.region.value)
