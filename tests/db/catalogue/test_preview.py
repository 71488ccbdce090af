"""What a preview promises of a file is what its import does, and nothing is written for it."""

from __future__ import annotations

import gzip

import pytest

from pos.config import resources
from pos.errors import CashierError
from pos.services.catalogue import import_file, preview, preview_file

MIXED = """barcode,name,price,sku,category,product,option
4006381333931,Pen,1.20,,Desk,,
,,,,,,
12345670,Ink,free,,,,
4006381333931,Pen again,1.30,,Desk,,
5449000000996,Hoodie,58.00,H1,Wear,h,S
5449000000997,Hoodie,58.00,H2,Wear,h,M
,Towel,open,T-1,,,
5449000000996,Hoodie,59.00,H1,Wear,h,S
7,"never ended,1.00
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "goods.csv"
    path.write_text(MIXED, "utf-8")
    return path


def test_it_says_what_the_import_will_do(catalogue, file):
    before = sorted(file.parent.rglob("*"))
    seen = preview_file(file, "usd")
    assert (sorted(file.parent.rglob("*")), catalogue.count()) == (before, 0)
    report = import_file(file, "usd", catalogue)
    assert (seen.good, seen.bad, seen.more) == (report.imported, report.rejected_count, False)
    assert seen.rejected == report.rejected
    assert "repeats line 2" in str(seen.rejected)
    assert seen.rows[0] == preview.PreviewRow(2, "Pen", "4006381333931", "Desk", 120)
    assert [(row.name, row.code, row.price_minor) for row in seen.rows[1:]] == [
        ("Hoodie · S", "5449000000996", 5800),
        ("Hoodie · M", "5449000000997", 5800),
        ("Towel", "T-1", None),
    ]


def test_so_it_does_of_the_demo_s_export(catalogue):
    path = resources() / "demo" / "catalogue.csv"
    seen, report = preview_file(path, "usd"), import_file(path, "usd", catalogue)
    assert (seen.good, seen.bad) == (report.imported, report.rejected_count)
    assert seen.good > len(seen.rows) == 8


def test_of_a_long_file_it_looks_at_the_beginning_and_says_that_it_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "LOOKED_AT", 1_000)
    path = tmp_path / "long.csv.gz"
    rows = "".join(
        f"{7_000_000 + n},{'' if n % 2 else f'Article {n}'},1.50\n" for n in range(90_000)
    )
    path.write_bytes(gzip.compress(f"barcode,name,price\n{rows}".encode(), 1))
    seen = preview_file(path, "usd")
    assert seen.more
    assert 1_000 <= seen.good + seen.bad < 90_000
    assert (len(seen.rows), len(seen.rejected)) == (8, 200)
    assert preview_file(path, "usd", lambda: True).more, "stopped at once"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "import_unknown_format"), (b"a,b\n1,2\n", "import_unknown_format")]
)
def test_what_cannot_be_imported_cannot_be_looked_at(tmp_path, content, code):
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(CashierError) as caught:
        preview_file(path, "usd")
    assert caught.value.code == code
