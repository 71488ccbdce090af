"""The tree keeps the rules that no linter knows; each rule is shown to bite."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Float, MetaData, Numeric

import pos
from tests.support import house
from tests.support.house import ROOT, SOURCE_RULES

LONGEST_MODULE = 300
LONGER_FOR_A_REASON: dict[str, str] = {}
GENERATED = "pos/models/migrations/versions/"


@cache
def tracked() -> tuple[str, ...]:
    """List what git tracks or would, else (an unpacked archive) every source file."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
        return tuple(sorted(name for name in set(listed) if name and (ROOT / name).is_file()))
    folders = ("pos", "tests", "bench", "build", "docs", "requirements", "resources")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.is_file()]
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in found))


def modules(*tops: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.startswith(tops)]


@cache
def text_of(name: str) -> str:
    raw = (ROOT / name).read_bytes()
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")


def test_the_lists_are_not_empty():
    assert {"pos/money.py", "dev.py"} <= set(modules("pos/", "dev.py"))
    assert "requirements/lock.txt" in tracked()


@pytest.mark.parametrize("rule", SOURCE_RULES)
def test_source_keeps(rule):
    offences = [
        f"{name}:{offence}"
        for name in modules("pos/", "dev.py", "bench/")
        for offence in SOURCE_RULES[rule](ast.parse(text_of(name)), name)
    ]
    assert not offences, "\n".join(offences)


PLANTED = [
    ("closures_in_connect", "pos/ui/x.py", "button.clicked.connect(lambda: go(1))"),
    ("closures_in_connect", "pos/ui/x.py", "worker.done.connect(partial(show, 1))"),
    ("closures_in_connect", "pos/ui/x.py", "def f():\n  def g(): pass\n  a.b.connect(g)"),
    ("bare_labels", "pos/ui/x.py", "QLabel(product.title)"),
    ("bare_labels", "pos/ui/x.py", "QtWidgets.QMessageBox.warning(self, a, b)"),
    ("bare_labels", "pos/ui/x.py", "class Mine(QLabel): pass"),
    ("bare_labels", "pos/ui/x.py", "tile.setToolTip(product.title)"),
    ("built_messages", "pos/ui/x.py", "tr(f'{n} items')"),
    ("built_messages", "pos/ui/x.py", "self.tr('%s items' % n)"),
    ("built_messages", "pos/ui/x.py", "tr('{} items'.format(n))"),
    ("built_messages", "pos/ui/x.py", "tr(_WORDS[key])"),
    ("inexact_columns", "pos/models/x.py", "price = mapped_column(Numeric(10, 2))"),
    ("inexact_columns", "pos/models/x.py", "from sqlalchemy import Float"),
    ("inexact_columns", "pos/server/x.py", "DDL = 'CREATE TABLE a (price REAL)'"),
    ("floats_near_money", "pos/services/x.py", "amount = float(text)"),
    ("floats_near_money", "pos/pricing/x.py", "half = total / 2"),
    ("floats_near_money", "pos/money.py", "total * 0.2"),
    ("unsafe_loading", "pos/x.py", "import pickle"),
    ("unsafe_loading", "pos/x.py", "from yaml import load"),
    ("unsafe_loading", "pos/x.py", "eval(text)"),
    ("stripe_elsewhere", "pos/services/x.py", "import stripe"),
    ("stripe_elsewhere", "pos/terminal/cash.py", "from stripe.error import CardError"),
    ("broad_catches", "pos/x.py", "try: a()\nexcept Exception: pass"),
    ("broad_catches", "pos/x.py", "try: a()\nexcept (ValueError, BaseException): pass"),
    ("broad_catches", "pos/ui/ticker.py", "try: a()\nexcept Exception: b()\n" * 2),
    ("no_docstring", "pos/x.py", "a = 1"),
]


@pytest.mark.parametrize(("rule", "path", "source"), PLANTED)
def test_a_planted_offence_is_seen(rule, path, source):
    assert list(SOURCE_RULES[rule](ast.parse(source), path))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pos/ui/x.py", "'''D.'''\nbutton.clicked.connect(self._go)\ntr('Pay %1')"),
        ("pos/models/x.py", "'''D.'''\nconnection = sqlite3.connect(str(path))"),
        ("pos/ui/widgets/text.py", "'''D.'''\nclass Text(QLabel): pass"),
        ("pos/terminal/stripe_gateway.py", "'''D.'''\nimport stripe"),
        ("pos/pricing/x.py", "'''D.'''\nhalf = total // 2"),
        ("pos/x.py", "'''D.'''\ntry: a()\nexcept BaseException:\n  undo()\n  raise"),
        ("pos/ui/ticker.py", "'''D.'''\ntry: a()\nexcept Exception: b()"),
    ],
)
def test_what_is_allowed_is_not_reported(path, source):
    tree = ast.parse(source)
    assert [found for rule in SOURCE_RULES.values() for found in rule(tree, path)] == []


def test_no_column_of_any_table_is_inexact():
    found = []
    for package in ("pos.models", "pos.server"):
        for metadata in metadata_of(package):
            found += [
                f"{table.name}.{column.name}"
                for table in metadata.tables.values()
                for column in table.columns
                if isinstance(column.type, Float | Numeric)
            ]
    assert not found


def metadata_of(package: str) -> list[MetaData]:
    """Import every module of a package and collect the metadata objects they hold."""
    parent = importlib.import_module(package)
    names = [
        one.name
        for one in pkgutil.walk_packages(parent.__path__, f"{package}.")
        if not one.name.endswith(("__main__", "migrations.env")) and ".versions." not in one.name
    ]
    held = [value for name in names for value in vars(importlib.import_module(name)).values()]
    found = {id(one): one for one in held if isinstance(one, MetaData)}
    bases = [getattr(one, "metadata", None) for one in held if isinstance(one, type)]
    found |= {id(one): one for one in bases if isinstance(one, MetaData)}
    return list(found.values())


def test_no_file_names_a_package_registry_or_a_machine():
    offences = [
        f"{name}:{line}"
        for name in tracked()
        for pattern in (house.REGISTRY, house.MACHINE_PATH)
        for line in house.lines_with(pattern, text_of(name))
    ]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize(
    "line",
    [
        "https://pypi." + "org/simple",
        "http://mirror.example/artif" + "actory/api",
        "see /ho" + "me/ann/till",
        "open('/ro" + "ot/.config')",
        "cp x /tm" + "p/x",
        "C:\\Us" + "ers\\ann",
    ],
)
def test_a_planted_address_or_path_is_seen(line):
    assert house.REGISTRY.search(line) or house.MACHINE_PATH.search(line)


def test_the_lock_holds_names_versions_and_hashes_only():
    entry = re.compile(r"[a-z0-9-]+==[\w.+!]+( ; [\w.<>=!'() ]+?)? \\")
    hashed = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?")
    lines = text_of("requirements/lock.txt").splitlines()
    strange = [line for line in lines if not (entry.fullmatch(line) or hashed.fullmatch(line))]
    assert not strange
    assert sum("==" in line and "--hash" not in line for line in lines) > 40


def test_the_lock_answers_every_declared_dependency():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["server"], *extras["dev"]]
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", text_of("requirements/lock.txt")))
    names = {re.split(r"[\[<>=!~ ;]", one)[0].lower().replace("_", "-") for one in declared}
    assert not names - locked, "refresh the lock as CONTRIBUTING.md says"
    assert project["version"] == pos.__version__


def test_modules_stay_short():
    lengths = {name: len(text_of(name).splitlines()) for name in modules("")}
    long = {
        name: length
        for name, length in lengths.items()
        if length > LONGEST_MODULE and not name.startswith(GENERATED)
    }
    assert set(long) == set(LONGER_FOR_A_REASON), f"split along a seam: {long}"


def test_every_silenced_check_gives_its_reason():
    offences = [
        f"{name}:{line}" for name in modules("") for line in house.unreasoned(text_of(name))
    ]
    assert not offences, "\n".join(offences)
    silenced = "import b  # no" + "qa: E501"
    assert list(house.unreasoned(silenced))
    assert list(house.unreasoned("x = 1  # type: ig" + "nore[attr-defined]"))
    assert not list(house.unreasoned(f"{silenced}  # wide on purpose\n{silenced}"))
    assert list(house.unreasoned(f"{silenced}  # wide on purpose\n\n\n\n{silenced}"))


def test_git_does_not_ignore_the_build_folder():
    if not (shutil.which("git") and (ROOT / ".git").exists()):
        pytest.skip("not a git checkout")
    command = ["git", "check-ignore", "build/", "build/tillkeep.spec"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal there")
def test_qt_gives_back_the_references_it_borrows(qtbot):
    """PySide6 6.12.0 on Python 3.11 lost one to None for every call, until the end."""
    from PySide6.QtWidgets import QLineEdit  # noqa: PLC0415  # only this test needs Qt

    field = QLineEdit()
    qtbot.addWidget(field)
    before = sys.getrefcount(None), sys.getrefcount(True)  # noqa: FBT003  # the object itself
    for number in range(1000):
        field.setText(str(number))
        field.setEnabled(True)
    after = sys.getrefcount(None), sys.getrefcount(True)  # noqa: FBT003  # the object itself
    assert min(a - b for a, b in zip(after, before, strict=True)) > -100


def test_continuous_integration_runs_what_a_developer_runs():
    commands = [
        line
        for line in Path(ROOT, ".ci", "run").read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]
    assert commands == ["exec python3 dev.py test"]
