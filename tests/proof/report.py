"""docs/PROOF.md: figures first, then what they do not show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.proof.part import Part

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


def write(path: Path, parts: Sequence[tuple[Part, float]], facts: Mapping[str, str]) -> None:
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
    for part, took in parts:
        lines += ["", f"## {part.title}", "", f"{took:.0f} seconds. {_seeds(part)}".strip()]
        lines += [""] + [f"- {note}" for note in part.notes] if part.notes else []
        lines += ["", *_table(part.table)] if part.table else []
    lines += ["", "## Assumptions about Stripe", "", *(f"- {text}" for text in ASSUMPTIONS)]
    lines += ["", "## What waits", "", *(f"- {text}" for text in WAITING), ""]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), "utf-8")


def _figures(parts: Sequence[tuple[Part, float]]) -> list[tuple[str, ...]]:
    return [
        (part.title, figure.what, figure.measured, figure.goal, "yes" if figure.holds else "**no**")
        for part, _ in parts
        for figure in part.figures
    ]


def _seeds(part: Part) -> str:
    return f"Seeds: {part.seeds}." if part.seeds else ""


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    head, *rest = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rest]
