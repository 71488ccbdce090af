"""docs/PROOF.md: figures first, then what they do not show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.proof.kept import Kept
from tests.proof.part import Figure, Part

ASSUMPTIONS = (
    (
        "Stripe itself was never asked: its behaviour is modelled after its API description and"
        " documentation, and the library's behaviour after runs against a local server."
    ),
    (
        "A repeated key after `terminal_reader_timeout` may replay that error: the till sends a new"
        " key on the same PaymentIntent and is safe either way."
    ),
    (
        "Cancelling a PaymentIntent while a reader confirms it: one of the two wins at Stripe, and"
        " the PaymentIntent that is read afterwards says which."
    ),
    "A display command sent during a payment drops it: the till never sends one.",
    "The HTTP status of busy and offline readers is taken to be 400.",
    "A declining card presented through the test helper may answer 200 or 402.",
    (
        "`Stripe-Version` may be part of the comparison of repeated requests: the till repeats the"
        " version it sent first."
    ),
)
WAITING = (
    "Invariants I5 (store credit), I11 (approvals) and the stock rules join with their features.",
    "Capture and on-reader refunds (cases 51 to 54 and 64 of the failure matrix) wait for theirs.",
)


def write(path: Path, parts: Sequence[Kept], facts: Mapping[str, str]) -> None:
    """Write the whole document."""
    lines = [
        "# Proof",
        "",
        (
            "Never charged twice, never lost: what was run to show it, and what it showed."
            " Repeat it with `python3 dev.py prove`; one simulated run with"
            " `python3 dev.py simulate --seed N`."
        ),
        "",
        *_table([("", ""), *facts.items()]),
        "",
        "## Figures",
        "",
        *_table([("part", "what", "measured", "goal", "holds"), *_figures(parts)]),
    ]
    for it in parts:
        part = it.part
        took = f"{it.share:.0%} of it, in {it.took:.0f} seconds, ended {it.date}."
        lines += ["", f"## {part.title}", "", f"{took} {_seeds(part)}".strip()]
        lines += [""] + [f"- {note}" for note in part.notes] if part.notes else []
        lines += ["", *_table(part.table)] if part.table else []
    lines += ["", "## Assumptions about Stripe", "", *(f"- {text}" for text in ASSUMPTIONS)]
    lines += ["", "## What waits", "", *(f"- {text}" for text in WAITING), ""]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), "utf-8")


def _figures(parts: Sequence[Kept]) -> list[tuple[str, ...]]:
    return [
        (it.part.title, figure.what, figure.measured, figure.goal, _mark(figure))
        for it in parts
        for figure in it.part.figures
    ]


def _mark(figure: Figure) -> str:
    return "yes" if figure.holds else "**no**"


def _seeds(part: Part) -> str:
    return f"Seeds: {part.seeds}." if part.seeds else ""


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    head, *rest = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rest]
