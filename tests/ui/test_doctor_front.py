"""The check of this till through its window: beside real processes, with a payment, stopped."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from pos.services.doctor import CHECKS, Check
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.terminal.api import STRIPE_TERMINAL
from tests.support.backend import TOKEN
from tests.support.simulator import KEY, READER
from tests.ui.front_fixture import idle, open_front, till_of, until
from tests.ui.hands import press, sell_tea

SETTLED = {"OK", "Look at this", "Wrong", "Not set up"}


def opened(front):
    front.shell.show_page("settings")
    front.settings.screen.open_section("doctor")
    idle(front)
    return front.doctor.section.panel


def states(panel) -> dict[str, str]:
    return {key: line.pill.text() for key, line in panel.lines.items()}


def checked(front):
    panel = opened(front)
    press(panel, panel.check.words())
    until(panel.stop.isHidden, 60)
    return panel


@pytest.fixture
def linked(tmp_path, simulator, backend):
    """A window whose till has a reader, a backend and a sale that was told."""
    secrets = MemorySecrets({STRIPE_KEY: KEY, BACKEND_TOKEN: TOKEN}, problem=None)
    with open_front(
        tmp_path / "till", secrets=secrets, stripe_url=simulator.url, backend_url=backend.url
    ) as front:
        till = till_of(front)
        till.settings.choose_reader(READER, "Front desk")
        front.background.reconnect()
        until(lambda: till.sync.status().online)
        yield front


def test_everything_is_in_order(linked, simulator):
    panel = opened(linked)
    assert set(states(panel).values()) == {"Not checked"}
    panel = checked(linked)
    assert list(panel.lines) == [str(check) for check in CHECKS]
    assert set(states(panel).values()) <= {"OK", "Look at this"}
    assert states(panel)["reader"] == "OK", panel.lines["reader"].found.text()
    assert states(panel)["backend"] == "OK"
    assert states(panel)["database"] == "OK"
    sent = [each["path"].rpartition("/")[2] for each in simulator.sim.requests()]
    assert sent == ["cancel_action"]
    assert panel.banner.view is not None


def test_a_payment_on_the_reader_goes_on_untouched(linked, simulator):
    sell_tea(linked)
    till = till_of(linked)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    linked.background.wake_payments()
    simulator.sim.wait_for_phase("waiting")
    panel = checked(linked)
    assert states(panel)["reader"] == "Look at this"
    assert "left alone" in panel.lines["reader"].found.text()
    assert "cancel_action" not in str(simulator.sim.requests())
    assert simulator.sim.reader()["phase"] == "waiting"
    simulator.sim.present_card()
    until(lambda: till.checkout.view(run.run_id).is_paid)


def test_a_payment_begun_while_the_reader_is_looked_up_goes_first(linked, simulator):
    simulator.sim.fault("delay", method="GET", path=f"/readers/{READER}$", count=0, seconds=4)
    panel = opened(linked)
    press(panel, "Check now")
    until(lambda: states(panel)["reader"] == "Checking", 60)
    sell_tea(linked)
    till = till_of(linked)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    assert states(panel)["reader"] == "Checking", "the payment began too late to mean anything"
    until(panel.stop.isHidden, 60)
    simulator.sim.clear_faults()
    assert states(panel)["reader"] == "Look at this"
    assert "cancel_action" not in str(simulator.sim.requests())
    linked.background.wake_payments()
    simulator.sim.wait_for_phase("waiting")
    simulator.sim.present_card()
    until(lambda: till.checkout.view(run.run_id).is_paid)


def test_what_is_wrong_is_said_with_what_to_do(linked, simulator, backend):
    backend.stop()
    simulator.sim.unplug()
    panel = checked(linked)
    assert states(panel)["reader"] == states(panel)["backend"] == "Wrong"
    assert "has power" in panel.lines["reader"].remedy.text()
    assert "2 checks found something wrong: Card reader, Backend." in panel.banner.view.title
    backend.start()
    simulator.sim.plug_in()
    panel = checked(linked)
    assert states(panel)["reader"] == states(panel)["backend"] == "OK"


def test_it_is_shown_while_it_runs_and_can_be_stopped(linked, silence):
    till = till_of(linked)
    till.settings.set_backend_url(silence)
    panel = opened(linked)
    press(panel, "Check now")
    until(lambda: states(panel)["clock"] == "Checking", 60)
    assert panel.summary.text().startswith("Checking 9 of 13: Clock")
    assert (panel.bar.value(), panel.bar.maximum()) == (8, 13)
    assert not panel.check.isEnabled()
    assert sell_tea(linked).lines, "selling goes on"
    opened(linked)
    press(panel, "Stop")
    until(panel.stop.isHidden, 5)
    assert states(panel)["clock"] == "Not checked"
    assert states(panel)["database"] in SETTLED
    assert "Stopped" in panel.banner.view.title
    assert panel.check.isEnabled()


def test_closing_the_window_does_not_wait_for_it(tmp_path, silence):
    secrets = MemorySecrets({BACKEND_TOKEN: TOKEN}, problem=None)
    with open_front(tmp_path / "till", secrets=secrets, backend_url=silence) as front:
        panel = opened(front)
        press(panel, "Check now")
        until(lambda: states(panel)["clock"] == "Checking", 60)


def test_the_findings_are_copied(front):
    panel = checked(front)
    press(panel, "Copy")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == len(CHECKS)
    assert "Database: Whole" in lines[list(CHECKS).index(Check.DATABASE)]


def test_the_support_file_is_looked_into_and_then_saved(front, tmp_path, monkeypatch):
    panel = opened(front)
    press(panel, "Support file\N{HORIZONTAL ELLIPSIS}")
    until(lambda: panel.views_support, 60)
    viewer = panel.viewer
    assert {"README.txt", "doctor.txt", "journal.jsonl"} <= set(viewer.names)
    shown = {}
    for name in viewer.names:
        viewer.show_file(name)
        shown[name] = viewer.text.toPlainText()
    assert "Harbour Studio" not in str(shown)
    target = tmp_path / "out" / "support.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(target), "")))
    press(viewer, "Save as\N{HORIZONTAL ELLIPSIS}")
    until(lambda: viewer.banner.view is not None)
    assert viewer.banner.view.code == "support_not_saved", "there is no such folder"
    target.parent.mkdir()
    press(viewer, "Save as\N{HORIZONTAL ELLIPSIS}")
    until(lambda: Path(target).exists())
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == shown
    until(lambda: viewer.banner.view and viewer.banner.view.tone == "ok")
    assert "Saved as support.zip" in viewer.banner.view.title
    press(viewer, "Back")
    assert not panel.views_support


@pytest.fixture
def silence():
    """The address of somebody who listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
