"""The pills in the header: sync and reader, in the words every screen uses."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pos.services.sync import Sync, SyncStatus
from pos.terminal.api import Availability
from pos.terminal.attempt import Situation
from pos.ui.i18n import tr
from pos.ui.shell import Shell
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.views import ParkedItem, StatusView, sync_status

_BUSY = frozenset({Situation.WAITING_FOR_CARD, Situation.PROCESSING, Situation.CONFIRMING})


class StatusController(QObject):
    """Shows where sync and the reader stand; retries and discards what was refused."""

    wake_asked = Signal()
    reader_check_asked = Signal()
    failed = Signal(object)

    def __init__(self, shell: Shell, sync: Sync, writes: Calls, actor: str) -> None:
        super().__init__(shell)
        self._shell, self._service, self._writes, self._actor = shell, sync, writes, actor
        self._sync = StatusView("sync", tr("Connecting"), Tone.NEUTRAL)
        self._reader = StatusView("reader", tr("Reader"), Tone.NEUTRAL)
        shell.retry_parked.connect(self._on_retry)
        shell.discard_parked.connect(self._on_discard)
        shell.check_status.connect(self._on_check)
        self._show()

    def show_sync(self, status: SyncStatus) -> None:
        """Show where sync stands."""
        if status.code == "no_backend":
            self._sync = StatusView(
                "sync",
                tr("No backend"),
                Tone.NEUTRAL,
                tr("Sales are kept on this computer. Set up a backend in Settings to sync them."),
                ((tr("Waiting"), str(status.waiting)),) if status.waiting else (),
            )
        else:
            self._sync = self._words(status)
        self._show()

    def show_reader(self, found: Availability) -> None:
        """Show whether a card can be taken."""
        if found.ok:
            self._reader = StatusView(
                "reader", tr("Reader ready"), Tone.OK, tr("Cards can be taken.")
            )
        else:
            offline = "internet" in found.reason
            text = tr("Reader offline") if offline else tr("No reader")
            tone = Tone.BAD if offline else Tone.NEUTRAL
            self._reader = StatusView("reader", text, tone, found.reason)
        self._show()

    def show_payment(self, situation: Situation | None) -> None:
        """Show that the reader is in use, or that it no longer is."""
        if situation in _BUSY:
            self._reader = StatusView(
                "reader", tr("Reader in use"), Tone.WARN, tr("A payment is on the reader.")
            )
            self._show()
        elif situation is not None and self._reader.tone is Tone.WARN:
            self.show_reader(Availability(ok=True))

    def _words(self, status: SyncStatus) -> StatusView:
        parked = tuple(
            ParkedItem(str(item.seq), f"{_kind(item.kind)} {item.label}", item.message)
            for item in status.parked
        )
        view = sync_status(online=bool(status.online), waiting=status.waiting, parked=parked)
        if status.online is None and not parked:
            return StatusView("sync", tr("Connecting"), Tone.NEUTRAL)
        lines = [(tr("Waiting"), str(status.waiting))]
        if status.last_ok_at:
            lines.append((tr("Last contact"), f"{status.last_ok_at.astimezone():%H:%M:%S}"))
        detail = f"{view.detail}\n{status.reason}" if status.reason else view.detail
        return StatusView("sync", view.text, view.tone, detail, tuple(lines), view.parked)

    def _show(self) -> None:
        self._shell.show_statuses((self._sync, self._reader))

    def _on_retry(self, seq: str) -> None:
        self._writes.submit(self._service.retry, int(seq), then=self._done, failed=self.failed.emit)

    def _on_discard(self, seq: str) -> None:
        reason = "discarded at the till"
        self._writes.submit(
            self._service.discard,
            int(seq),
            reason,
            self._actor,
            then=self._done,
            failed=self.failed.emit,
        )

    def _on_check(self, key: str) -> None:
        if key == self._reader.key:
            self.reader_check_asked.emit()
            return
        self._service.wake()
        self.wake_asked.emit()

    def _done(self, _: object) -> None:
        self.wake_asked.emit()


def _kind(kind: str) -> str:
    words = {"purchase": tr("Sale"), "refund": tr("Refund"), "customer": tr("Customer")}
    return words.get(kind, kind)
