"""The whole thing on one computer: simulator, reference backend, reader window and till.

Everything lives in a folder that is thrown away, on free ports, with an
in-memory keyring and a key that only the simulator knows.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from pos import look
from pos.app.build import Till
from pos.app.processes import Elsewhere, Process, announced, running
from pos.config import Config, demo_backend, is_frozen, resources
from pos.errors import CashierError
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets

DEMO_KEY = "rk_test_tillkeep"
"""Accepted by the simulator alone."""
READER = "tmr_sim_frontdesk"
READER_LABEL = "Front desk"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is running behind the demo's till."""

    folder: Path
    stripe: Process
    backend: Process
    token: str

    @property
    def config(self) -> Config:
        return Config(
            data_dir=self.folder / "till",
            backend_url=self.backend.url,
            stripe_url=self.stripe.url,
            training=True,
        )

    @property
    def secrets(self) -> MemorySecrets:
        return MemorySecrets({STRIPE_KEY: DEMO_KEY, BACKEND_TOKEN: self.token}, problem=None)


def demo(
    *,
    tour: bool = False,
    screenshots: Path | None = None,
    theme: str = "light",
    readme: Path | None = None,
) -> int:
    """Open the demo, or take the tour when asked to or when there is no screen.

    The tour's pictures go below ``screenshots``, else to a new folder that it
    names; or only those that the README shows, to the folder ``readme``. Raises
    `CashierError` for the tour of a packaged program that was told no backend.
    """
    if not tour and not has_screen():
        sys.stdout.write("There is no display here, so the tour runs instead of the window.\n")
        tour = True
    if tour:
        _need_backend()
        from pos.app import tour as tours  # noqa: PLC0415  only where it is wanted

        plan = tours.README if readme else tours.EVERYTHING
        return tours.take_tour(readme or screenshots or _new_folder(), theme, plan)
    return _open_window()


def _need_backend() -> None:
    if is_frozen() and not demo_backend()[0]:
        raise CashierError(
            "demo_needs_backend",
            "The tour compares the till with a backend, and this program carries none.",
            "Start one from the source code and name it in TILLKEEP_DEMO_BACKEND and"
            " TILLKEEP_DEMO_TOKEN.",
        )


@contextmanager
def stage() -> Iterator[Stage]:
    """Start simulator and backend; stop them and throw their folder away afterwards.

    The packaged program has a backend only where it was told of one; without, it
    shows selling alone.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        token = demo_backend()[1] or token_urlsafe(24)
        stripe = stack.enter_context(running(_simulator(folder, token)))
        backend = stack.enter_context(running(_backend(folder, token)))
        yield Stage(folder, stripe, backend, token)


def prepare(till: Till) -> None:
    """Choose the simulated reader, once; take the goods from a file where no backend has them."""
    if not till.shop().reader_id:
        till.settings.choose_reader(READER, READER_LABEL)
    if not till.config.backend_url:
        import_file(_catalogue(), till.shop().currency, till.catalogue)


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="tillkeep-tour-"))


def _simulator(folder: Path, token: str) -> Process:
    words = ["simulator", "--data", str(folder / "stripe.db"), "--authorise-seconds", "1.5"]
    return announced([*words, "--token", token, "--until-stdin-closes"])


def _catalogue() -> Path:
    return resources() / "demo" / "catalogue.csv"


def _backend(folder: Path, token: str) -> Process:
    told = demo_backend()[0]
    if told or is_frozen():
        return Elsewhere(told)
    secret = folder / "token"
    secret.touch(mode=0o600)
    secret.write_text(token, "utf-8")
    words = ["server", "--port", "0", "--database", str(folder / "backend.db"), "--seed", "demo"]
    return announced(
        [
            *words,
            "--catalogue",
            str(_catalogue()),
            "--token-file",
            str(secret),
            "--test-faults",
            token,
        ]
    )


def _open_window() -> int:
    """Open the till; at another scale a whole new demo begins, as this one is thrown away."""
    from pos.app.run import run  # noqa: PLC0415  Qt only where a window is wanted
    from pos.app.start import EXIT_AGAIN, start_again  # noqa: PLC0415  as above

    with stage() as on:
        reader = Process(["virtual-reader", "--url", on.stripe.url, "--token", on.token])
        with running(reader):
            code = run(
                lambda: on.config,
                secrets=on.secrets,
                preset=shop.DEMO,
                prepare=prepare,
                again=_later,
            )
        scale = look.read(on.config.data_dir).scale
    return start_again(scale) if code == EXIT_AGAIN else code


def _later() -> int:
    from pos.app.start import EXIT_AGAIN  # noqa: PLC0415  Qt only where a window is wanted

    return EXIT_AGAIN


def has_screen() -> bool:
    """Say whether a window could be seen here."""
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
