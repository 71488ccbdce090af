from PySide6.QtTest import QSignalSpy

from tests.ui.front_fixture import front

__all__ = ["front"]


def test_check_now_asks_for_what_the_pill_is_about(front):
    reader = QSignalSpy(front.status.reader_check_asked)
    sync = QSignalSpy(front.status.wake_asked)
    front.shell.check_status.emit("reader")
    assert (reader.count(), sync.count()) == (1, 0)
    front.shell.check_status.emit("sync")
    assert (reader.count(), sync.count()) == (1, 1)
