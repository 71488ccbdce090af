"""The window is there before anything is loaded, and what it hears at once is sold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pos.app.build import build
from pos.config import Config
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import MemorySecrets
from tests.support.house import ROOT

MAT = "4006381333931"
HEAVY = {"sqlalchemy", "alembic", "stripe", "keyring", "httpx", "requests"}
LATER = {
    "platformdirs",
    "pos.config",
    "pos.ui.tokens",
    "structlog",
    "babel",
    "msgspec",
    "asyncio",
    "pos.models",
    "pos.services",
    "pos.app.build",
}


START = [sys.executable, "-m", "tests.e2e.start_process"]


def start(folder: Path, window: str = "Shell") -> dict:
    command = [*START, str(folder), MAT, window]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def folder(tmp_path):
    till = build(Config(data_dir=tmp_path / "till"), secrets=MemorySecrets(), preset=shop.DEMO)
    goods = tmp_path / "goods.csv"
    goods.write_text(f"barcode,name,price\n{MAT},Yoga mat,42.00\n")
    import_file(goods, "usd", till.catalogue)
    till.close()
    return tmp_path / "till"


def test_the_first_paint_comes_before_the_libraries_and_its_scan_is_sold(folder):
    seen = start(folder)
    loaded = set(seen["at_paint"])
    assert not loaded & (HEAVY | LATER)
    assert "PySide6.QtWidgets" in loaded
    assert seen["lines"] == [[MAT, 1000]], "scanned while there was nothing but a frame"
    assert seen["code"] == 0


def test_what_keeps_it_from_opening_is_said_in_a_window(folder):
    (folder / "till.db").write_bytes(b"\0" * 100_000)
    seen = start(folder, "TroubleWindow")
    assert seen["code"] == 3
    assert "lines" not in seen


def test_a_new_till_opens(tmp_path):
    """Also Alembic comes after the paint; nothing is sold, as there is nothing to sell."""
    seen = start(tmp_path / "new", "Frame")
    assert "alembic" not in seen["at_paint"]
    assert seen["code"] == 0
    assert (tmp_path / "new" / "till.db").exists(), "closed early, it was opened all the same"


def test_a_restart_comes_back_at_the_new_scale_with_the_same_cart(folder, tmp_path):
    screen = {"name": "one", "x": 0, "y": 0, "width": 1920, "height": 1080, "dpr": 1}
    screens = tmp_path / "screens.json"
    screens.write_text(json.dumps({"screens": [screen | {"logicalDpi": 96, "logicalBaseDpi": 96}]}))
    variables = {k: v for k, v in os.environ.items() if k != "QT_SCALE_FACTOR"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.again_process", str(folder), MAT],
        cwd=ROOT,
        env=variables | {"QT_QPA_PLATFORM": f"offscreen:configfile={screens}"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"ratio": 1.0, "lines": [["Yoga mat", 1000]], "theme": "light"}
    assert second == {"ratio": 1.25, "lines": [["Yoga mat", 1000]], "theme": "dark"}
