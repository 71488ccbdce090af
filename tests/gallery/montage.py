"""Several pictures on one sheet, to look at many screens at a glance."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

_ACROSS, _DOWN = 2, 2
_TITLE = 28


def montage(folder: Path) -> list[Path]:
    """Lay the pictures of a folder out on sheets beside it; returns them."""
    files = sorted(folder.glob("*.png"))
    each, made = _ACROSS * _DOWN, []
    for at in range(0, len(files), each):
        sheet = folder.parent / "sheets" / f"{folder.name}-{at // each + 1:02d}.png"
        sheet.parent.mkdir(exist_ok=True)
        _sheet(files[at : at + each]).save(str(sheet))
        made.append(sheet)
    return made


def _sheet(files: list[Path]) -> QImage:
    images = [QImage(str(file)) for file in files]
    width = max(each.width() for each in images)
    height = max(each.height() for each in images) + _TITLE
    sheet = QImage(width * _ACROSS, height * _DOWN, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    for at, (file, image) in enumerate(zip(files, images, strict=True)):
        left, top = at % _ACROSS * width, at // _ACROSS * height
        painter.drawText(
            QRect(left + 6, top, width, _TITLE), Qt.AlignmentFlag.AlignVCenter, file.stem
        )
        painter.drawImage(left, top + _TITLE, image)
    painter.end()
    return sheet
