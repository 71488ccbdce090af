"""The program looks at itself: is everything inside that selling needs.

Each check does the real thing in a folder that is thrown away, and prints one
line. Meant for a freshly packaged program, where a file can be missing that
the source never misses; it opens no window and asks nothing of the network.
"""

from __future__ import annotations

import importlib
import pkgutil
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import httpx
from PySide6.QtCore import QLibraryInfo, qVersion
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
from sqlalchemy.exc import SQLAlchemyError

import pos
from pos import __version__
from pos.app.build import Till, build
from pos.app.demo import prepare
from pos.app.processes import announced, running
from pos.config import Config, is_frozen, resources, shipped
from pos.errors import CashierError, PosError
from pos.models.migrate import HEAD
from pos.services import journal, receipts, shop
from pos.services.bundle.own_words import own_words
from pos.services.secrets import KeyringSecrets, MemorySecrets
from pos.terminal.api import CASH
from pos.ui import i18n, icons, receipt_view, theme
from pos.ui.tokens import THEMES

Say = Callable[[str], object]
Check = Callable[[QApplication, Path], str]

LAZY = (
    "alembic.command",
    "alembic.ddl.sqlite",
    "barcode",
    "keyring.backends",
    "requests",
    "stripe",
)
"""Libraries that are loaded only where they are used; our own modules are walked."""
_KEYRINGS = {
    "win32": ("keyring.backends.Windows", "win32ctypes.pywin32.pywintypes"),
    "darwin": ("keyring.backends.macOS",),
    "linux": ("keyring.backends.SecretService", "secretstorage.exceptions", "jeepney.wrappers"),
}
_PLUGINS = {"win32": "qwindows.dll", "darwin": "libqcocoa.dylib", "linux": "libqxcb.so"}
_LEFT_OUT = ("pos.server", "pos.models.migrations")
_CODE, _HANDED = "9521000079199", 100_000
_SMALL, _WEIGHTS, _FEW = 20, 3, 100

_EXPECTED = (
    PosError,
    SQLAlchemyError,
    httpx.HTTPError,
    ImportError,
    PackageNotFoundError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
)
"""What a missing or broken part is seen by; anything else is a bug and shows its traceback."""


def self_test(say: Say) -> int:
    """Make every check; returns 0 when all is well, else 1."""
    app = QApplication([*sys.argv[:1], "-platform", "offscreen"])
    well = True
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        for what, check in CHECKS.items():
            try:
                say(f"ok  {what}: {check(app, Path(name))}")
            except _EXPECTED as error:
                well = False
                say(f"OFF {what}: {type(error).__name__}: {error}")
    return 0 if well else 1


def _need(condition: object, problem: str) -> None:
    if not condition:
        raise CashierError("self_test", problem)


def _program(_app: QApplication, _folder: Path) -> str:
    kind = "packaged" if is_frozen() else "from source"
    system = f"{platform.system()} {platform.machine()}"
    return f"Tillkeep {__version__}, {kind}, Python {platform.python_version()}, {system}"


def _window(_app: QApplication, _folder: Path) -> str:
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    plugin = _PLUGINS[sys.platform]
    _need((folder / plugin).is_file(), f"{plugin} is missing: no window could open")
    return f"Qt {qVersion()}, {plugin}"


def _resources(_app: QApplication, _folder: Path) -> str:
    theme.load_fonts()
    weights = QFontDatabase.styles(theme.FAMILY)
    _need(len(weights) >= _WEIGHTS, f"the bundled face is not whole: {weights}")
    names = sorted(path.stem for path in (resources() / "icons").glob("*.svg"))
    blank = [name for name in names if not _draws(name)]
    _need(names and not blank, f"icons that draw nothing: {blank}")
    return f"{len(names)} icons, {theme.FAMILY} in {len(weights)} weights"


def _draws(name: str) -> bool:
    picture = icons.pixmap(name, "#000000", _SMALL).toImage()
    size = range(picture.width())
    return any(picture.pixelColor(x, y).alpha() for x in size for y in size)


def _themes(app: QApplication, _folder: Path) -> str:
    for name in THEMES:
        _need(theme.apply(app, name).name == name, f"the theme {name} was not put on")
    return ", ".join(THEMES)


def _translations(app: QApplication, _folder: Path) -> str:
    files = sorted(path.stem for path in (resources() / "translations").glob("*.qm"))
    _need(files, "no translations")
    i18n.load(app, "en_US")
    one = i18n.tr("%n classes", 1)
    _need(one == "1 class", f"the singular is not known: {one}")
    return ", ".join(files)


def _modules(_app: QApplication, _folder: Path) -> str:
    """Import whatever a click may import later."""
    found = [*_own_modules(), *LAZY, *_KEYRINGS[sys.platform]]
    for name in found:
        importlib.import_module(name)
    words = own_words()
    _need(len(words.modules) > _FEW and len(words.texts) > _FEW, "the code cannot be read")
    return f"{len(found)} loaded, {len(words.texts):,} words of their own"


def _own_modules() -> Iterator[str]:
    for one in pkgutil.walk_packages(pos.__path__, "pos."):
        if not (one.name.startswith(_LEFT_OUT) or one.name.endswith(".__main__")):
            yield one.name


def _migrations(_app: QApplication, folder: Path) -> str:
    till = _till(folder)
    try:
        with till.db.reader.begin() as db:
            now = db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    finally:
        till.close()
    _need(now == HEAD, f"the new database is at {now}, not {HEAD}")
    return f"a new database at {HEAD}"


def _sale(_app: QApplication, folder: Path) -> str:
    till = _till(folder)
    try:
        return _sold(till, folder)
    finally:
        till.close()


def _sold(till: Till, folder: Path) -> str:
    till.cart.scan(_CODE)
    run = till.checkout.begin(till.cart.current().cart_id)
    paid = till.checkout.pay(run.run_id, CASH, _HANDED)
    if paid.order_id is None:
        raise CashierError("self_test", "the cash sale was not kept")
    receipt = receipts.build(till.db, paid.order_id)
    _need(paid.receipt_number in receipts.render(receipt), "the receipt lacks its number")
    receipt_view.save_pdf(receipt, folder / "receipt.pdf")
    with till.db.reader.begin() as db:
        _need(journal.first_broken(db) is None, "the journal's chain is broken")
    return f"{paid.receipt_number} in cash, journal chained, receipt as PDF"


def _till(folder: Path) -> Till:
    config = Config(data_dir=folder / "Ünder a path", training=True)
    till = build(config, secrets=MemorySecrets(problem=None), preset=shop.DEMO)
    prepare(till)
    return till


def _keyring(_app: QApplication, _folder: Path) -> str:
    """Say which store would be used; one that writes plain text is refused by the till itself."""
    found = KeyringSecrets("self-test").back_end().name.rpartition(".")[2]
    _need(found or sys.platform == "linux", "the system's vault cannot be used")
    return found or "none here: secrets would be asked for at each start"


def _helpers(_app: QApplication, folder: Path) -> str:
    """Start another process of this program, as training does."""
    words = ["simulator", "--data", str(folder / "stripe.db"), "--token", "self-test"]
    with running(announced([*words, "--until-stdin-closes"])) as simulator:
        answer = httpx.get(f"{simulator.url}/v1/charges", trust_env=False, timeout=10)
    _need(answer.status_code == httpx.codes.UNAUTHORIZED, f"it answered {answer.status_code}")
    return "the simulator starts from this program, answers and ends"


def _licences(_app: QApplication, _folder: Path) -> str:
    if not is_frozen():
        return "collected when the program is packaged"
    text = shipped("LICENSES.txt").read_text("utf-8")
    _need("PySide6" in text and "SQLAlchemy" in text, "the licences of Qt and SQLAlchemy")
    return f"{len(text.splitlines()):,} lines in LICENSES.txt"


CHECKS: dict[str, Check] = {
    "program": _program,
    "window": _window,
    "resources": _resources,
    "themes": _themes,
    "translations": _translations,
    "modules": _modules,
    "database": _migrations,
    "cash sale": _sale,
    "keyring": _keyring,
    "helpers": _helpers,
    "licences": _licences,
}
