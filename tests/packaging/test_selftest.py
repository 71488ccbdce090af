"""The self-test knows every library that the till imports only where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pos.app.selftest import LAZY

ROOT = Path(__file__).parents[2]


def imported_late() -> Iterator[str]:
    for file in (ROOT / "pos").rglob("*.py"):
        if "server" in file.parts:
            continue
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _imports(function)


def _imports(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_every_late_import_is_tried():
    tops = {name.partition(".")[0] for name in imported_late()}
    foreign = tops - set(sys.stdlib_module_names) - {"pos", "__future__"}
    early = {"PySide6", "sqlalchemy", "httpx", "babel", "msgspec", "structlog", "uuid6"}
    assert foreign - early <= {name.partition(".")[0] for name in LAZY}


def test_from_source_it_is_well():
    done = subprocess.run(
        [sys.executable, "-m", "pos", "self-test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OFF" not in done.stdout
