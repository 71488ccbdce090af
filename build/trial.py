"""The packaged program put to work: its version, its self-test, and the whole tour."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe

from build.environment import ROOT, PackagingError, say
from build.version import VERSION

_LONGEST_S = 1200
"""Of one run; the tour under Wine takes some minutes."""


def answers(command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
    """Run the packaged program with pipes for its streams and return what it says.

    Raises `PackagingError` with its words when it ends with another code than 0.
    """
    done = subprocess.run(  # noqa: S603  the program that was just made
        list(command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **(variables or {})},
        timeout=_LONGEST_S,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise PackagingError(f"{command[-1]} ended with {done.returncode}:\n{said}")
    return said.replace("\r\n", "\n")


def smoke(program: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
    """Ask for the version and for the self-test; show what it says."""
    said = answers([*program, "--version"], variables).strip()
    if said != f"Tillkeep {VERSION}":
        raise PackagingError(f"--version said {said!r}")
    say(f"· {said}")
    told = answers([*program, "self-test"], variables)
    say(told.rstrip())
    if not re.search(r"(?m)^ok  licences: ", told):
        raise PackagingError("the self-test did not come to its end")


def tour(
    program: Sequence[str],
    pictures: Path,
    variables: Mapping[str, str] | None = None,
    shown: str | None = None,
) -> None:
    """Let the packaged program take the tour, with a backend from source beside it.

    ``pictures`` is written to, and named to the program as ``shown``.
    """
    with backend() as (url, token):
        told = {"TILLKEEP_DEMO_BACKEND": url, "TILLKEEP_DEMO_TOKEN": token, **(variables or {})}
        words = ["demo", "--tour", "--screenshots", shown or str(pictures)]
        say(answers([*program, *words], told).rstrip())


@contextmanager
def backend() -> Iterator[tuple[str, str]]:
    """Run the reference backend from source on a free port; tells its address and token."""
    token = token_urlsafe(24)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        secret = Path(name) / "token"
        secret.touch(mode=0o600)
        secret.write_text(token, "utf-8")
        words = ["--port", "0", "--database", str(Path(name) / "backend.db"), "--seed", "demo"]
        words += ["--catalogue", str(ROOT / "resources" / "demo" / "catalogue.csv")]
        words += ["--token-file", str(secret), "--test-faults", token]
        child = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "pos", "server", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            if child.stdout is None:
                raise PackagingError("the backend has no output")
            yield json.loads(child.stdout.readline())["url"], token
        finally:
            child.terminate()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
