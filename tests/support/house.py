"""The house rules a linter cannot know, as functions from source to offences."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

Offences = Iterator[str]
TEXT_WRAPPER = "pos/ui/widgets/text.py"
GATEWAY = re.compile(r"pos/(terminal|server)/stripe_\w+\.py")
MONEY_PATHS = ("pos/money.py", "pos/pricing/", "pos/services/", "pos/models/", "pos/server/")
LABELS = {"QLabel", "QMessageBox", "QErrorMessage", "setToolTip"}
INEXACT_COLUMNS = {"Float", "Double", "Numeric", "DECIMAL", "REAL", "FLOAT", "DOUBLE", "NUMERIC"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "yaml"}
LAST_RESORTS = {
    "pos/app/run.py",  # the start: a bug is said in a window
    "pos/ui/ticker.py",  # a worker's tick
    "pos/ui/threads.py",  # a worker's call
}
DATABASES = {"sqlite3", "psycopg", "socket"}


def _name(node: ast.AST) -> str:
    """Return the last part of a name: ``connect`` for ``button.clicked.connect``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def closures_in_connect(tree: ast.AST, _path: str) -> Offences:
    """PySide6 runs a closure in the emitting thread, even when queued."""
    inner = {
        child.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for child in ast.walk(function)
        if isinstance(child, ast.FunctionDef) and child is not function
    }
    for call in _calls(tree):
        if _name(call.func) != "connect" or not call.args:
            continue
        if isinstance(call.func, ast.Attribute) and _name(call.func.value) in DATABASES:
            continue
        slot = call.args[0]
        if isinstance(slot, ast.Lambda | ast.Call):
            yield f"{call.lineno}: connect() of a {type(slot).__name__.lower()}"
        elif isinstance(slot, ast.Name) and slot.id in inner:
            yield f"{call.lineno}: connect() of the closure {slot.id}"


def bare_labels(tree: ast.AST, path: str) -> Offences:
    """QLabel, QMessageBox and tooltips guess rich text and load files named in data."""
    if path == TEXT_WRAPPER:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            names = {_name(node.func), _name(owner)}
        elif isinstance(node, ast.ClassDef):
            names = {_name(base) for base in node.bases}
        else:
            continue
        for name in sorted(names & LABELS):
            yield f"{node.lineno}: {name} outside {TEXT_WRAPPER}"


def built_messages(tree: ast.AST, _path: str) -> Offences:
    """A translation is found by its literal, so the literal must be the argument."""
    for call in _calls(tree):
        if _name(call.func) not in {"tr", "translate"}:
            continue
        for text in call.args:
            made = isinstance(text, ast.JoinedStr | ast.BinOp)
            if made or (isinstance(text, ast.Call) and _name(text.func) == "format"):
                yield f"{call.lineno}: tr() of a built text"
        if _name(call.func) == "tr" and call.args and not isinstance(call.args[0], ast.Constant):
            yield f"{call.lineno}: tr() of a text that lupdate cannot find"


def inexact_columns(tree: ast.AST, path: str) -> Offences:
    if not path.startswith(("pos/models/", "pos/server/")):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and _name(node) in INEXACT_COLUMNS:
            yield f"{node.lineno}: a column of type {_name(node)}"
        elif isinstance(node, ast.alias) and node.name in INEXACT_COLUMNS:
            yield f"{node.lineno}: imports {node.name}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            ddl = re.search(
                r"(?is)create table.*\b(real|float|double|numeric|decimal)\b", node.value
            )
            if ddl:
                yield f"{node.lineno}: a column of type {ddl[1]}"


def floats_near_money(tree: ast.AST, path: str) -> Offences:
    """Amounts, quantities and rates are integers; Decimal only inside one rounding."""
    if not path.startswith(MONEY_PATHS):
        return
    for call in _calls(tree):
        if _name(call.func) == "float":
            yield f"{call.lineno}: float()"
    if path.startswith(MONEY_PATHS[:2]):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                yield f"{node.lineno}: the float {node.value}"
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                yield f"{node.lineno}: true division"


def unsafe_loading(tree: ast.AST, _path: str) -> Offences:
    for line, module in _imports(tree):
        if module.partition(".")[0] in UNSAFE_MODULES:
            yield f"{line}: imports {module}"
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in {"eval", "exec"}:
            yield f"{call.lineno}: {call.func.id}()"


def stripe_elsewhere(tree: ast.AST, path: str) -> Offences:
    if GATEWAY.fullmatch(path):
        return
    for line, module in _imports(tree):
        if module.partition(".")[0] == "stripe":
            yield f"{line}: imports stripe outside the gateway"


def broad_catches(tree: ast.AST, path: str) -> Offences:
    """Only a last resort that tells a person may catch everything, and once."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        last = node.body[-1]
        passed_on = isinstance(last, ast.Raise) and last.exc is None
        caught = {_name(one) for one in ast.walk(node.type)} if node.type else {"BaseException"}
        if caught & {"Exception", "BaseException"} and not passed_on:
            found.append(f"{node.lineno}: catches everything")
    yield from found[path in LAST_RESORTS :]


def no_docstring(tree: ast.AST, _path: str) -> Offences:
    if isinstance(tree, ast.Module) and not ast.get_docstring(tree):
        yield "1: no module docstring"


SOURCE_RULES: dict[str, Callable[[ast.AST, str], Offences]] = {
    rule.__name__: rule
    for rule in (
        closures_in_connect,
        bare_labels,
        built_messages,
        inexact_columns,
        floats_near_money,
        unsafe_loading,
        stripe_elsewhere,
        broad_catches,
        no_docstring,
    )
}

# Taken apart so that this file does not offend itself.
_HOSTS = ("pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "crates" + r"\.io")
_INDEXES = ("artif" + "actory", "dev" + "pi", "/simp" + "le/")
REGISTRY = re.compile(
    "|".join(_HOSTS) + r"|https?://\S*(?:" + "|".join(_INDEXES) + ")", re.IGNORECASE
)
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:home|root|tmp|work|farm|Users)/[\w.]|[A-Z]:\\\\?Users\\\\?\w"
)
_SILENCED = re.compile(
    r"#\s*(?:noqa:\s*([A-Z]+\d+)[A-Z\d, ]*|noqa()|type:\s*ignore\[([\w, -]+)\])(.*)$"
)


def unreasoned(text: str) -> Iterator[str]:
    """Find silenced checks without a reason; one reason serves the three lines below it."""
    reasoned: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = _SILENCED.search(line)
        if not found:
            continue
        code = found[1] or found[3] or ""
        if re.search(r"\w{3}", found[4]):
            reasoned[code] = number
        elif number - reasoned.get(code, -9) > 3:
            yield f"{number}: {line.strip()[:120]}"


def lines_with(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            yield f"{number}: {line.strip()[:120]}"
