"""What is inside a packaged till, read from what PyInstaller found, with every licence.

Runs inside the spec, so it tells of each system what that system's bundle holds:
``LICENSES.txt`` for people, and ``inside.json``, from which `build.sbom` writes the
bill of materials.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from build import version
from build.contents import Entry

LICENCES, LIST = "LICENSES.txt", "inside.json"
_TEXT = re.compile(r"(?:^|/)(?:LICEN[CS]E|COPYING|NOTICE)[^/]*$|/licen[cs]es/[^/]+$", re.IGNORECASE)
_COMMON = re.compile(r"/usr/share/common-licenses/([\w.+-]*\w)")
_RULE = "=" * 78


@dataclass(slots=True)
class Part:
    """Something made by others: ``kind`` is ``pypi``, ``deb`` or ``generic``."""

    name: str
    version: str
    kind: str
    licence: str
    texts: list[str] = field(default_factory=list)


class UnlicensedError(Exception):
    """Something would be shipped without the text of its licence."""


def collect(analysis: Any, root: Path, work: Path) -> list[Entry]:
    """Write both files below ``work``; returns the one that goes inside.

    Raises `UnlicensedError` for a part whose licence has no text.
    """
    entries = [*analysis.pure, *analysis.binaries, *analysis.datas]
    parts = sorted(_parts(entries, root), key=lambda part: (part.kind, part.name.lower()))
    if bare := [part.name for part in parts if not part.texts]:
        raise UnlicensedError(f"no licence text for {', '.join(bare)}; add it to build/licences")
    work.mkdir(parents=True, exist_ok=True)
    (work / LIST).write_text(json.dumps([asdict(part) for part in parts], indent=1), "utf-8")
    (work / LICENCES).write_text(_readable(parts), "utf-8")
    return [(LICENCES, str(work / LICENCES), "DATA")]


def _parts(entries: Iterable[Entry], root: Path) -> Iterator[Part]:
    sources = {os.path.realpath(source) for _, source, _ in entries if source}
    owners = _owners()
    found = {
        owners[key].name: owners[key] for key in map(os.path.normcase, sources) if key in owners
    }
    found["pyinstaller"] = metadata.distribution("pyinstaller")  # its loader starts the program
    for dist in found.values():
        yield _distribution(dist, root)
    yield from _interpreter(root)
    if sys.platform == "linux" and shutil.which("dpkg-query"):
        yield from _debian(each for each in sources if os.path.normcase(each) not in owners)


def _owners() -> dict[str, metadata.Distribution]:
    """Map each file of each installed distribution to it."""
    return {
        os.path.normcase(os.path.realpath(str(dist.locate_file(file)))): dist
        for dist in metadata.distributions()
        for file in dist.files or ()
    }


def _distribution(dist: metadata.Distribution, root: Path) -> Part:
    about = dist.metadata
    licence = (about.get_all("License-Expression") or [""])[0] or _classified(
        about.get_all("Classifier") or []
    )
    texts = [
        Path(str(dist.locate_file(file))).read_text("utf-8", "replace")
        for file in dist.files or ()
        if _TEXT.search(file.as_posix()) and not file.as_posix().endswith((".py", ".pyc"))
    ]
    own = root / "build" / "licences" / f"{dist.name.lower()}.txt"
    if own.exists():
        texts.append(own.read_text("utf-8"))
    short = licence or (about.get_all("License") or ["see its text"])[0].splitlines()[0]
    return Part(dist.name, dist.version, "pypi", short, _unique(texts))


def _classified(classifiers: list[str]) -> str:
    found = [each.rsplit(" :: ", 1)[-1] for each in classifiers if each.startswith("License ::")]
    return " OR ".join(dict.fromkeys(found))


def _interpreter(root: Path) -> Iterator[Part]:
    """Tell of Python itself and of what its own libraries are built upon."""
    places = [Path(sys.base_prefix), Path(os.__file__).parent]
    files = [place / "LICENSE.txt" for place in places]
    own = root / "build" / "licences"
    texts = [file.read_text("utf-8") for file in files if file.exists()][:1]
    texts = texts or [(own / "python.txt").read_text("utf-8")]
    yield Part("CPython", ".".join(map(str, sys.version_info[:3])), "generic", "PSF-2.0", texts)
    apache = [(root / "LICENSE").read_text("utf-8")]
    yield Part("OpenSSL", ssl.OPENSSL_VERSION.split()[1], "generic", "Apache-2.0", apache)
    lesser = [(own / "shiboken6.txt").read_text("utf-8")]
    yield Part("Qt", metadata.version("PySide6_Essentials"), "generic", "LGPL-3.0-only", lesser)
    blessing = [(own / "sqlite.txt").read_text("utf-8")]
    yield Part("SQLite", sqlite3.sqlite_version, "generic", "blessing", blessing)
    fonts, icons = root / "resources" / "fonts", root / "resources" / "icons"
    inter = [(fonts / "LICENSE-Inter.txt").read_text("utf-8")]
    yield Part("Inter", "4.001", "generic", "OFL-1.1", inter)
    lucide = [(icons / "LICENSE-Lucide.txt").read_text("utf-8")]
    yield Part("Lucide", "2026", "generic", "ISC", lucide)


def _debian(sources: Iterable[str]) -> Iterator[Part]:
    """Tell of the system libraries that were taken along, package by package."""
    libraries = sorted(each for each in sources if re.search(r"\.so(\.|$)", each))
    for package in sorted(set(filter(None, map(_package_of, libraries)))):
        told = _answer("dpkg-query", "--show", "--showformat=${Version}", package)
        text = Path("/usr/share/doc", package.partition(":")[0], "copyright")
        texts = [text.read_text("utf-8", "replace")] if text.exists() else []
        for name in sorted(set(_COMMON.findall(texts[0] if texts else ""))):
            common = Path("/usr/share/common-licenses", name)
            texts += [common.read_text("utf-8", "replace")] if common.exists() else []
        yield Part(package.partition(":")[0], told, "deb", "see its text", texts)


def _package_of(library: str) -> str:
    for name in (library, library.removeprefix("/usr"), f"/usr{library}"):
        if told := _answer("dpkg-query", "--search", name):
            return told.split(": ")[0]
    return ""


def _answer(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  dpkg
    return done.stdout.strip() if done.returncode == 0 else ""


def _unique(texts: Iterable[str]) -> list[str]:
    return list({" ".join(text.split()): text for text in texts}.values())


def _readable(parts: list[Part]) -> str:
    """Write one text for people: a list first, then each text once with whom it concerns."""
    by_text: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for part in parts:
        for text in part.texts:
            key = " ".join(text.split())
            texts[key] = text
            by_text.setdefault(key, []).append(f"{part.name} {part.version}")
    lines = [f"{version.NAME} {version.VERSION} is licensed under Apache-2.0; see LICENSE.", ""]
    lines += ["It carries the work of others, under these licences:", ""]
    lines += [f"  {part.name} {part.version}: {part.licence}" for part in parts]
    lines += ["", _QT_NOTE]
    for key, users in by_text.items():
        lines += ["", _RULE, ", ".join(users), _RULE, "", texts[key].strip()]
    return "\n".join(lines) + "\n"


_QT_NOTE = """\
Qt, PySide6 and Shiboken are used under the GNU LGPL, version 3. They lie beside the program
as separate libraries, unchanged, and may be replaced by others of the same interface: their
sources are offered by the Qt project at download.qt.io."""
