"""Receipts on screen and as PDF: black on white, 80 mm wide, painted as plain text."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPaintEvent,
    QPdfWriter,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos.errors import CashierError
from pos.services.receipts import (
    Bars,
    Block,
    Centre,
    Gap,
    Receipt,
    Row,
    Rule,
    Style,
    blocks,
    code128,
)

PAPER_MM = 80.0
MARGIN_MM = 4.0
_UNIT = 10.0
"""Painted units in a millimetre; everything below is in units."""
_WIDTH = (PAPER_MM - 2 * MARGIN_MM) * _UNIT
_EDGE = MARGIN_MM * _UNIT
_COLUMN = 12.0
_BARS_HEIGHT = 120.0
_MODULE = 3.3
"""Width of the narrowest bar: 0.33 mm, what scanners read from thermal paper."""
_QUIET = 10
_GAP = 24.0
_SIZES = {Style.SMALL: 26, Style.NORMAL: 31, Style.STRONG: 31, Style.TOTAL: 46, Style.TITLE: 42}
_BOLD = {Style.STRONG, Style.TOTAL, Style.TITLE}
_SCREEN = 4.0
"""Pixels in a millimetre in the preview."""
_PDF_DPI = 254  # a unit is then a dot

_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignHCenter


class ReceiptPainter:
    """Lays one receipt out in units of a tenth of a millimetre and paints it on anything."""

    def __init__(self, receipt: Receipt) -> None:
        self._blocks = blocks(receipt)
        self._heights = [_height(block) for block in self._blocks]
        self.height = sum(self._heights) + 2 * _EDGE
        self.width = PAPER_MM * _UNIT

    def paint(self, painter: QPainter) -> None:
        """Paint with the origin at the paper's corner; one painter unit is a tenth of a mm."""
        painter.fillRect(QRectF(0, 0, self.width, self.height), Qt.GlobalColor.white)
        painter.setPen(QColor(Qt.GlobalColor.black))
        top = _EDGE
        for block, height in zip(self._blocks, self._heights, strict=True):
            _paint(painter, block, top, height)
            top += height


def save_pdf(receipt: Receipt, path: Path) -> None:
    """Write a one-page PDF; an existing file is replaced only by a whole one.

    Raises `CashierError` (``pdf_not_saved``).
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(to_pdf(receipt))
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise CashierError(
            "pdf_not_saved",
            f"The receipt could not be saved as {path.name}.",
            "Choose a folder that exists, may be written and has room.",
        ) from error


def to_pdf(receipt: Receipt) -> bytes:
    """Return a PDF of one page, 80 mm wide and as long as the receipt."""
    paper, buffer = ReceiptPainter(receipt), QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PDF_DPI)
    writer.setTitle(receipt.number)
    writer.setCreator("Tillkeep")
    size = QSizeF(PAPER_MM, paper.height / _UNIT)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    page = QPageSize(size, QPageSize.Unit.Millimeter, "Receipt", exact)
    none = QMarginsF(0, 0, 0, 0)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, none))
    painter = QPainter(writer)
    paper.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def to_image(receipt: Receipt, pixels_per_mm: float = _SCREEN) -> QImage:
    """Paint a receipt as a picture: for a thermal printer (8 dots a mm) or a screenshot."""
    paper = ReceiptPainter(receipt)
    scale = pixels_per_mm / _UNIT
    size = QSize(round(paper.width * scale), round(paper.height * scale))
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    paper.paint(painter)
    painter.end()
    return image


class ReceiptPreview(QWidget):
    """Shows a receipt as it will be printed; belongs in a scroll area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paper: ReceiptPainter | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_receipt(self, receipt: Receipt | None) -> None:
        """Show another one, or an empty space."""
        self._paper = ReceiptPainter(receipt) if receipt else None
        self.setAccessibleName(_spoken(receipt) if receipt else "")
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        scale = _SCREEN / _UNIT
        height = self._paper.height if self._paper else 0.0
        return QSize(round(PAPER_MM * _SCREEN), round(height * scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._paper is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.scale(_SCREEN / _UNIT, _SCREEN / _UNIT)
        self._paper.paint(painter)
        painter.end()


def _spoken(receipt: Receipt) -> str:
    """Say for a screen reader what the picture shows."""
    said = [block for block in blocks(receipt) if isinstance(block, Row | Centre)]
    return "\n".join(
        f"{it.left} {it.right}".strip() if isinstance(it, Row) else it.text for it in said
    )


def _font(style: Style) -> QFont:
    font = QFont()
    font.setPixelSize(_SIZES[style])
    font.setBold(style in _BOLD)
    return font


def _height(block: Block) -> float:
    if isinstance(block, Gap | Rule):
        return _GAP
    if isinstance(block, Bars):
        return _BARS_HEIGHT + _GAP if code128(block.value) else 0.0
    if isinstance(block, Centre):
        return _text_height(block.text, block.style, _WIDTH)
    room = _WIDTH - block.indent * _COLUMN
    if _stacked(block):
        return sum(_text_height(text, block.style, room) for text in (block.left, block.right))
    return _text_height(block.left, block.style, room - _figure_width(block))


def _stacked(row: Row) -> bool:
    """Say whether a figure leaves less than a third of the paper to its words."""
    return bool(row.right) and _figure_width(row) > _WIDTH * 2 / 3


def _figure_width(row: Row) -> float:
    if not row.right:
        return 0.0
    return QFontMetricsF(_font(row.style)).horizontalAdvance(row.right) + _COLUMN


def _text_height(text: str, style: Style, width: float) -> float:
    metrics = QFontMetricsF(_font(style))
    box = QRectF(0, 0, width, 1e6)
    return max(metrics.boundingRect(box, _FLAGS, text).height(), metrics.height()) + 4


_FLAGS = int(Qt.TextFlag.TextWrapAnywhere | Qt.TextFlag.TextWordWrap)


def _paint(painter: QPainter, block: Block, top: float, height: float) -> None:
    if isinstance(block, Rule):
        painter.fillRect(QRectF(_EDGE, top + height / 2 - 1, _WIDTH, 2), Qt.GlobalColor.black)
    elif isinstance(block, Bars):
        _paint_bars(painter, block, top)
    elif isinstance(block, Centre):
        _paint_text(painter, block.text, block.style, QRectF(_EDGE, top, _WIDTH, height), _CENTRE)
    elif isinstance(block, Row):
        _paint_row(painter, block, top, height)


def _paint_row(painter: QPainter, row: Row, top: float, height: float) -> None:
    start = _EDGE + row.indent * _COLUMN
    box = QRectF(start, top, _WIDTH - row.indent * _COLUMN, height)
    if _stacked(row):
        words = _text_height(row.left, row.style, box.width())
        _paint_text(painter, row.left, row.style, box, _LEFT)
        _paint_text(painter, row.right, row.style, box.adjusted(0, words, 0, 0), _RIGHT)
        return
    words_box = box.adjusted(0, 0, -_figure_width(row), 0)
    _paint_text(painter, row.left, row.style, words_box, _LEFT)
    _paint_text(painter, row.right, row.style, box, _RIGHT)


def _paint_text(
    painter: QPainter, text: str, style: Style, box: QRectF, side: Qt.AlignmentFlag
) -> None:
    painter.setFont(_font(style))
    option = QTextOption(side)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    painter.drawText(box, text, option)


def _paint_bars(painter: QPainter, bars: Bars, top: float) -> None:
    widths = code128(bars.value)
    modules = sum(widths) + 2 * _QUIET
    module = min(_MODULE, _WIDTH / modules)
    left = _EDGE + (_WIDTH - modules * module) / 2 + _QUIET * module
    for i, width in enumerate(widths):
        if i % 2 == 0:
            box = QRectF(left, top + _GAP / 2, width * module, _BARS_HEIGHT)
            painter.fillRect(box, Qt.GlobalColor.black)
        left += width * module
