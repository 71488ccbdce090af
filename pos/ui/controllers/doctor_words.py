"""Findings in the words and colours of the screen."""

from __future__ import annotations

from collections.abc import Iterable

from pos.services.doctor import Check, Finding, Trouble
from pos.ui.i18n import tr
from pos.ui.screens.doctor_views import CheckView
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView

_TONES = {
    Trouble.OK: Tone.OK,
    Trouble.WARN: Tone.WARN,
    Trouble.BAD: Tone.BAD,
    Trouble.NOT_SET_UP: Tone.NEUTRAL,
}


def titles() -> dict[Check, str]:
    """Name every check."""
    return {
        Check.SETTINGS: tr("Settings file"),
        Check.FOLDER: tr("Data folder"),
        Check.SPACE: tr("Disk space"),
        Check.DATABASE: tr("Database"),
        Check.JOURNAL: tr("Journal"),
        Check.TOTALS: tr("Running totals"),
        Check.BACKUP: tr("Newest copy"),
        Check.KEYRING: tr("Keyring"),
        Check.CLOCK: tr("Clock"),
        Check.READER: tr("Card reader"),
        Check.BACKEND: tr("Backend"),
        Check.OUTBOX: tr("Waiting to be sent"),
        Check.VERSIONS: tr("Versions"),
    }


def waiting(check: Check) -> CheckView:
    """Show a check that was not made."""
    return CheckView(check.value, titles()[check], tr("Not checked"))


def running(check: Check) -> CheckView:
    """Show the check that is being made."""
    return CheckView(check.value, titles()[check], tr("Checking"), Tone.INFO)


def found(finding: Finding) -> CheckView:
    """Show what a check found."""
    words = {
        Trouble.OK: tr("OK"),
        Trouble.WARN: tr("Look at this"),
        Trouble.BAD: tr("Wrong"),
        Trouble.NOT_SET_UP: tr("Not set up"),
    }
    return CheckView(
        finding.check.value,
        titles()[finding.check],
        words[finding.state],
        _TONES[finding.state],
        finding.found,
        finding.remedy,
    )


def summary(findings: Iterable[Finding]) -> BannerView:
    """Say in one sentence how the till is."""
    listed = list(findings)
    bad = [titles()[each.check] for each in listed if each.state is Trouble.BAD]
    warn = [titles()[each.check] for each in listed if each.state is Trouble.WARN]
    if bad:
        words = tr("%n checks found something wrong: {names}.", len(bad))
        return BannerView(words.format(names=", ".join(bad)), tone=Tone.BAD)
    if warn:
        words = tr("%n checks should be looked at: {names}.", len(warn))
        return BannerView(words.format(names=", ".join(warn)), tone=Tone.WARN)
    return BannerView(tr("Everything is in order."), tone=Tone.OK)
