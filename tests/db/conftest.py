"""A till's file with a little of everything in it, and the program of tomorrow."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pos.models import migrate
from pos.models.database import Database
from tests.support.make_schema_file import make
from tests.support.simulator import SimulatorProcess

MIGRATIONS = Path(migrate.__file__).parent / "migrations"
NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"
def upgrade():
    op.add_column("business", sa.Column("motto", sa.Text, nullable=False, server_default="ora"))
{body}
"""


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Path:
    """A till.db with a cash order, a card order, a refund and an open cart."""
    with SimulatorProcess() as simulator:
        return make(tmp_path_factory.mktemp("filled") / "data", simulator)


@pytest.fixture
def till_file(filled, tmp_path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "till.db"))


@pytest.fixture
def till(till_file):
    db = Database(till_file)
    yield db
    db.close()


@pytest.fixture
def program(tmp_path, monkeypatch) -> Callable[[str], None]:
    """Return a function that makes this the next program, whose newest migration is ``body``."""
    head = migrate.HEAD

    def newer(body: str) -> None:
        scripts = tmp_path / "program" / "migrations"
        shutil.rmtree(scripts, ignore_errors=True)
        shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "9999_next.py").write_text(NEXT.format(head=head, body=body))
        monkeypatch.setattr(migrate, "migrations", lambda: scripts)
        monkeypatch.setattr(migrate, "HEAD", "9999")

    return newer
