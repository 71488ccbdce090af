"""Parts of the proof that were already played with this very code: a long proof is resumable."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from tests.proof.part import Part

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / ".proof"
T = TypeVar("T")


class Kept(msgspec.Struct, frozen=True):
    """One part's outcome with what it stands for; ``took`` in seconds, ``code`` as `code_of`."""

    part: Part
    took: float
    code: str
    share: float
    seed: int
    date: str


def code_of() -> str:
    """Return a name for the program's code: the same files, the same name."""
    return _name((ROOT / "pos").rglob("*.py"))


def code_loaded(*packages: str) -> str:
    """Return a name for the files of all modules loaded from these packages."""
    inside = tuple(f"{package}." for package in packages)
    found = [module for name, module in list(sys.modules.items()) if name.startswith(inside)]
    return _name(Path(module.__file__) for module in found if module.__file__)


def _name(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def keep(name: str, outcome: object) -> None:
    """Store an outcome at once; what comes next may be interrupted."""
    _FOLDER.mkdir(exist_ok=True)
    (_FOLDER / f"{name}.json").write_bytes(msgspec.json.encode(outcome))


def fetch(name: str, kind: type[T]) -> T | None:
    """Return what was stored under this name, if it is there and can be read."""
    try:
        return msgspec.json.decode((_FOLDER / f"{name}.json").read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def find(name: str, code: str, share: float, seed: int) -> Kept | None:
    """Return what is kept of this part if it stands for as much; a broken part is run again."""
    kept = fetch(name, Kept)
    if kept is None or (kept.code, kept.seed) != (code, seed) or kept.share < share:
        return None
    return kept if kept.part.holds else None
