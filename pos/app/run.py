"""Start the window: a frame at once, the till behind it, then the screens one by one.

Only Qt is imported here, and the scanner right after the first paint. SQLAlchemy and
all that stands on it is loaded in a thread; a code scanned meanwhile waits for the sale.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from pos.app.start import EXIT_AGAIN, make_app, start_again
from pos.errors import CashierError
from pos.look import Look
from pos.ui.frame import Frame

if TYPE_CHECKING:
    from pos.app.build import Till
    from pos.config import Config
    from pos.services.secrets import SecretStore
    from pos.services.shop import Preset
    from pos.ui.scanner import Scanner

_HAND_OVER_S = 0.001
"""How long a thread may keep Python while the window waits for it; Python's 5 ms are felt."""

# ruff: noqa: PLC0415  every import below is one that must not come before the first paint


def run(
    load: Callable[[], Config],
    *,
    secrets: SecretStore | None = None,
    preset: Preset | None = None,
    prepare: Callable[[Till], object] | None = None,
    look: Look | None = None,
    again: Callable[[], int] = start_again,
) -> int:
    """Run the till until its window is closed; returns the exit code.

    ``load`` reads the configuration. ``prepare`` may change settings before the
    window opens (the demo's reader). ``look`` is what the first paint wears, and
    ``again`` opens the till anew when it is to be drawn at another scale.
    """
    sys.setswitchinterval(_HAND_OVER_S)
    gc.disable()  # in whatever thread is loading; the front's collector takes over
    look = look or Look()
    app = make_app(look.scale)
    frame = Frame(look.theme)
    frame.wait()
    from pos.ui.scanner import Scanner  # what is typed before waits in the system's queue

    scanner = Scanner(app)
    scanner.mode = "queue"
    till = _opened(app, (frame, look), load, (secrets, preset))
    if till is None:
        from pos.ui.trouble import EXIT_TROUBLE

        return EXIT_TROUBLE
    code, ended = _sell(till, app, scanner, frame, prepare)
    if code == EXIT_AGAIN:
        return again()
    if not ended:
        os._exit(code)  # a thread hangs in the system, and Qt aborts when it is destroyed running
    return code


def _opened(
    app: QApplication,
    first: tuple[Frame, Look],
    load: Callable[[], Config],
    fresh: tuple[SecretStore | None, Preset | None],
) -> Till | None:
    """Open the till; where it cannot be opened, say why until it is mended or given up."""
    from pos.app.opening import behind

    frame, look = first
    while True:
        config: Config | None = None
        try:
            config = load()
            return behind(partial(_open, config, *fresh))
        except Exception as error:  # noqa: BLE001  a start that fails unseen helps nobody
            from pos.ui import i18n, theme

            theme.apply(app, look.theme)
            i18n.load(app, look.locale)
            frame.hide()
            if not _mended(_told(error, config), config, fresh[0]):
                return None
            frame.leaving = False
            frame.show()


def _told(error: Exception, config: Config | None) -> CashierError:
    """Return what a person is told; of a bug, once its report is kept."""
    if isinstance(error, CashierError):
        return error
    from datetime import UTC, datetime

    from pos import logs
    from pos.ui.threads import unexpected

    if config is not None:
        logs.write_report(config.logs, error, datetime.now(UTC))
    return unexpected(error)


def _mended(error: CashierError, config: Config | None, secrets: SecretStore | None) -> bool:
    """Say in the window what is wrong; returns whether the till can be opened again now."""
    from pos.app.doctor import Examination
    from pos.app.rescue import rescue_for
    from pos.config import SettingsFileError
    from pos.ui.trouble import show_trouble

    if isinstance(error, SettingsFileError):
        config = error.config
    if config is None:
        return show_trouble(error)
    return show_trouble(error, rescue_for(error, config), partial(Examination, config, secrets))


def _open(config: Config, secrets: SecretStore | None, preset: Preset | None) -> Till:
    """Load what takes long and open the till and its log; runs in a thread of its own."""
    from pos import logs
    from pos.app.build import build

    till = build(config, secrets=secrets, preset=preset)
    try:
        logs.configure(config.logs)
        _warm_up(till)
    except BaseException:
        till.close()
        raise
    return till


def _warm_up(till: Till) -> None:
    """Load what the window needs, while there is time."""
    till.link.prepare()
    from pos.app import front  # noqa: F401  the screens' modules
    from pos.ui import wording

    here = till.shop()
    wording.money(0, here.currency, here.locale)  # reads the language's forms from the disk


def _sell(
    till: Till,
    app: QApplication,
    scanner: Scanner,
    frame: Frame,
    prepare: Callable[[Till], object] | None,
) -> tuple[int, bool]:
    """Show the window until it is closed; also tells whether every thread has ended."""
    from pos import logs

    try:
        if frame.leaving:  # it was closed meanwhile
            frame.done()
            return 0, True
        if prepare is not None:
            prepare(till)
        return _show(till, app, scanner, frame)
    finally:
        till.close()
        logs.close()


def _show(till: Till, app: QApplication, scanner: Scanner, frame: Frame) -> tuple[int, bool]:
    from pos import logs
    from pos.app.front import Front
    from pos.app.opening import turn
    from pos.ui import icons

    app.setWindowIcon(icons.app_icon())
    gc.freeze()  # the modules live as long as the window: no collection looks at them
    front = Front(till, app, scanner, turn)
    gc.freeze()
    logs.install_excepthook(till.config.logs, front.broke.emit)
    code = 0
    try:
        if not frame.leaving:  # it may have been closed meanwhile
            front.shell.setGeometry(frame.geometry())
            front.shell.show()
            frame.done()
            front.start()
            code = EXIT_AGAIN if app.exec() == 0 and front.wearing.again else 0
    finally:
        frame.done()
        ended = front.close()
    return code, ended
