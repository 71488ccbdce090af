"""The packaged program on Linux: made from this source, then asked for its version and health."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from pos import __version__

ROOT = Path(__file__).parents[2]
LONGEST_S = 900

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="each system is packaged by its own means"),
    pytest.mark.skipif(not shutil.which("objdump"), reason="PyInstaller needs binutils here"),
    pytest.mark.timeout(LONGEST_S),
]


@pytest.fixture(scope="module")
def program() -> Path:
    made = subprocess.run(
        [sys.executable, "-c", "from build import linux; linux.bundle()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return ROOT / "dist" / "linux" / "tillkeep" / "tillkeep"


def ask(program: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it with neither a display nor a home, nor anything of the source in reach."""
    bare = {"PATH": os.defpath, "HOME": str(folder / "home"), "TMPDIR": str(folder)}
    return subprocess.run(
        [str(program), *words], cwd=folder, env=bare, capture_output=True, text=True, check=False
    )


def test_it_says_its_version(program, tmp_path):
    done = ask(program, tmp_path, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Tillkeep {__version__}\n", "")


def test_it_is_whole(program, tmp_path):
    done = ask(program, tmp_path, "self-test")
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert len(said) == 11
    assert [line for line in said if not line.startswith("ok  ")] == []
    assert said[0].startswith(f"ok  program: Tillkeep {__version__}, packaged, ")


def test_a_missing_file_is_found(program, tmp_path):
    """Take away what a build can lose without failing; the self-test must say so."""
    broken = shutil.copytree(program.parent, tmp_path / "broken", symlinks=True)
    (broken / "_internal" / "resources" / "fonts" / "Inter-Regular.ttf").unlink()
    next((broken / "_internal" / "pos" / "models" / "migrations").rglob("0001_*.py")).unlink()
    done = ask(broken / program.name, tmp_path, "self-test")
    assert done.returncode == 1
    off = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("OFF ")]
    assert off == ["OFF resources", "OFF database", "OFF cash sale"]


def test_it_runs_in_a_folder_that_nobody_may_write_to(program, tmp_path):
    place = shutil.copytree(program.parent, tmp_path / "Läden und Kassen ü", symlinks=True)
    for each in [place, *place.rglob("*")]:
        if not each.is_symlink():
            each.chmod(0o555 if each.is_dir() or os.access(each, os.X_OK) else 0o444)
    before = sorted(place.rglob("*"))
    done = ask(place / program.name, tmp_path, "self-test")
    after = sorted(place.rglob("*"))
    for each in [place, *(each for each in after if each.is_dir())]:
        each.chmod(0o755)
    assert done.returncode == 0, done.stdout + done.stderr
    assert after == before, "nothing is written beside the program, whoever runs it"


def test_the_backend_and_the_tools_are_not_inside(program, tmp_path):
    done = ask(program, tmp_path, "server")
    assert done.returncode == 2
    assert done.stdout == "The reference backend is not installed here: pos.server is missing.\n"
    names = {each.name.lower() for each in program.parent.rglob("*")}
    assert not names & {"starlette", "uvicorn", "psycopg", "pytest", "tests"}


def test_the_tour_says_what_it_needs(program, tmp_path):
    done = ask(program, tmp_path, "demo", "--tour")
    assert done.returncode == 2
    assert done.stdout.endswith("[demo_needs_backend]\n")


@pytest.mark.usefixtures("program")
def test_the_bill_of_materials_names_everything_inside(tmp_path):
    """Made where packages are made; checked against the format's own schema, which lies there."""
    env = ROOT / ".work/package/env"
    parts = ROOT / ".work/package/pyinstaller-linux/tillkeep/inside.json"
    words = ["-W", "error", "-m", "build.sbom", str(parts), "linux", str(tmp_path / "bill.json")]
    subprocess.run([env / "bin/python", *words], cwd=ROOT, check=True)
    bill = json.loads((tmp_path / "bill.json").read_text())
    folder = next(env.glob("lib/python3.*/site-packages/cyclonedx/schema/_res"))
    schema = json.loads((folder / "bom-1.6.SNAPSHOT.schema.json").read_text())
    others = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")
    place = schema["$id"].rpartition("/")[0]
    known = [(f"{place}/{name}", json.loads((folder / name).read_text())) for name in others]
    registry = jsonschema_rs.Registry(known)
    jsonschema_rs.Draft7Validator(schema, registry=registry).validate(bill)
    names = sorted(part["name"] for part in bill["components"])
    assert names == sorted(part["name"] for part in json.loads(parts.read_text()))


def test_everything_inside_is_told_of_with_its_licence(program):
    told = json.loads((ROOT / ".work/package/pyinstaller-linux/tillkeep/inside.json").read_text())
    names = {part["name"].lower() for part in told}
    assert {"cpython", "openssl", "pyside6_essentials", "sqlalchemy", "inter", "lucide"} <= names
    assert not names & {"starlette", "pytest", "setuptools"}
    readable = (program.parent / "_internal" / "LICENSES.txt").read_text("utf-8")
    for part in told:
        assert part["texts"], part["name"]
        assert f"{part['name']} {part['version']}" in readable
