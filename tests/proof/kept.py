"""Parts of the proof that were already played with this very code: a long proof is resumable."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from tests.proof.part import Part

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / ".proof"


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
    digest = hashlib.sha256()
    for path in sorted((ROOT / "pos").rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def keep(name: str, kept: Kept) -> None:
    """Store a part's outcome at once; the next part may be interrupted."""
    _FOLDER.mkdir(exist_ok=True)
    (_FOLDER / f"{name}.json").write_bytes(msgspec.json.encode(kept))


def find(name: str, code: str, share: float, seed: int) -> Kept | None:
    """Return what is kept of this part if it stands for the same; a broken part is run again."""
    try:
        kept = msgspec.json.decode((_FOLDER / f"{name}.json").read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return None
    same = (kept.code, kept.share, kept.seed) == (code, share, seed)
    return kept if same and kept.part.holds else None
