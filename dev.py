#!/usr/bin/env python3
"""Everything a developer runs, on a bare machine, with the standard library only.

    python3 dev.py demo [--tour] [...]   the till with a simulated reader and backend
    python3 dev.py test [pytest args]    every test, after what `lint` alone does: rules and types
    python3 dev.py bench [name ...]      measurements against their floors
    python3 dev.py screenshots           README's pictures; with --all DIR those of every screen
    python3 dev.py prove [--share 1.0]   all of the proof; of it also: simulate, mutants
    python3 dev.py package --target ...  an installer for linux, windows or macos

Makes ``.venv`` from ``requirements/lock.txt`` when that changed, with pip as configured.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "lock.txt"
STAMP = VENV / "tillkeep-installed"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST, NEWEST_TRIED = (3, 11), 14

# What the wheels of Qt expect of a Debian or Ubuntu: library -> package.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
SCREEN_LIBRARIES = {  # needed only where a window is really shown
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}

STATIC_CHECKS: dict[str, list[str]] = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    # import-linter has no -m entry, and a script in bin/ breaks when the checkout moves
    "lint-imports": ["-c", "from importlinter.cli import lint_imports_command as m; m()"],
    "deptry": ["-m", "deptry", "."],
}


def stop(message: str) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    raise SystemExit(f"dev.py: {message}")


def find_python() -> str:
    """Return an interpreter new enough to run Tillkeep: this one, or one on the PATH."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}") or ""
        if _is_new_enough(found):
            return found
    return stop(
        f"Tillkeep needs Python 3.{OLDEST[1]} or newer; this is {sys.version.split()[0]} and no "
        f"newer python3.x is on the PATH. Install one (on Debian 12 or Ubuntu 24.04: "
        f"sudo apt-get install python3 python3-venv) and run this again with it."
    )


def _is_new_enough(python: str) -> bool:
    return _succeeds([python, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})"])


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def missing_packages(python: str, *, screen: bool) -> list[str]:
    """List the Debian packages this machine lacks for Qt and for making an environment."""
    wanted = {**QT_LIBRARIES, **(SCREEN_LIBRARIES if screen else {})}
    ldconfig = shutil.which("ldconfig", path="/sbin:/usr/sbin:/bin:/usr/bin")
    known = ""
    if ldconfig:
        known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    missing = [package for library, package in wanted.items() if f"\t{library} " not in known]
    if not any(Path("/usr/share/fonts").rglob("*.[to]tf")):
        missing.append("fonts-dejavu-core")
    if not PYTHON.exists() and not _succeeds([python, "-c", "import ensurepip, venv"]):
        missing.append(_venv_package(python))
    return missing


def _venv_package(python: str) -> str:
    question = "import sys; print('python%d.%d-venv' % sys.version_info[:2])"
    return subprocess.check_output([python, "-c", question], text=True).strip()


def install_packages(packages: list[str]) -> None:
    """Install with apt-get where that is allowed without asking, else print the command."""
    apt = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    by_hand = "sudo " + " ".join(apt)
    prefix = _root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        stop(f"this machine lacks {', '.join(packages)}. Run\n\n    {by_hand}\n\nand try again.")
    print(f"· installing {' '.join(packages)}", flush=True)
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *apt]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0:
        return
    subprocess.run([*prefix, "apt-get", "update", "--quiet"], check=False)  # lists may be stale
    if subprocess.run(command, check=False).returncode:
        stop(f"apt-get failed; run\n\n    sudo apt-get update && {by_hand}\n\nand try again.")


def _root_prefix() -> list[str] | None:
    """Return what to put before a command to be root, or None when a password is needed."""
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if _succeeds(["sudo", "-n", "true"]) else None


def prepare_machine(python: str, *, screen: bool) -> None:
    """See to the libraries Qt loads from the system; macOS and Windows carry their own."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(python, screen=screen)
    if missing and shutil.which("apt-get"):
        install_packages(missing)
    elif missing:
        names = " ".join(missing)
        print(f"If Qt does not start: install what Debian calls {names}", file=sys.stderr)


@contextmanager
def _alone() -> Iterator[None]:
    """Let two first runs at once take turns; Windows goes without."""
    if WINDOWS:
        yield
        return
    import fcntl  # noqa: PLC0415  # not on Windows

    with Path(__file__).open() as me:
        fcntl.flock(me, fcntl.LOCK_EX)
        yield


def prepare_environment(python: str) -> None:
    """Make .venv hold what the lock asks for; after an interruption it is made anew.

    The stamp is there only while the environment is whole, so half an install
    (which pip may take for a whole one) is never built upon.
    """
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with _alone():
        whole = STAMP.is_file() and _is_new_enough(str(PYTHON))
        if whole and STAMP.read_text("utf-8") == wanted:
            return
        STAMP.unlink(missing_ok=True)
        if not whole:
            print("· making .venv", flush=True)
            _run_or_stop([python, "-m", "venv", "--clear", str(VENV)], "making .venv failed")
        print("· installing the locked packages", flush=True)
        pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        _run_or_stop(
            [*pip, "--no-input", "--require-hashes", "--requirement", str(LOCK)],
            "pip could not install the locked packages; its own message is above",
        )
        STAMP.write_text(wanted, "utf-8")


def _run_or_stop(command: list[str], problem: str) -> None:
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        stop(f"{problem}. Mend that and run this again.")


def environment(*, offscreen: bool) -> dict[str, str]:
    """Return the variables of a child: no window and one locale where results must repeat."""
    if not offscreen:
        return dict(os.environ)
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def run(arguments: Sequence[str], *, offscreen: bool = True) -> int:
    """Run the environment's Python in the checkout and return its exit code."""
    command = [str(PYTHON), *arguments]
    variables = environment(offscreen=offscreen)
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def check(name: str) -> bool:
    """Run one static check quietly; its output is shown only when it fails."""
    print(f"· {name} ", end="", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        [str(PYTHON), *STATIC_CHECKS[name]],
        cwd=ROOT,
        env=environment(offscreen=True),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    if done.returncode:
        sys.stdout.buffer.write(done.stdout)
    return done.returncode == 0


def lint(_arguments: list[str]) -> int:
    """Run every static check, also after one failed."""
    failed = [name for name in STATIC_CHECKS if not check(name)]
    if failed:
        print(f"FAILED: {', '.join(failed)}", flush=True)
    return int(bool(failed))


def test(arguments: list[str]) -> int:
    """Run the static checks, then every test; the last line is pytest's when all is well."""
    static = lint([])
    workers = min(4, os.cpu_count() or 1)
    spread = ["-n", str(workers), "--dist", "loadfile"]
    code = run(["-m", "pytest", *spread, *arguments])
    if static:
        print("dev.py: the static checks FAILED, see above", flush=True)
    return code or static


def demo(arguments: list[str]) -> int:
    """Become the till, so that a signal to this process reaches it."""
    command = [str(PYTHON), "-m", "pos", "demo", *arguments]
    if WINDOWS:
        return run(command[1:], offscreen=False)
    os.chdir(ROOT)
    return os.execv(command[0], command)  # noqa: S606  # no shell wanted


def package(arguments: list[str]) -> int:
    """Make an installer in dist/, with the tools that its system needs."""
    from build.tools import missing  # noqa: PLC0415  the rest does without build/

    if lacking := missing(arguments):
        install_packages(lacking)
    return run(["-m", "build.package", *arguments])


VERBS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "package": package,
}
COMMANDS = {
    "bench": ["-m", "bench"],
    "screenshots": ["-m", "tests.gallery"],
    "simulate": ["-m", "tests.simulation"],
    "mutants": ["-m", "tests.simulation.mutants"],
    "prove": ["-m", "tests.proof"],
}


def main(arguments: list[str]) -> int:
    """Make the machine and the environment ready, then do what was asked."""
    verb, *rest = arguments or [""]
    if verb not in VERBS and verb not in COMMANDS:
        print(__doc__)
        return 0 if verb in {"-h", "--help", "help"} else 2
    python = find_python()
    shown = verb == "demo" and bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))
    prepare_machine(python, screen=shown)
    prepare_environment(python)
    return VERBS[verb](rest) if verb in VERBS else run([*COMMANDS[verb], *rest])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
