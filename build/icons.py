"""The program's icon as each system wants it, from the one SVG."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

SVG = Path("resources", "brand", "tillkeep.svg")
_ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
_ICNS_KINDS = {b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}
"""Apple's names of the pictures in an icon, each with its pixels."""


def for_this_system(root: Path, work: Path) -> Path:
    """Write the icon of this system below ``work`` and return it."""
    work.mkdir(parents=True, exist_ok=True)
    svg = root / SVG
    if sys.platform == "win32":
        return _written(work / "tillkeep.ico", ico(svg))
    if sys.platform == "darwin":
        return _written(work / "tillkeep.icns", icns(svg))
    return _written(work / "tillkeep.png", png(svg, 256))


def _written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def png(svg: Path, size: int) -> bytes:
    """Draw the icon at ``size`` pixels."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice  # noqa: PLC0415  not for --help
    from PySide6.QtGui import QImage, QPainter  # noqa: PLC0415  as above
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415  as above

    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.read_bytes())).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not picture.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs want bytes
        raise OSError(f"{svg.name} could not be drawn at {size} pixels")
    return bytes(buffer.data().data())


def ico(svg: Path) -> bytes:
    """Return a Windows icon: a directory of PNG pictures, as Windows reads since Vista."""
    pictures = [(size, png(svg, size)) for size in _ICO_SIZES]
    at = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, data in pictures:
        edge = size % 256  # 256 is written as 0
        head += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(data), at + len(body))
        body += data
    return head + body


def icns(svg: Path) -> bytes:
    """Return a macOS icon: named PNG pictures one after another."""
    body = b""
    for kind, size in _ICNS_KINDS.items():
        data = png(svg, size)
        body += kind + struct.pack(">I", 8 + len(data)) + data
    return b"icns" + struct.pack(">I", 8 + len(body)) + body
