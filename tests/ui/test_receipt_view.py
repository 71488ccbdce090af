"""Receipts painted: the PDF opens, the bars can be read back, nothing runs off the paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby

import pytest

from pos.errors import CashierError
from pos.services.receipts import (
    Receipt,
    ReceiptKind,
    ReceiptLine,
    ReceiptTax,
    ReceiptTender,
    code128,
)
from pos.ui.receipt_view import ReceiptPreview, save_pdf, to_image


@pytest.fixture
def receipt():
    return Receipt(
        kind=ReceiptKind.SALE,
        shop="Harbour Studio",
        location="Front desk",
        address="12 Quay St\nBrooklyn",
        number="R1-000481",
        at=datetime(2025, 3, 14, 14, 32, tzinfo=UTC),
        cashier="Mina Kang",
        register="Register 1",
        customer="",
        currency="usd",
        locale="en_US",
        lines=(
            ReceiptLine(
                name="<b>Yoga mat</b> & friends",
                option_name="",
                unit_minor=4200,
                quantity_milli=1000,
                amount_minor=4200,
            ),
        ),
        subtotal_minor=4200,
        discount_minor=0,
        taxes=(ReceiptTax("Sales tax", 82_500, 347),),
        prices_include_tax=False,
        total_minor=4547,
        tenders=(
            ReceiptTender(name="Cash", amount_minor=4547, tendered_minor=5000, change_minor=453),
        ),
        footer="Thank you!",
    )


def dark(image, x, y):
    return image.pixelColor(x, y).lightness() < 128


def test_a_pdf_is_a_pdf_of_80_mm(receipt, tmp_path):
    target = tmp_path / "receipt.pdf"
    save_pdf(receipt, target)
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"%%EOF" in content[-20:]
    assert len(content) > 2048
    box = content.split(b"/MediaBox [", 1)[1].split(b"]", 1)[0].split()
    assert float(box[2]) == pytest.approx(80 / 25.4 * 72, abs=1)
    assert content.count(b"/Type /Page\n") == 1
    assert list(tmp_path.iterdir()) == [target]


def test_a_pdf_that_cannot_be_written_says_so_and_leaves_the_old_one(receipt, tmp_path):
    target = tmp_path / "receipt.pdf"
    target.write_bytes(b"old")
    (tmp_path / ".receipt.pdf.part").mkdir()  # in the way
    with pytest.raises(CashierError, match="pdf_not_saved"):
        save_pdf(receipt, target)
    assert target.read_bytes() == b"old"
    with pytest.raises(CashierError, match="pdf_not_saved"):
        save_pdf(receipt, tmp_path / "nowhere" / "receipt.pdf")


def test_the_bars_can_be_read_back(receipt):
    dots = 30
    image = to_image(receipt, dots)
    expected = code128(receipt.number)
    for y in range(image.height() - 1, 0, -dots):
        row = [(ink, len(list(run))) for ink, run in groupby(dark(image, x, y) for x in _xs(image))]
        bars = row[1:-1]
        if len(bars) == len(expected):
            break
    module = sum(length for _, length in bars) / sum(expected)
    assert tuple(round(length / module) for _, length in bars) == expected
    assert row[0][1] >= 10 * module  # quiet zones
    assert row[-1][1] >= 10 * module


def _xs(image):
    return range(image.width())


@pytest.mark.parametrize("name", ["W" * 300, "word " * 80, "超" * 120])
def test_long_names_stay_on_the_paper(receipt, name):
    long = replace(receipt.lines[0], name=name, note=name, amount_minor=10**14, quantity_milli=5)
    image = to_image(replace(receipt, lines=(long,), total_minor=10**14, customer=name))
    margin = 4 * 4 - 2
    inked = [*range(margin), *range(image.width() - margin, image.width())]
    assert not any(dark(image, x, y) for x in inked for y in range(image.height()))
    assert image.height() > to_image(receipt).height() + 100


def test_text_is_never_markup(qtbot, receipt):
    plain = to_image(receipt)
    other = replace(receipt.lines[0], name="Yoga mat & friends")
    assert to_image(replace(receipt, lines=(other,))) != plain
    preview = ReceiptPreview()
    qtbot.addWidget(preview)
    preview.show_receipt(receipt)
    assert "<b>Yoga mat</b>" in preview.accessibleName()


def test_the_preview_shows_what_is_printed(qtbot, receipt):
    preview = ReceiptPreview()
    qtbot.addWidget(preview)
    preview.show_receipt(receipt)
    assert preview.grab().toImage().convertToFormat(to_image(receipt).format()) == to_image(receipt)
    preview.show_receipt(replace(receipt, copy=2))
    assert preview.sizeHint().height() > to_image(receipt).height()
    preview.show_receipt(None)
    assert preview.sizeHint().height() == 0
