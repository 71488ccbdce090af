"""The section of the settings that checks this till."""

from __future__ import annotations

from pos.ui.i18n import tr
from pos.ui.screens.doctor_panel import DoctorPanel
from pos.ui.screens.settings_sections import Section


class DoctorSection(Section):
    """Holds the panel; it is the same where the till cannot open."""

    def __init__(self) -> None:
        text = tr(
            "Looks at the disk, the file of sales, the keyring, the clock, the reader and the"
            " backend. Nothing is changed, and selling goes on meanwhile."
        )
        super().__init__(tr("Check this till"), text)
        self.panel = DoctorPanel()
        self.body.addWidget(self.panel, 1)
