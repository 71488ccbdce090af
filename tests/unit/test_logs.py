"""The log and the crash reports hold what happened and no secret."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos import logs
from pos.errors import CashierError

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CANARY = "51HqCanary0000"
KEY = "rk_test_" + CANARY
CARD = "4242424242424242"
BARE = str.maketrans("", "", " -")


@pytest.fixture
def folder(tmp_path):
    root = logging.getLogger()
    level = root.level
    hooks = sys.excepthook, threading.excepthook
    logs.configure(tmp_path, clock=lambda: NOW)
    yield tmp_path
    logs.close()
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks


def written(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / logs.FILE).read_text("utf-8").splitlines()]


def test_a_line_says_what_when_where_and_how_bad(folder):
    logs.get("checkout").info("sale.closed", order="o1", minor=1250)
    assert written(folder) == [
        {
            "event": "sale.closed",
            "order": "o1",
            "minor": 1250,
            "logger": "checkout",
            "level": "info",
            "at": "2026-03-04T05:06:07.000+00:00",
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        "sk_live_" + CANARY,
        "pk_test_" + CANARY,
        "whsec_" + CANARY,
        "pst_test_" + CANARY,
        f"pi_123_secret_{CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"basic {CANARY}",
        f"postgresql://till:{CANARY}@db/x",
        f"https://host/x?token={CANARY}&a=1",
        f'{{"password": "{CANARY}", "a": 1}}',
        f"access_token: {CANARY}",
        f"pin={CANARY}",
    ],
)
def test_no_secret_survives_in_a_text(text):
    cleaned = logs.redact(f"before {text} after")
    assert CANARY not in cleaned
    assert cleaned.startswith("before")
    assert cleaned.endswith("after")


@pytest.mark.parametrize(
    "card",
    [CARD, "4242 4242 4242 4242", "4242-4242-4242-4242", "378282246310005", "6304000000000000000"],
)
def test_a_card_number_is_removed_however_it_is_written(card):
    for text in (card, f"card {card}.", f"({card})", f"%B{card.translate(BARE)}^A/B"):
        assert logs.PAN in logs.redact(text)
    assert logs.redact(f";{CARD}=25121010000012300000?").startswith(f";{logs.PAN}=")


@pytest.mark.parametrize(
    "harmless",
    [
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "11111111-1111-7111-8111-111111111111",
        "4006381333931",  # a GTIN: its check digit is not a card's
        "2026-03-04T05:06:07.123456+00:00",
        "pk_payment_session is the primary key of the table",
        "idempotency_key=co_01890a5d_capture_1",
        "risk_live_dealer, sketch, opinion: 12",
    ],
)
def test_what_a_fault_is_traced_by_stays(harmless):
    assert logs.redact(harmless) == harmless


def test_values_are_removed_by_name_at_any_depth(folder):
    logs.get("x").warning(
        "event",
        api_key=CANARY,
        newPin=CANARY,
        payload={"auth": {"access_token": CANARY}, "list": [{"password": CANARY}, KEY]},
        number=int(CARD),
        idempotency_key="co_1",
        spinner="turning",
        **{f"odd {KEY}": 1},
    )
    [line] = written(folder)
    assert CANARY not in json.dumps(line)
    assert CARD not in json.dumps(line)
    assert (line["idempotency_key"], line["spinner"]) == ("co_1", "turning")


def test_a_library_and_an_exception_are_cleaned_too(folder):
    logging.getLogger("some.library").warning("sent %s to %s", KEY, "there")
    try:
        int(f"refused {KEY} for {CARD}")
    except ValueError:
        logs.get("x").exception("failed")
    library, failure = written(folder)
    assert library["event"] == f"sent {logs.MASK} to there"
    assert library["logger"] == "some.library"
    assert failure["exception"].endswith(f"'refused {logs.MASK} for {logs.PAN}'")


def test_no_control_character_reaches_a_terminal(folder):
    logs.get("x").info("scan", code="a\x1b[2J\x7f\x9b\u202e\nb\x00")
    raw = (folder / logs.FILE).read_bytes()
    assert all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in raw)
    assert raw.isascii()
    assert raw.count(b"\n") == 1
    assert written(folder)[0]["code"] == "a\x1b[2J\x7f\x9b\u202e\nb\x00"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_only_the_owner_reads_the_log_and_old_files_go(folder, monkeypatch):
    [handler] = [h for h in logging.root.handlers if isinstance(h, logs._LogFile)]
    monkeypatch.setattr(handler, "maxBytes", 500)
    for number in range(60):
        logs.get("x").info("a line that is not short at all", number=number)
    files = sorted(folder.glob(f"{logs.FILE}*"))
    assert len(files) == logs.KEEP_FILES + 1
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.usefixtures("folder")
def test_a_full_disk_loses_lines_and_nothing_else(monkeypatch, capsys):
    [handler] = [h for h in logging.root.handlers if isinstance(h, logs._LogFile)]

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handler.stream, "write", full, raising=False)
    logs.get("x").info("sale.closed")
    assert handler.lost == 1
    assert capsys.readouterr().err == ""
    monkeypatch.undo()


def test_a_folder_that_cannot_be_written_is_said_in_plain_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CashierError) as caught:
        logs.configure(tmp_path / "file" / "logs")
    assert caught.value.code == "log_unwritable"


CRASH = f"""
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from pos import logs

folder = Path(sys.argv[1])
logs.configure(folder)
shown = []
logs.install_excepthook(folder, shown.append, lambda: datetime(2026, 3, 4, tzinfo=UTC))

def fail(card):
    secret_local = "{CANARY}-local"
    raise RuntimeError(f"no answer for {{card}} with {KEY} \\x1b[2J")

thread = threading.Thread(target=fail, args=("{CARD}",))
thread.start()
thread.join()
print(*shown, sep="\\n", flush=True)
fail("{CARD}")
"""


def test_a_crash_leaves_a_report_without_locals_and_secrets(tmp_path):
    script = tmp_path / "crash.py"
    script.write_text(CRASH, "utf-8")
    folder = tmp_path / "logs"
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ""
    reports = sorted(folder.glob("crash-20260304T000000-*.txt"))
    assert len(reports) == 2
    assert any(report.name in done.stdout for report in reports)
    assert "What you sold is safe" in done.stdout
    for file in folder.iterdir():
        text = file.read_text("utf-8")
        assert CARD not in text
        assert "\x1b" not in text
        assert file.stat().st_mode & 0o077 == 0 or os.name != "posix"
    report = reports[0].read_text("utf-8")
    assert f"RuntimeError: no answer for {logs.PAN} with {logs.MASK}" in report
    assert "in fail" in report
    assert [line["event"] for line in written(folder)] == ["crash", "crash"]


def test_a_report_holds_no_local_variable(tmp_path):
    def fail(value):
        return 1 // (len(value) - len(value))

    try:
        fail("a local " + CANARY)
    except ZeroDivisionError as error:
        name = logs.write_report(tmp_path, error, NOW)
    text = (tmp_path / name).read_text("utf-8")
    assert "ZeroDivisionError" in text
    assert CANARY not in text.replace('fail("a local " + CANARY)', "")


def test_reports_do_not_pile_up(tmp_path):
    for second in range(logs.KEEP_REPORTS + 5):
        logs.write_report(tmp_path, ValueError("x"), NOW.replace(second=second))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == logs.KEEP_REPORTS
    assert names[-1].startswith("crash-20260304T050624")


def test_an_error_meant_for_a_person_is_shown_as_it_is(folder):
    shown = []
    logs.install_excepthook(folder, shown.append)
    error = CashierError("no_paper", "The printer has no paper.", "Put in a new roll.")
    sys.excepthook(CashierError, error, None)
    assert shown == ["The printer has no paper. Put in a new roll."]


def test_the_report_folder_may_be_gone(tmp_path):
    (tmp_path / "file").write_text("")
    assert logs.write_report(tmp_path / "file" / "x", ValueError("x"), NOW) is None
