"""The pieces that packages are made of, without making one."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import tomllib
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml

import dev
from build import contents, environment, icons, linux, macos, spec_notes, tools, version, windows
from pos import __version__, config

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"[a-z0-9-]+==[\w.+!]+( ; [\w.<>=!'() ]+?)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?")


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return dict(re.findall(r"(?m)^([a-z0-9-]+)==([\w.+!]+)", text))


@pytest.mark.parametrize("name", ["build.txt", "wine.txt"])
def test_the_locks_hold_names_versions_and_hashes_only(name):
    lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
    assert [line for line in lines if not (ENTRY.fullmatch(line) or HASH.fullmatch(line))] == []


def test_what_is_shipped_is_what_was_tested():
    shipped, tested = locked("build.txt"), locked("lock.txt")
    assert {name: shipped[name] for name in shipped if name in tested} == {
        name: tested[name] for name in shipped if name in tested
    }, "make requirements/build.txt anew, as docs/RELEASING.md says"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[\[<>=!~ ;]", one)[0].lower() for one in project["dependencies"]}
    assert names <= set(shipped)
    assert not {"starlette", "uvicorn", "psycopg", "pytest"} & set(shipped)


def test_a_lock_for_windows_has_what_windows_needs():
    told = {"sys_platform": "win32", "python_full_version": "3.13.2", "os_name": "nt"}
    told |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    lines = environment.locked_for(told).splitlines()
    names = {line.partition("==")[0] for line in lines}
    assert {"pefile", "pywin32-ctypes", "pyinstaller", "pyside6-essentials"} <= names
    assert not {"secretstorage", "jeepney", "dmgbuild", "macholib"} & names
    assert all(" --hash=sha256:" in line and ";" not in line for line in lines)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [("1.2.3", (1, 2, 3, 0)), ("0.1.0", (0, 1, 0, 0)), ("2.0", (2, 0, 0, 0))],
)
def test_a_version_in_four_numbers(said, numbers):
    assert version.four_numbers(said) == numbers


def test_the_version_is_the_program_s():
    assert __version__ == version.VERSION


def test_the_icon_for_windows_has_every_size():
    data = icons.ico(ROOT / icons.SVG)
    _, kind, count = struct.unpack_from("<HHH", data)
    assert (kind, count) == (1, 7)
    for index in range(count):
        edge, *_, size, at = struct.unpack_from("<BBBBHHII", data, 6 + 16 * index)
        picture = data[at : at + size]
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack_from(">II", picture, 16) == (edge or 256, edge or 256)


def test_what_can_be_checked_of_the_macos_app_holds():
    macos.check_elsewhere()


def test_an_entitlement_too_many_is_refused():
    with pytest.raises(environment.PackagingError):
        macos.check_entitlements(
            dict.fromkeys([*macos.ALLOWED, "com.apple.security.get-task-allow"], True)
        )


def test_the_spec_makes_two_programs_on_windows_and_one_on_linux():
    notes = spec_notes.noted("win32")
    made = [(one["name"], one["console"]) for one in notes["every EXE"]]
    assert made == [("Tillkeep", False), (contents.CONSOLE, True)]
    assert contents.CONSOLE == config.CONSOLE
    assert Path(notes["EXE"]["version"]).read_text("utf-8").count(__version__) == 2
    assert spec_notes.noted("linux")["EXE"]["name"] == "tillkeep"
    assert set(contents.EXCLUDED) >= {"pos.server", "starlette", "uvicorn", "psycopg"}


def test_shipped_files_are_those_the_program_reads():
    inside = {Path(folder, Path(file).name).as_posix() for file, folder in contents.shipped(ROOT)}
    assert {"resources/themes/till.qss", "resources/demo/catalogue.csv", "LICENSE"} <= inside
    assert "pos/models/migrations/env.py" in inside
    assert config.migrations() == ROOT / "pos" / "models" / "migrations"
    assert not [name for name in inside if name.endswith((".ts", ".pyc"))]


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
def test_what_qt_loads_of_the_system_comes_with_the_package():
    """A machine that makes packages may have no screen, and then lacks what shows a window."""
    named = {one.split()[0] for one in linux.DEPENDS.split(", ")}
    wanted = {*dev.QT_LIBRARIES.values(), *dev.SCREEN_LIBRARIES.values()}
    assert wanted <= named
    assert re.search(r"libc6 \(>= 2\.\d\d\)", linux.DEPENDS)


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
def test_the_tools_that_are_missing_are_named_by_their_packages(monkeypatch):
    monkeypatch.setattr(tools.shutil, "which", lambda *_words, **_named: None)
    assert tools.missing(["--target", "linux"]) == ["binutils", "dpkg"]
    assert {"wine64", "nsis", "xvfb"} < set(tools.missing(["--target", "windows"]))


@pytest.fixture
def payload(tmp_path, monkeypatch) -> Path:
    """Stand in for a bundle: what the installer's script names."""
    payload = tmp_path / "Tillkeep"
    (payload / windows.LIBRARIES.name).mkdir(parents=True)
    (payload / windows.LIBRARIES.name / "a.txt").write_text("a")
    for name in ("Tillkeep.exe", "tillkeep-console.exe"):
        (payload / name).write_bytes(b"MZ")
    icon = tmp_path / "tillkeep" / "tillkeep.ico"
    icon.parent.mkdir()
    icon.write_bytes(icons.ico(ROOT / icons.SVG))
    monkeypatch.setattr(windows.artefacts, "work_for", lambda _target: tmp_path)
    return payload


@pytest.mark.skipif(not shutil.which("makensis"), reason="NSIS is not installed here")
def test_the_installer_s_script_compiles_without_a_warning(tmp_path, payload):
    made = windows.installer(tmp_path / f"Tillkeep-{__version__}-setup.exe", payload)
    assert made.read_bytes()[:2] == b"MZ"


def test_the_installer_s_script_is_one_for_windows_too():
    """makensis takes "/" for a separator everywhere but there, where it would find no files."""
    text = (ROOT / "build" / "installer.nsi").read_text("utf-8")
    paths = re.findall(r'(?m)^ *File .*"(\$\{PAYLOAD\}[^"]*)"$', text)
    assert len(paths) == 3
    assert not [path for path in paths if "/" in path]


@pytest.mark.skipif(not shutil.which("makensis"), reason="NSIS is not installed here")
@pytest.mark.parametrize(("command", "signs"), [("true", True), ("false", False)])
def test_an_installer_that_could_not_be_signed_is_none(
    tmp_path, payload, monkeypatch, command, signs
):
    monkeypatch.setenv("TILLKEEP_WINDOWS_SIGN", command)
    with nullcontext() if signs else pytest.raises(environment.PackagingError):
        windows.installer(tmp_path / f"Tillkeep-{__version__}-setup.exe", payload)


def test_the_workflow_s_secrets_are_explained():
    file = ROOT / ".github" / "workflows" / "package.yml"
    text = file.read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert {one["target"] for one in jobs["package"]["strategy"]["matrix"]["include"]} == {
        "linux",
        "windows",
        "macos",
    }
    explained = (ROOT / "docs" / "RELEASING.md").read_text("utf-8")
    assert not [name for name in re.findall(r"secrets\.(\w+)", text) if name not in explained]


def test_a_wrong_target_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "build.package", "--target", "beos"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
