"""Importing a catalogue while selling goes on: progress, cancel, report."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Qt, Signal

from pos.errors import PosError
from pos.services.catalogue import (
    Catalogue,
    ImportReport,
    Progress,
    RejectedRow,
    Unfinished,
    import_file,
    save_rejected,
)
from pos.services.shop import Shop
from pos.ui.i18n import tr
from pos.ui.screens import settings_views as views
from pos.ui.screens.import_section import ImportSection
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView, banner_for


class ImportController(QObject):
    """Runs one import at a time on a thread of its own. ``imported``: the products changed."""

    imported = Signal()
    _told = Signal(object)

    def __init__(self, section: ImportSection, catalogue: Catalogue, calls: Calls) -> None:
        super().__init__(section)
        self._section, self._catalogue = section, catalogue
        self._calls = calls
        self._cancelled, self._leaving = Event(), Event()
        self._asked = False
        self._file: Path | None = None
        self._report = ImportReport()
        self._currency = "usd"
        section.file_chosen.connect(self.start)
        section.cancel_asked.connect(self.cancel)
        section.report_saved.connect(self._on_save)
        self._told.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """Whether a file is being imported now."""
        return self._file is not None

    def show_shop(self, shop: Shop) -> None:
        """Read prices in this shop's currency from now on; say once what was broken off."""
        self._currency = shop.currency
        if not self._asked:
            self._asked = True
            self._calls.submit(self._catalogue.unfinished, then=self._say_unfinished)

    def start(self, path: Path) -> None:
        """Import a file, unless another is under way."""
        if self._file is not None:
            return
        self._file = path
        self._cancelled.clear()
        words = tr("Opening {name}").format(name=path.name)
        self._section.show_progress(views.ImportProgress(0, 0, words))
        self._calls.submit(self._import, path, self._currency, then=self._done, failed=self._failed)

    def cancel(self) -> None:
        """Leave the catalogue as it was; the report follows within a moment."""
        self._cancelled.set()

    def leave(self) -> None:
        """Stop as the till closes; the same file goes on with the rows that were read."""
        self._leaving.set()

    def _say_unfinished(self, left: Unfinished | None) -> None:
        if left and self._file is None:
            title = tr("The import of {name} was broken off after {rows} rows.")
            told = title.format(name=left.name, rows=f"{left.rows:,}")
            remedy = tr("Choose the same file again to go on; another file begins anew.")
            self._section.say(BannerView(told, remedy=remedy, tone=Tone.INFO))

    def _import(self, path: Path, currency: str) -> ImportReport:
        """Import on the import's thread; progress crosses over as a queued signal."""
        return import_file(
            path,
            currency,
            self._catalogue,
            progress=self._told.emit,
            cancelled=self._cancelled.is_set,
            leaving=self._leaving.is_set,
        )

    def _on_progress(self, progress: Progress) -> None:
        if self._file is not None:
            self._section.show_progress(progress_view(progress))

    def _done(self, report: ImportReport) -> None:
        name = self._file.name if self._file else ""
        self._file, self._report = None, report
        self._section.show_report(report_view(report, name))
        if not report.cancelled:
            self.imported.emit()

    def _failed(self, error: PosError) -> None:
        self._file = None
        self._section.show_report(views.ImportReport("", banner=banner_for(error)))

    def _on_save(self, path: Path) -> None:
        self._calls.submit(
            save_rejected, self._report, path, then=self._saved, failed=self._not_saved
        )

    def _saved(self, count: int) -> None:
        self._section.say(BannerView(tr("Rows saved: %n.", count), tone=Tone.OK))

    def _not_saved(self, error: PosError) -> None:
        self._section.say(banner_for(error))


def progress_view(progress: Progress) -> views.ImportProgress:
    """Say how far an import is; building the index has no measure."""
    rows = f"{progress.rows:,}"
    if progress.indexing:
        words = tr("{rows} rows read, building the search index").format(rows=rows)
        return views.ImportProgress(0, 0, words)
    words = tr("{rows} rows read").format(rows=rows)
    if progress.resumed:
        kept = tr("{words}, {kept} of them before it was broken off")
        words = kept.format(words=words, kept=f"{progress.resumed:,}")
    return views.ImportProgress(progress.read_bytes, progress.total_bytes, words)


def report_view(report: ImportReport, name: str) -> views.ImportReport:
    """Say what an import did, row by row where a person has to look."""
    if report.cancelled:
        said = BannerView(tr("Cancelled. The catalogue is as it was."), tone=Tone.INFO)
        return views.ImportReport("", banner=said)
    return views.ImportReport(
        title=tr("Imported {name}").format(name=name),
        counts=(
            (tr("New"), f"{report.imported:,}"),
            (tr("Updated"), f"{report.updated:,}"),
            (tr("Unchanged"), f"{report.unchanged:,}"),
            (tr("Left out"), f"{report.rejected_count:,}"),
        ),
        notes=(*report.warnings, *_hidden(report)),
        rejected=tuple(_rejected(row) for row in report.rejected),
        banner=_left_out(report),
    )


def _left_out(report: ImportReport) -> BannerView | None:
    if not report.rejected_count:
        return BannerView(tr("Every row was imported."), tone=Tone.OK)
    title = tr("Rows left out: %n. All others are imported.", report.rejected_count)
    return BannerView(title, remedy=tr("Mend them in the file and import it again."))


def _hidden(report: ImportReport) -> tuple[str, ...]:
    more = report.rejected_count > len(report.rejected)
    words = tr("Only the first {n} rows left out are listed.")
    return (words.format(n=f"{len(report.rejected):,}"),) if more else ()


def _rejected(row: RejectedRow) -> views.Rejected:
    return views.Rejected(row.line, row.reason, row.excerpt)
