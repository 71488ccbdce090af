import threading
import time

import pytest
from PySide6.QtCore import QObject, Slot
from shiboken6 import delete

from pos.errors import CashierError, UnreachableError
from pos.ui.threads import Calls, Latest
from pos.ui.ticker import Ticker


class Hears(QObject):
    def __init__(self):
        super().__init__()
        self.heard, self.threads = [], set()

    @Slot(object)
    def hear(self, what):
        self.heard.append(what)
        self.threads.add(threading.get_ident())


@pytest.fixture
def ear():
    return Hears()


@pytest.fixture
def ticker():
    made = []

    def make(tick):
        made.append(Ticker(tick, "test"))
        return made[-1]

    yield make
    assert all(each.close() for each in made)


def test_calls_run_off_the_gui_thread_in_order_and_answer_on_it(qtbot, calls, ear):
    ran = []

    def work(n):
        ran.append(threading.get_ident())
        return n * n

    for n in range(20):
        calls.submit(work, n, then=ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 20)
    assert ear.heard == [n * n for n in range(20)]
    assert ear.threads == {threading.get_ident()}
    assert len(set(ran)) == 1
    assert ran[0] != threading.get_ident()
    assert calls.pending == 0


def test_an_expected_error_goes_to_its_caller_or_else_to_everybody(qtbot, calls, ear):
    def refuse():
        raise CashierError("E1", "No.")

    calls.submit(refuse, failed=ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 1)
    assert ear.heard[0].code == "E1"
    with qtbot.waitSignal(calls.refused) as refused:
        calls.submit(refuse)
    assert refused.args[0].message == "No."


def test_a_bug_is_reported_once_and_the_thread_lives_on(qtbot, calls, ear):
    with qtbot.waitSignal(calls.crashed) as crash:
        calls.submit(lambda: 1 // 0, failed=ear.hear)
    assert isinstance(crash.args[0], ZeroDivisionError)
    calls.submit(lambda: "alive", then=ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 2)
    assert ear.heard[0].code == "bug-ZeroDivisionError"
    assert ear.heard[1] == "alive"


def test_an_answer_for_a_widget_that_is_gone_is_dropped(qtbot, calls, ear):
    gone = Hears()
    calls.submit(lambda: 1, then=gone.hear)
    delete(gone)
    calls.submit(lambda: 2, then=ear.hear)
    qtbot.waitUntil(lambda: ear.heard == [2])
    assert gone.heard == []


def test_closing_finishes_the_work_and_is_bounded():
    done = []
    quick = Calls("quick")
    for n in range(5):
        quick.submit(done.append, n)
    assert quick.close()
    assert done == [0, 1, 2, 3, 4]
    quick.submit(done.append, 99)
    assert done == [0, 1, 2, 3, 4]

    release = threading.Event()
    stuck = Calls("stuck")
    stuck.submit(release.wait, 30)
    stuck.submit(done.append, "never")
    started = time.monotonic()
    assert not stuck.close(timeout_ms=100)
    assert time.monotonic() - started < 5
    release.set()
    assert stuck._thread.wait(5_000)
    assert "never" not in done


def test_only_the_newest_question_is_answered(qtbot, calls, ear):
    gate, asked = threading.Event(), []

    def search(text):
        asked.append(text)
        gate.wait(5)
        return text

    latest = Latest(calls)
    for text in ("a", "ab", "abc", "abcd"):
        latest.ask(search, text, then=ear.hear)
    gate.set()
    qtbot.waitUntil(lambda: bool(ear.heard))
    assert ear.heard == ["abcd"]
    assert asked == ["a", "abcd"]


def test_a_ticker_ticks_by_itself_off_the_gui_thread_until_it_sleeps(qtbot, ticker, ear):
    ran, waits = [], iter([0.001, 0.001, None])

    def tick():
        ran.append(threading.get_ident())
        made.tell(len(ran))
        return next(waits, None)

    made = ticker(tick)
    made.told.connect(ear.hear)
    made.wake()
    qtbot.waitUntil(lambda: ear.heard == [1, 2, 3])
    assert threading.get_ident() not in ran
    assert ear.threads == {threading.get_ident()}
    made.wake()
    qtbot.waitUntil(lambda: ear.heard == [1, 2, 3, 4])


def test_a_tick_that_fails_is_told_and_ticks_again(qtbot, ticker):
    outcomes = iter([ZeroDivisionError(), UnreachableError("gone"), None])

    def tick():
        outcome = next(outcomes)
        if outcome:
            raise outcome

    made = ticker(tick)
    with qtbot.waitSignal(made.crashed) as crash:
        made.wake()
    assert isinstance(crash.args[0], ZeroDivisionError)
    with qtbot.waitSignal(made.troubled) as trouble:
        made.wake()
    assert isinstance(trouble.args[0], UnreachableError)
    with qtbot.waitSignal(made.ticked):
        made.wake()


def test_closing_a_ticker_is_bounded():
    release = threading.Event()
    stuck = Ticker(lambda: release.wait(30) and None, "stuck")
    stuck.wake()
    assert not stuck.close(timeout_ms=100)
    release.set()
    assert stuck._thread.wait(5_000)
