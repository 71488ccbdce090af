"""The import command: said in lines, ended with Ctrl-C, gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pos.app.bring import STOPPED

ROOT = Path(__file__).parents[3]
ROWS = 400_000


def command(folder, file):
    words = [sys.executable, "-m", "pos", "--data-dir", str(folder), "import", str(file)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console only")
def test_ctrl_c_breaks_off_and_the_same_command_goes_on(tmp_path):
    file = tmp_path / "many.csv"
    rows = (f"{7_000_000 + n},Article {n},1.50\n" for n in range(ROWS))
    file.write_text("barcode,name,price\n" + "".join(rows), "utf-8")
    with command(tmp_path / "till", file) as first:
        assert first.stdout.readline().endswith("rows read\n")
        first.send_signal(signal.SIGINT)
        said = first.stdout.read().splitlines()
    assert first.returncode == STOPPED
    assert said[-1].startswith("Stopped; the catalogue is as it was.")
    with command(tmp_path / "till", file) as again:
        said = again.stdout.read().splitlines()
    assert again.returncode == 0
    assert said[0].startswith("Going on after row ")
    assert said[-1] == f"{ROWS:,} new, 0 updated, 0 unchanged, 0 rejected"
