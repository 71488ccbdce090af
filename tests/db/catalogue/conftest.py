"""A real catalogue.db, and a way to import text into it."""

from __future__ import annotations

import pytest

from pos.services.catalogue import Catalogue, import_file


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue.open(tmp_path / "data" / "catalogue.db")
    yield opened
    opened.close()


@pytest.fixture(params=["in place", "beside"])
def load(catalogue, tmp_path, request, monkeypatch):
    """Import text or bytes as a file, by either way into the catalogue; returns the report."""
    if request.param == "beside":
        monkeypatch.setattr("pos.services.catalogue.importer._IN_PLACE", -1)

    def load(content, currency="usd", **options):
        path = tmp_path / "import.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(path, currency, catalogue, **options)

    return load
