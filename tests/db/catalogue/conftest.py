"""A real catalogue.db, and a way to import text into it."""

from __future__ import annotations

import pytest

from pos.services.catalogue import Catalogue, import_file


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue.open(tmp_path / "data" / "catalogue.db")
    yield opened
    opened.close()


@pytest.fixture
def load(catalogue, tmp_path):
    """Import text or bytes as a file; returns the report."""

    def load(content, currency="usd", **options):
        path = tmp_path / "import.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(path, currency, catalogue, **options)

    return load
