#!/usr/bin/env python3
"""Bring the translations in step with the sources: ``.venv/bin/python build/translations.py``.

English needs forms for the texts with a number only: the sources are English.
lupdate does not know our ``tr(text, n)``, so its numerus texts are found here;
what has no forms yet is written as unfinished, named, and fails the run. Then
lrelease compiles every .ts beside itself.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
CONTEXT = "Tillkeep"
FORMS = 2
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'


def counted_texts(folder: Path) -> dict[str, list[str]]:
    """Return every literal with ``%n`` passed to ``tr()`` below ``folder``, and where."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*.py")):
        for text in _literals(ast.parse(file.read_text("utf-8"))):
            found.setdefault(text, []).append(file.relative_to(ROOT).as_posix())
    return found


def _literals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="tr"), args=[ast.Constant(value=str(text)), *_]):
                if "%n" in text:
                    yield text


def forms_in(file: Path) -> dict[str, list[str]]:
    """Return the forms a .ts holds for each text, empty ones left out."""
    if not file.exists():
        return {}
    messages = ET.parse(file).iter("message")  # noqa: S314  our own file
    return {
        each.findtext("source", ""): [form.text for form in each.iter("numerusform") if form.text]
        for each in messages
    }


def write(file: Path, texts: dict[str, list[str]], forms: dict[str, list[str]]) -> list[str]:
    """Write the .ts; returns the texts that somebody has to give forms."""
    root = ET.Element("TS", version="2.1", language="en_US", sourcelanguage="en_US")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    missing = []
    for text in sorted(texts):
        message = ET.SubElement(context, "message", numerus="yes")
        for place in dict.fromkeys(texts[text]):
            ET.SubElement(message, "location", filename=f"../../{place}")
        ET.SubElement(message, "source").text = text
        translation = ET.SubElement(message, "translation")
        known = forms.get(text, [])
        if len(known) != FORMS:
            translation.set("type", "unfinished")
            missing.append(text)
        for form in known or [""] * FORMS:
            ET.SubElement(translation, "numerusform").text = form
    ET.indent(root, " ")
    file.write_text(_HEAD + ET.tostring(root, "unicode") + "\n", "utf-8")
    return missing


def main() -> int:
    """Update the English forms, compile every language."""
    english = FOLDER / "tillkeep_en.ts"
    missing = write(english, counted_texts(ROOT / "pos"), forms_in(english))
    for text in missing:
        sys.stdout.write(f"no forms yet: {text}\n")
    lrelease = Path(sys.executable).parent / "pyside6-lrelease"
    sources = [str(file) for file in sorted(FOLDER.glob("*.ts"))]
    done = subprocess.run([lrelease, "-silent", *sources], check=False)  # noqa: S603  our files
    return 1 if missing else done.returncode


if __name__ == "__main__":
    sys.exit(main())
