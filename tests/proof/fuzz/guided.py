"""One target under atheris: ``python -P guided.py NAME RUNS SEED FOLDER``, in its own process.

The code under pos/ is instrumented as it is imported, so nothing of it may be
imported before. libFuzzer ends the process itself: 0, or 77 with the input.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pos"], enable_loader_override=False):
    from tests.proof.fuzz.targets import TARGETS

_LONGEST_RUN = 240
"""Seconds; a slow machine looks at fewer inputs, and the report says how many."""


def main(name: str, runs: int, number: int, folder: Path) -> None:
    """Never returns: libFuzzer leaves when it is done."""
    target = TARGETS[name]
    assert target.raw is not None, f"{name} is not for atheris"
    made, corpus = target.raw.made, folder / "corpus"
    corpus.mkdir()
    for n, seed in enumerate(target.raw.corpus):
        (corpus / str(n)).write_bytes(seed)
    with target.open(folder) as check:

        def one(raw: bytes) -> None:
            value = made(raw)
            try:
                check(value)
            except BaseException:
                sys.stderr.write(f"FOUND with {value!r}\n")
                raise

        options = [f"-runs={runs}", f"-seed={number}", f"-artifact_prefix={folder}/"]
        options += [f"-max_total_time={_LONGEST_RUN}", "-max_len=2048", "-len_control=20"]
        atheris.Setup([name, *options, "-print_final_stats=1", str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
