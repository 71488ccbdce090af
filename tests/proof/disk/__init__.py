"""The disk: power cuts, calls that fail, no room, and damage; `run` measures all of it."""

from __future__ import annotations

from dataclasses import replace

from tests.proof.disk import cuts, damage, faults, full, shim
from tests.proof.part import Figure, Part, Scale

_TITLE = "Disk"
_MODEL = (
    "A power cut keeps every write before the last sync of its file; of each later one it keeps"
    " all, nothing, or any of its sectors of 512 bytes, in any order. A disk that lies about a"
    " sync is not modelled."
)
_CARTS = (
    "A cart that nobody has paid is not compared with anything: a bit that turns over in it is on"
    " the screen before it is paid. Names and notes are texts, and no figure depends on them."
)
_FOLDERS = (
    "A whole folder that is put back, its mark with it, is found by the backend only: it answers"
    " 409 to a number that it knows with another sale."
)


def run(scale: Scale) -> Part:
    """Measure everything about the disk; `scale.work` is filled with files."""
    if why_not := shim.why_not():
        return Part(_TITLE, (Figure("the disk", why_not, "measured", holds=False),))
    cut_rows, cut_notes = cuts.figures(_in(scale, "cuts"))
    fault_rows, fault_notes = faults.figures(_in(scale, "faults"))
    full_rows, full_notes = full.figures(_in(scale, "full"))
    harm_rows, table, harm_notes = damage.figures(_in(scale, "damage"))
    return Part(
        _TITLE,
        (*cut_rows, *fault_rows, *full_rows, *harm_rows),
        seeds=f"seed {scale.seed}",
        notes=(_MODEL, _CARTS, _FOLDERS, *cut_notes, *fault_notes, *full_notes, *harm_notes),
        table=table,
    )


def _in(scale: Scale, name: str) -> Scale:
    (scale.work / name).mkdir(parents=True)
    return replace(scale, work=scale.work / name)
