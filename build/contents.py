"""What goes into the packaged till, and what stays out of it."""

from __future__ import annotations

import pickle
import re
import sys
from pathlib import Path

from build.version import VERSION

Entry = tuple[str, str, str]
"""As PyInstaller has it: name inside, path outside, kind."""

CONSOLE = "tillkeep-console"
"""The program with standard streams, beside the window on Windows."""

LIBRARIES = f"_internal-{VERSION}" if sys.platform == "win32" else "_internal"
"""The folder of everything but the program itself.

On Windows it is named after the version, so that an upgrade lays the new one beside the
old one and then only has to put the program in its place (see `installer.nsi`).
"""

EXCLUDED = [
    # the reference backend: a till has none
    *("pos.server", "starlette", "uvicorn", "psycopg", "psycopg_binary"),
    # what the libraries would use if it were there
    *("tkinter", "_tkinter", "unittest", "pydoc", "doctest", "test", "lib2to3", "idlelib"),
    *("setuptools", "pip", "pkg_resources", "distutils", "_distutils_hack", "pytest", "IPython"),
    *("sqlalchemy.ext.mypy", "alembic.testing"),  # the other databases are needed: Alembic asks
    *("PIL", "numpy", "yaml", "rich", "pygments", "click", "trio", "socksio", "h2"),
]
"""Never inside. `pos.server` with the libraries that only it uses."""

_QT = r"PySide6/(?:Qt/)?"
_DROPPED = re.compile(
    "|".join(
        (
            # kinds of screens, inputs and pictures that a till has not
            _QT + r"plugins/(?:egldeviceintegrations|wayland[^/]*|qmltooling|generic|sqldrivers"
            r"|networkinformation)/",
            _QT + r"plugins/platformthemes/libqgtk3",
            _QT
            + r"plugins/platforms/\w*q(?:eglfs|linuxfb|minimal\w*|vnc|vkkhr\w*|wayland|direct2d)",
            _QT + r"plugins/platforminputcontexts/\w*qtvirtualkeyboard",
            _QT + r"plugins/imageformats/\w*q(?:tga|tiff|wbmp|icns|pdf|webp|gif|jp)",
            _QT + r"translations/(?!qtbase_)",
            r"(?:lib)?Qt6?(?:EglF[Ss]|Wayland|WlShell|Qml|Quick|VirtualKeyboard|Pdf|OpenGLWidgets)",
            r"opengl32sw\.dll",  # Qt paints with the processor here
            r"lib(?:gtk-3|gdk|atk|cairo|pango|gnutls|p11|unistring|cups|avahi|epoxy)",
            _QT + r"plugins/xcbglintegrations/",
            r"lib(?:gio-2|mount|blkid|selinux)\b",  # for the network information that was dropped
            # of the screen, the fonts and the session: the system's own fit it (see build/linux.py)
            r"lib(?:fontconfig|freetype|expat|png16|brotli\w+|graphite2|harfbuzz|pixman-1|fribidi)\.so",
            r"lib(?:dbus-1|systemd|gcrypt|gpg-error|lz4|zstd|cap|jpeg|bsd|md)\.so",
            r"lib(?:glib|gobject|gmodule|gthread)-2|libpcre2-8|libX(?:11|11-xcb|au|dmcp|ext|render)\.so",
            r"lib(?:gssapi_krb5|krb5|k5crypto|krb5support|com_err|keyutils)\.so",
            r"lib(?:wayland-|harfbuzz-gobject|thai|datrie|nettle|hogweed|tasn1|idn2)",
            # where the program was built, and nothing else
            r"\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_\w+)",
        )
    )
)
_UNUSED_WORDS = (
    *("unit_patterns", "unit_display_names", "compound_unit_patterns", "meta_zones"),
    *("time_zones", "currency_names_plural", "date_fields", "scripts", "variants"),
    *("interval_formats", "compact_decimal_formats", "compact_currency_formats"),
)
"""Parts of a language that no screen shows: units of measure, names of time zones."""


def shipped(root: Path) -> list[tuple[str, str]]:
    """List the files that are read as files, each with its folder inside."""
    files = [
        *(root / "pos" / "models" / "migrations").rglob("*.py"),
        *(each for each in (root / "resources").rglob("*.*") if each.suffix != ".ts"),
    ]
    found = [(str(each), each.parent.relative_to(root).as_posix()) for each in sorted(files)]
    return [*found, (str(root / "LICENSE"), ".")]


def own_modules(root: Path) -> list[str]:
    """List every module of the till, so that none is missed that is imported late."""
    names = []
    for file in sorted((root / "pos").rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not name.startswith(("pos.server", "pos.models.migrations", "pos.__main__")):
            names.append(name)
    return names


def kept(entries: list[Entry]) -> list[Entry]:
    """Leave out what is dropped from either list of files."""
    return [each for each in entries if not _DROPPED.search(each[0].replace("\\", "/"))]


def slimmed(entries: list[Entry], folder: Path) -> list[Entry]:
    """Put copies of Babel's languages without what no screen shows in their place.

    All languages stay, and every key: a part that is left out is empty, as in a
    language that has no such words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_slim(each, folder) if _is_language(each) else each for each in entries]


def _is_language(entry: Entry) -> bool:
    return re.search(r"babel/locale-data/\w+\.dat$", entry[0].replace("\\", "/")) is not None


def _slim(entry: Entry, folder: Path) -> Entry:
    inside, source, kind = entry
    data = pickle.loads(Path(source).read_bytes())  # noqa: S301  Babel's own file, hash-locked
    for part in _UNUSED_WORDS:
        if part in data:
            data[part] = {}
    target = folder / Path(source).name
    target.write_bytes(pickle.dumps(data, 2))
    return inside, str(target), kind
