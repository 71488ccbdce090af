"""``tillkeep doctor`` and ``tillkeep support-bundle``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from pos.app.build import utc_now
from pos.app.doctor.examine import Examination
from pos.config import Config, SettingsFileError, load
from pos.logs import redact, write_report
from pos.services import bundle
from pos.services.doctor import CHECKS, Finding, Trouble, report, worst

EXIT_BAD = 1

Say = Callable[[str], object]


def doctor(data_dir: Path | None, say: Say, *, as_json: bool = False) -> int:
    """Make every check, a line each as they end; returns 1 when something is bad, else 0."""
    examination = _examination(data_dir)
    findings: list[Finding] = []
    for check in CHECKS:
        findings.append(examination.look(check))
        if not as_json:
            say(redact(report.line(findings[-1])))
    if as_json:
        say(redact(report.as_json(findings)))
    return EXIT_BAD if worst(findings) is Trouble.BAD else 0


def support_bundle(data_dir: Path | None, file: Path, say: Say) -> int:
    """Make every check and save what support needs; raises `CashierError` when it cannot."""
    examination = _examination(data_dir)
    made = examination.bundle([examination.look(check) for check in CHECKS])
    bundle.save(made, file)
    say(f"Saved as {file}, with {len(made.files)} files. Look into it before you send it.")
    return 0


def _examination(data_dir: Path | None) -> Examination:
    """Make what checks; a check that fails by itself leaves a report, as its finding says.

    Python would write the error as it is to the screen, with whatever it quotes.
    """
    config = config_for(data_dir)

    def keep(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None:
            write_report(config.logs, failed.exc_value, utc_now())

    threading.excepthook = keep
    return Examination(config)


def config_for(data_dir: Path | None) -> Config:
    """Read the configuration; where that fails, a check says why, and the usual one counts."""
    try:
        return load(data_dir)
    except SettingsFileError as error:
        return error.config
