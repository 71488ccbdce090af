"""dev.py in a checkout of its own: it makes its environment once, and whole."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKES, INSTALLS = "making .venv", "installing the locked packages"


@pytest.fixture
def checkout(tmp_path):
    """Hold dev.py and an empty lock, so that pip has nothing to fetch."""
    shutil.copy(ROOT / "dev.py", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "lock.txt").write_text("")
    return tmp_path


@pytest.fixture
def dev():
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = checkout / "no-such-home"
    bare = {"HOME": str(home), "PATH": os.defpath} if os.name == "posix" else dict(os.environ)
    command = [sys.executable, str(checkout / "dev.py"), *arguments]
    return subprocess.run(command, env=bare, capture_output=True, text=True, check=False)


def test_the_environment_is_made_once_and_again_after_an_interruption(checkout):
    first = run(checkout, "lint")
    assert MAKES in first.stdout
    assert first.returncode == 1, "nothing is installed, so every check fails"
    last = first.stdout.splitlines()[-1]
    assert last == "FAILED: ruff check, ruff format, mypy, lint-imports, deptry"
    stamp = checkout / ".venv" / "tillkeep-installed"

    again = run(checkout, "lint").stdout
    assert MAKES not in again
    assert INSTALLS not in again

    (checkout / "requirements" / "lock.txt").write_text("# one change\n")
    changed = run(checkout, "lint").stdout
    assert MAKES not in changed
    assert INSTALLS in changed

    stamp.unlink()
    assert MAKES in run(checkout, "lint").stdout
    assert stamp.is_file()


def test_an_install_that_fails_is_not_taken_for_a_whole_one(checkout):
    (checkout / "requirements" / "lock.txt").write_text("without-a-hash==1.0\n")
    failed = run(checkout, "lint")
    assert failed.returncode == 1
    assert "pip could not install" in failed.stderr
    assert not (checkout / ".venv" / "tillkeep-installed").exists()


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2), (["tset"], 2)])
def test_a_wrong_verb_is_answered_with_the_verbs(checkout, arguments, code):
    done = run(checkout, *arguments)
    assert done.returncode == code
    assert "python3 dev.py test" in done.stdout
    assert not (checkout / ".venv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
def test_without_root_the_exact_command_is_printed(dev, monkeypatch):
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev, "_succeeds", lambda _command: False)
    with pytest.raises(SystemExit) as caught:
        dev.install_packages(["libegl1", "libgl1"])
    assert "\n\n    sudo apt-get install --yes --no-install-recommends libegl1 libgl1\n\n" in str(
        caught.value
    )


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
def test_what_is_missing_is_named_by_package(dev, monkeypatch, tmp_path):
    known = "\n".join(f"\t{name} (libc6,x86-64) => x" for name in dev.QT_LIBRARIES)
    script = tmp_path / "ldconfig"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{known}\nEND\n")
    script.chmod(0o755)
    monkeypatch.setattr(dev.shutil, "which", lambda *_args, **_kw: str(script))
    fonts = {"fonts-dejavu-core"}
    assert set(dev.missing_packages(sys.executable, screen=False)) <= fonts
    lacking = set(dev.missing_packages(sys.executable, screen=True)) - fonts
    assert lacking == set(dev.SCREEN_LIBRARIES.values())


def test_an_old_python_without_a_newer_one_is_told_what_to_install(dev, monkeypatch):
    monkeypatch.setattr(dev.sys, "version_info", (3, 8, 0))
    monkeypatch.setattr(dev, "_is_new_enough", lambda _python: False)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        dev.find_python()
