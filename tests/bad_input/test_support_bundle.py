"""Nothing about anybody leaves the computer in a support file (canaries planted in every input).

Every byte of the archive is searched: as it lies on the disk, and unpacked.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import socket
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from pos import logs
from pos.app.build import build
from pos.app.doctor import Examination
from pos.config import Config
from pos.errors import CashierError
from pos.models.states import RefundReason
from pos.services import bundle, shop
from pos.services.bundle import masking
from pos.services.doctor import CHECKS
from pos.services.refunds import RefundRequest
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH
from tests.bad_input.conftest import command_line, read_only
from tests.support.catalogue import Item

SECRETS = {
    "stripe key": "rk_test_CanaryKey51HqZz90xYw",
    "backend token": "canary-token-7f3e51Hq90ab",
    "pin": "739164",
    "card": "4000056655665556",
    "card with blanks": "4000 0566 5566 5556",
    "name": "Philomena Quackenbush",
    "one word name": "quackenbush",
    "email": "philomena@quackenbush.example",
    "phone": "+49 30 901820",
    "bare phone": "4930901820",
    "note": "allergic to walnuts",
    "address": "Wisteria Lane 17",
    "tax id": "DE815493627",
    "shop": "Quackenbush & Daughters",
    "host": "pos.quackenbush.example",
    "product": "Zanzibar soap",
    "reader": "Wisteria counter",
}
CUSTOMER = "Philomena Quackenbush"


def plant(folder: Path) -> None:
    """Sell, refund, log and crash with all of that; leave a till closed behind."""
    preset = shop.Preset(
        business=SECRETS["shop"],
        location=SECRETS["address"],
        owner=CUSTOMER,
        address=SECRETS["address"],
        receipt_footer=f"{SECRETS['note']} {SECRETS['phone']}",
        taxes=(shop.ShopTax("quackenbush", "Quackenbush tax", 88_750),),
    )
    kept = {STRIPE_KEY: SECRETS["stripe key"], BACKEND_TOKEN: SECRETS["backend token"]}
    config = Config(data_dir=folder)
    with closing(build(config, secrets=MemorySecrets(kept), preset=preset)) as till:
        till.settings.set_backend_url(f"https://{SECRETS['host']}/till")
        till.settings.choose_reader("tmr_front", SECRETS["reader"])
        till.settings.set_refund_policy(SECRETS["note"], popup=False)
        made = till.customers.create(
            CUSTOMER, SECRETS["phone"], SECRETS["email"], SECRETS["tax id"]
        )
        order = sell(till, made)
        ask = RefundRequest(
            order_id=order, amount_minor=100, reason=RefundReason.OTHER, note=SECRETS["note"]
        )
        till.refunds.request(ask)
        till.desk.wake()
        till.desk.tick()
        till.keeper.keep()
    log_all(folder / "logs")
    for name in (f"{CUSTOMER}.txt", "catalogue-Quackenbush.csv", "till.db.of-quackenbush"):
        (folder / name).write_text(CUSTOMER)


def sell(till, made):
    item = Item("soap", SECRETS["product"], 1800, barcode="4006381333931")
    cart = till.cart.add_variant(item)
    till.cart.note_line(cart.lines[0].id, f"for {CUSTOMER}, {SECRETS['card']}")
    till.cart.note(f"{SECRETS['note']} {SECRETS['email']} {SECRETS['pin']}")
    till.cart.set_customer(made.id)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.receipt_done(till.checkout.pay(run.run_id, CASH, 5000).run_id)
    return run.run_id


def log_all(folder: Path) -> None:
    logs.configure(folder, level=logging.DEBUG)
    log = logs.get("canary")
    for name, secret in SECRETS.items():
        log.warning(secret, **{secret: secret, "note": secret, "value": secret})
        log.info("a number", amount=float(SECRETS["bare phone"]))
        log.info("a call failed", ticket=7, name=name, found=[secret, {"deep": {secret: secret}}])
        logging.getLogger(secret).error("%s of %s", name, secret)
        try:
            crash(secret)
        except ValueError as error:
            log.exception("a call failed", about=str(error))
            logs.write_report(folder, error, datetime.now(UTC))
    logs.close()
    with (folder / logs.FILE).open("a") as file:
        file.write(f"no json: {CUSTOMER} {SECRETS['email']}\n")
        file.write(json.dumps([CUSTOMER]) + "\n")


def crash(secret: str) -> None:
    raise ValueError(f'{secret}\n  File "/x/{secret}.py", line 3, in {secret}\n{secret}: {secret}')


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("quackenbush") / "till"
    plant(folder)
    return folder


@pytest.fixture(scope="module")
def saved(planted, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("out") / "support.zip"
    done = command_line(
        planted,
        "support-bundle",
        str(path),
        PYTHON_KEYRING_BACKEND="tests.support.keyrings.Told",
        TILLKEEP_TEST_SECRETS=json.dumps(
            {"stripe_key": SECRETS["stripe key"], "backend_token": SECRETS["backend token"]}
        ),
        TILLKEEP_STRIPE_URL="http://127.0.0.1:9",
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "Look into it" in done.stdout
    return path


def places(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()} | {
            "the archive": path.read_bytes(),
            "the names": "\n".join(archive.namelist()).encode(),
        }


def hits(found: dict[str, bytes], secret: str) -> list[str]:
    forms = {secret, secret.lower(), secret.upper(), secret.replace(" ", "")}
    raw = {form.encode(code) for form in forms for code in ("utf-8", "utf-16-le")}
    raw |= {json.dumps(form)[1:-1].encode() for form in forms}
    return [place for place, data in found.items() if any(form in data for form in raw)]


def test_the_canaries_were_there_to_be_leaked(planted):
    files = [path.read_bytes() for path in planted.rglob("*") if path.is_file()]
    free = set(SECRETS) - {"stripe key", "backend token", "card", "card with blanks"}
    for name in free - {"one word name", "bare phone", "tax id", "pin", "reader"}:
        assert any(SECRETS[name].encode() in raw for raw in files), name


@pytest.mark.parametrize("name", SECRETS)
def test_no_canary_is_in_the_support_file(saved, name):
    assert hits(places(saved), SECRETS[name]) == []


def test_nor_the_computer_its_user_or_its_folders(saved, planted):
    found = places(saved)
    for word in (str(planted), planted.parent.name, f"{Path.home()}/", "Quackenbush"):
        assert hits(found, word) == [], word
    if len(socket.gethostname()) > 3:
        assert hits(found, socket.gethostname()) == []


def test_what_helps_is_in_it(saved):
    found = {name: raw.decode("utf-8", "replace") for name, raw in places(saved).items()}
    assert {"README.txt", "doctor.txt", "versions.json", "journal.jsonl", "schema.sql"} <= set(
        found
    )
    entries = [json.loads(line) for line in found["journal.jsonl"].splitlines()]
    paid = next(entry for entry in entries if entry["kind"] == "order_paid")
    assert paid["data"]["total"] == 1960
    assert paid["data"]["number"] == "R1-000001"
    assert json.loads(found["counts.json"])["order"] == 1
    assert '"rate_ppm": 88750' in found["settings.json"]
    logged = [json.loads(line) for line in found["logs/tillkeep.jsonl"].splitlines()]
    known = [line for line in logged if line.get("event") == "a call failed"]
    assert known
    assert known[0]["level"] == "info"
    assert "ValueError: [text" in found["logs/crash-1.txt"]
    assert "bad" in found["doctor.txt"], "Stripe is not there"
    listed = json.loads(found["files.json"])
    assert {"till.db", "till.mark", "catalogue.db", "logs/tillkeep.jsonl"} <= set(listed)
    assert any(re.fullmatch(r"backups/till-daily-\w+\.db", name) for name in listed)
    assert listed["other files"] >= 3
    states = [json.loads(line) for line in found["states.jsonl"].splitlines()]
    assert {"order", "payment", "refund", "checkout_run"} <= {row["table"] for row in states}


def test_the_same_canaries_are_seen_when_masking_is_broken(planted, monkeypatch):
    """The search finds what is there: the masks are what keeps it out."""
    monkeypatch.setattr(masking, "_length", lambda text: text)
    monkeypatch.setattr(masking, "last_look", lambda text: text)
    made = bundle.collect(Config(data_dir=planted), [], {}, datetime.now(UTC))
    found = {name: text.encode() for name, text in made.files.items()}
    for name in ("name", "email", "note", "address", "phone", "host"):
        assert hits(found, SECRETS[name]), name


@pytest.mark.parametrize("harm", ["missing", "damaged", "newer", "totals"])
def test_there_is_a_support_file_whatever_state_the_till_is_in(planted, tmp_path, harm):
    folder = Path(shutil.copytree(planted, tmp_path / "till"))
    path = folder / "till.db"
    if harm == "missing":
        shutil.rmtree(folder)
    elif harm == "damaged":
        path.write_bytes(path.read_bytes()[:9000])
    elif harm == "totals":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE running_total SET amount_minor = 7 WHERE kind = 'tax'")
    else:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
    examination = Examination(Config(data_dir=folder), MemorySecrets())
    made = examination.bundle([examination.look(check) for check in CHECKS])
    bundle.save(made, tmp_path / "out.zip")
    found = places(tmp_path / "out.zip")
    assert b"database" in found["doctor.json"]
    assert [name for name in SECRETS if hits(found, SECRETS[name])] == []


@pytest.mark.parametrize("place", ["nowhere/out.zip", "file/out.zip", "folder", "."])
def test_a_place_that_cannot_be_written_is_said(planted, tmp_path, monkeypatch, place):
    made = bundle.collect(Config(data_dir=planted), [], {}, datetime.now(UTC))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CashierError) as caught:
        bundle.save(made, Path(place))
    assert caught.value.code == "support_not_saved"
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder"}
    assert not any((tmp_path / "folder").iterdir())


def test_a_disk_that_is_locked_against_writing_is_said(planted, tmp_path):
    """A stick with its switch on: there even taking back what is not there is refused."""
    made = bundle.collect(Config(data_dir=planted), [], {}, datetime.now(UTC))
    with read_only(tmp_path), pytest.raises(CashierError) as caught:
        bundle.save(made, tmp_path / "out.zip")
    assert caught.value.code == "support_not_saved"


def test_files_may_come_and_go_while_they_are_listed(tmp_path):
    """As they do while the till sells: its mark is written anew after every sale."""
    config, ended = Config(data_dir=tmp_path), Event()
    for number in range(200):  # so that some time passes between two looks at the mark
        (tmp_path / f"{number}").touch()

    def flicker() -> None:
        while not ended.is_set():
            config.mark.write_bytes(b"x")
            config.mark.unlink()

    thread = Thread(target=flicker)
    thread.start()
    try:
        for _ in range(60):
            bundle.collect(config, [], {}, datetime.now(UTC))
    finally:
        ended.set()
        thread.join()
