"""Findings as text: a line each, or as JSON for another program."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pos.services.doctor.findings import Check, Finding, Trouble, worst

TITLES = {
    Check.SETTINGS: "Settings file",
    Check.FOLDER: "Data folder",
    Check.SPACE: "Disk space",
    Check.DATABASE: "Database",
    Check.JOURNAL: "Journal",
    Check.TOTALS: "Running totals",
    Check.BACKUP: "Newest copy",
    Check.KEYRING: "Keyring",
    Check.CLOCK: "Clock",
    Check.READER: "Card reader",
    Check.BACKEND: "Backend",
    Check.OUTBOX: "Waiting to be sent",
    Check.VERSIONS: "Versions",
}
_WORDS = {
    Trouble.OK: "ok",
    Trouble.WARN: "warn",
    Trouble.BAD: "bad",
    Trouble.NOT_SET_UP: "not set up",
}


def line(finding: Finding, *, support: bool = False) -> str:
    """Write one finding in a line; ``support`` leaves out what names this computer."""
    found = finding.for_support if support else finding.found
    whole = f"{_WORDS[finding.state]:<10}  {TITLES[finding.check]}: {found}"
    told = f" {finding.remedy}" if finding.remedy and not support else ""
    code = f" [{finding.code}]" if finding.code else ""
    return " ".join(f"{whole}{told}{code}".split("\n"))


def as_json(findings: Iterable[Finding], *, support: bool = False) -> str:
    """Write all of them for a program; ``worst`` is ok, warn or bad."""
    listed = list(findings)
    checks = [
        {
            "check": finding.check.value,
            "state": finding.state.value,
            "found": finding.for_support if support else finding.found,
            "remedy": "" if support else finding.remedy,
            "code": finding.code,
        }
        for finding in listed
    ]
    return json.dumps({"worst": worst(listed).value, "checks": checks}, indent=1)
