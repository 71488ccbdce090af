"""The Windows package tried in Wine: the program, its tour, and a whole life of its installer.

Everything asserted here is asked of the files, the registry and the program itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from build import trial, wine
from build.environment import ROOT, WORK, PackagingError, say
from build.version import VERSION
from build.windows import BUNDLE, LIBRARIES, installer

USER = wine.PREFIX / "drive_c" / "users" / wine.USER
PROGRAMS = USER / "AppData" / "Local" / "Programs" / "Tillkeep"
DATA = USER / "AppData" / "Local" / "Tillkeep"
EVERYBODY = wine.PREFIX / "drive_c" / "Program Files" / "Tillkeep"
ODD = wine.PREFIX / "drive_c" / "Läden und Kassen" / "Tillkeep ü"
OTHERS = wine.PREFIX / "drive_c" / "Others"
MENU = USER / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Tillkeep/Tillkeep.lnk"
_OLD = "0.0.9"
_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Tillkeep"
_FAILED, _RUNNING, _UNSENT = 2, 5, 6
_CHATTER = ("QWindowsWindow::", "EnableNonClientDpiScaling", "QtWindows::DpiAwareness")
"""What Qt says of windows in Wine; all of it is kept beside the pictures."""
_LONGEST_S = 60
_SOME = 5
"""Folders and files of the new version, while many more are to come."""
_OLDER_FILE = ROOT / "tests" / "db" / "schemas" / "0001.db"


class Trial:
    """One after another, with a line for each thing that holds."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._variables = wine.variables(display)

    # the program

    def program(self, console: Path) -> None:
        """Ask it for its version and its self-test; the keyring must be the Windows vault."""
        told = self._said(console, "--version").strip()
        self._holds("--version", told == f"Tillkeep {VERSION}", told)
        told = self._said(console, "self-test")
        say(told.rstrip())
        self._holds("the keyring is the Windows vault", "ok  keyring: WinVaultKeyring" in told)
        self._holds("the window's plugin is qwindows.dll", "qwindows.dll" in told)

    def tour(self, console: Path, pictures: Path) -> None:
        """Take the tour with the real ``windows`` plugin, in a window on Wine's screen."""
        pictures.mkdir(parents=True, exist_ok=True)
        shown = wine.windows_path(pictures)
        with trial.backend() as (url, token):
            told = {"TILLKEEP_DEMO_BACKEND": url, "TILLKEEP_DEMO_TOKEN": token}
            words = [wine.WINE, str(console), "demo", "--tour", "--screenshots", shown]
            said = wine.inside(words, self._display, told)
        (pictures / "said.txt").write_text(said, "utf-8")
        say("\n".join(line for line in said.splitlines() if not line.startswith(_CHATTER)))

    # the installer

    def installer(self, setup: Path) -> None:
        """Install an older version, use it, upgrade it, remove it; then the other ways."""
        self._clear()
        older = self._older_setup()
        self._install(older, "/CurrentUser")
        self._check_installed(PROGRAMS, _OLD)
        self._use()
        self._refuses_while_running(setup)
        self._cut_off(setup)
        self._upgrade(setup)
        self._uninstall_with_unsent()
        self._elsewhere(setup)
        self._not_ours(setup)

    def _clear(self) -> None:
        for folder in (PROGRAMS, DATA, EVERYBODY, ODD, OTHERS):
            shutil.rmtree(folder, ignore_errors=True)

    def _older_setup(self) -> Path:
        """Make an installer that says it is older and brings a file that no later one has."""
        payload = WORK / "older" / "Tillkeep"
        shutil.rmtree(payload, ignore_errors=True)
        shutil.copytree(BUNDLE, payload, copy_function=os.link)
        (payload / LIBRARIES.name / "stale.dll").write_bytes(b"from an older version")
        out = WORK / "older" / f"Tillkeep-{_OLD}-setup.exe"
        return installer(out, payload, _OLD, fast=True)

    def _install(self, setup: Path, *words: str) -> None:
        code = self._ran(setup, "/S", *words)
        self._holds(f"{setup.name} /S {' '.join(words)}", code == 0, str(code))

    def _check_installed(self, folder: Path, number: str) -> None:
        self._holds(f"program in {folder.name}", (folder / "Tillkeep.exe").is_file())
        told = self._registered("DisplayVersion")
        self._holds(f"registered as {number}", told == number, told)
        quiet = self._registered("QuietUninstallString")
        self._holds("a quiet way to remove it is registered", quiet.endswith("/S"), quiet)
        self._holds("in the Start menu", MENU.is_file(), str(MENU))

    def _use(self) -> None:
        """Put an older database in its place, as the older version left it."""
        DATA.mkdir(parents=True)
        shutil.copyfile(_OLDER_FILE, DATA / "till.db")
        (PROGRAMS / "_internal-0.0.1").mkdir()
        (PROGRAMS / "_internal-0.0.1" / "forgotten.dll").write_bytes(b"of a cut-off upgrade")

    def _refuses_while_running(self, setup: Path) -> None:
        words = [wine.WINE, str(PROGRAMS / "tillkeep-console.exe"), "simulator"]
        words += ["--data", r"C:\simulator.db", "--token", "x"]
        with self._started(words) as running:
            if running.stdout is not None:
                running.stdout.readline()  # it runs
            code = self._ran(setup, "/S", "/CurrentUser")
            running.kill()
        self._holds("refuses while the program runs", code == _RUNNING, str(code))
        stale = PROGRAMS / LIBRARIES.name / "stale.dll"
        self._holds("and has changed nothing", stale.is_file())

    def _cut_off(self, setup: Path) -> None:
        """Kill the installer while it writes; the older version must be whole."""
        half = PROGRAMS / "_incoming"
        words = [wine.WINE, str(setup), "/S", "/CurrentUser"]
        with self._started(words) as upgrading:
            self._wait(lambda: len(_names(half)) > _SOME)
            upgrading.kill()
        self._holds("an upgrade is cut off half way", len(_names(half)) > _SOME)
        told = self._registered("DisplayVersion")
        self._holds(f"and {_OLD} is still the version", told == _OLD, told)
        told = self._said(PROGRAMS / "tillkeep-console.exe", "self-test")
        self._holds("and whole", "OFF" not in told, told)

    def _upgrade(self, setup: Path) -> None:
        self._install(setup)
        self._check_installed(PROGRAMS, VERSION)
        left = sorted(each.name for each in PROGRAMS.iterdir() if each.is_dir())
        self._holds("folders of cut-off upgrades are gone", left == [LIBRARIES.name], str(left))
        stale = PROGRAMS / LIBRARIES.name / "stale.dll"
        self._holds("stale files are gone", not stale.exists())
        self._holds("the data is as it was", self._same_data())
        console = PROGRAMS / "tillkeep-console.exe"
        told = self._said(console, "import", wine.windows_path(self._goods()))
        self._holds("the upgraded program opens the older file", "1 " in told, told)
        copies = list((DATA / "backups").glob("till-*.db"))
        self._holds("and copied it first", len(copies) >= 1)
        self._sales = _sales(DATA / "till.db")

    def _same_data(self) -> bool:
        return (DATA / "till.db").read_bytes() == _OLDER_FILE.read_bytes()

    def _goods(self) -> Path:
        file = WORK / "goods.csv"
        file.write_text("barcode,name,price\n9520000000011,Oolong tea,12.40\n", "utf-8")
        return file

    def _uninstall_with_unsent(self) -> None:
        """Silently it refuses while sales wait for the backend, and goes once told to."""
        with closing(sqlite3.connect(DATA / "till.db")) as db, db:
            db.execute("UPDATE payment_settings SET backend_url = 'https://backend.invalid'")
            waiting = db.execute(
                "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND discarded_at IS NULL"
            ).fetchone()[0]
        self._holds("the older file has sales that wait", waiting > 0, str(waiting))
        code = self._uninstall(PROGRAMS)
        self._holds("a silent uninstall stops at unsent sales", code == _UNSENT, str(code))
        log = (DATA / "logs" / "uninstall.log").read_text("utf-8", "replace")
        self._holds("and says so in its log", f"{waiting} records wait" in log, log)
        self._holds("and removes nothing", (PROGRAMS / "Tillkeep.exe").is_file())
        code = self._uninstall(PROGRAMS, "/FORCE")
        self._holds("told to go on, it goes", code == 0, str(code))
        self._gone(PROGRAMS)
        self._holds("the database is kept", _sales(DATA / "till.db") == self._sales)
        self._holds("the registry is clean", not self._registered("DisplayVersion"))
        self._holds("the Start menu is clean", not MENU.exists())

    def _elsewhere(self, setup: Path) -> None:
        """For everybody, and beside that in a folder with blanks and letters of no code page."""
        shutil.rmtree(DATA)
        self._install(setup, "/AllUsers")
        self._holds("for everybody", (EVERYBODY / "Tillkeep.exe").is_file())
        told = self._registered("DisplayVersion", "HKLM")
        self._holds("registered for the computer", told == VERSION, told)
        self._install(setup)
        self._holds("what everybody has is upgraded in its place", not _names(PROGRAMS))
        place = rf"/D=C:\{ODD.parent.name}\{ODD.name}"
        self._install(setup, "/CurrentUser", *place.split(" "))  # Wine would quote it as one word
        told = self._said(ODD / "tillkeep-console.exe", "self-test")
        self._holds("it is whole in an odd folder", "OFF" not in told, told)
        self._quietly(EVERYBODY)
        self._wait(lambda: not self._registered("DisplayVersion", "HKLM"))
        told = self._registered("DisplayVersion", "HKLM")
        self._holds("the computer's registry is clean", not told, told)
        self._holds("this user's own is left", (ODD / "Tillkeep.exe").is_file())
        self._quietly(ODD)

    def _not_ours(self, setup: Path) -> None:
        """Another program's folder is refused, and nothing in it is touched."""
        theirs = OTHERS / "_internal" / "base_library.zip"
        theirs.parent.mkdir(parents=True)
        theirs.write_bytes(b"of another program")
        code = self._ran(setup, "/S", "/CurrentUser", rf"/D=C:\{OTHERS.name}")
        self._holds("refuses the folder of another program", code == _FAILED, str(code))
        left = sorted(each.name for each in OTHERS.rglob("*"))
        self._holds("and leaves it as it is", left == ["_internal", theirs.name], str(left))

    def _quietly(self, folder: Path) -> None:
        """Remove it as Windows does: the uninstaller goes on from a copy of itself."""
        self._ran(folder / "uninstall.exe", "/S")
        self._gone(folder)

    def _uninstall(self, folder: Path, *words: str) -> int:
        """Remove it in the foreground, which alone tells the exit code."""
        place = rf"_?=C:\users\{wine.USER}\AppData\Local\Programs\Tillkeep"
        return self._ran(folder / "uninstall.exe", "/S", *words, place)

    def _gone(self, folder: Path) -> None:
        self._wait(lambda: not (folder / "Tillkeep.exe").exists())
        self._wait(lambda: _only_uninstaller(folder))
        self._holds("the program is gone", _only_uninstaller(folder), str(_names(folder)))
        shutil.rmtree(folder, ignore_errors=True)

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + _LONGEST_S
        while not condition() and time.monotonic() < end:
            time.sleep(0.2)  # noqa: TID251  a script, not the till

    # the ways to ask

    def _registered(self, name: str, root: str = "HKCU") -> str:
        words = [wine.WINE, "reg", "query", rf"{root}\{_KEY}", "/v", name, "/reg:64"]
        code, said = wine.outcome(words, self._display)
        return said.strip().splitlines()[-1].split("    ")[-1].strip() if code == 0 else ""

    def _ran(self, program: Path, *words: str) -> int:
        """Run an installer to its end; no pipes, as Wine keeps them open beside another program."""
        command = [wine.WINE, str(program), *words]
        null = subprocess.DEVNULL
        return subprocess.run(  # noqa: S603  what was just made
            command, stdin=null, stdout=null, stderr=null, env=self._variables, check=False
        ).returncode

    def _started(self, words: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  what was just made
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._variables,
        )

    def _said(self, program: Path, *words: str) -> str:
        return wine.inside([wine.WINE, str(program), *words], self._display)

    def _holds(self, what: str, condition: object, seen: str = "") -> None:
        if not condition:
            raise PackagingError(f"does not hold: {what} ({seen})")
        say(f"ok  {what}")


def _sales(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute('SELECT id, total_minor FROM "order" ORDER BY id').fetchall()


def _names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} if folder.exists() else set()


def _only_uninstaller(folder: Path) -> bool:
    return _names(folder) <= {"uninstall.exe"}
