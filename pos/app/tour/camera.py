"""Pictures of the window: of one state in every size and theme, or the few of the README."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

from pos.app.tour.waiting import TourError, turn
from pos.ui import theme
from pos.ui.shell import Shell

_SETTLE_MS = 60
"""For layouts and lists to follow a new size."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is pictured; no ``names`` means every state, each look in a folder of its own."""

    sizes: tuple[tuple[int, int], ...] = ((1366, 768), (1920, 1080))
    looks: tuple[str, ...] = ("light", "dark")
    names: frozenset[str] = frozenset()

    def folder(self, width: int, height: int, look: str) -> str:
        """Name the folder below the one that was given."""
        return "." if self.names else f"{width}x{height}-{look}"


EVERYTHING = Plan()
README = Plan(
    ((1366, 768),),
    ("light",),
    frozenset({"sale", "card-waiting", "offline", "refund", "customer-chooser", "settings-taxes"}),
)


class Camera:
    """Saves pictures below a folder, or does nothing without one.

    ``worn`` is the theme that the window wears between two pictures.
    """

    def __init__(self, folder: Path | None, app: QApplication, worn: str, plan: Plan) -> None:
        self._folder, self._app, self._worn, self._plan = folder, app, worn, plan
        self.taken = 0

    def take(self, shell: Shell, name: str) -> None:
        """Picture the window as it is now, say as ``1366x768-light/sale.png``."""
        plan = self._plan
        if self._folder is None or (plan.names and name not in plan.names):
            return
        before = shell.size()
        for look in sorted(plan.looks, key=self._is_other):
            self._wear(look)
            for width, height in plan.sizes:
                shell.resize(width, height)
                turn(_SETTLE_MS)
                self._save(shell, self._folder / plan.folder(width, height, look), name)
        self._wear(self._worn)
        shell.resize(before)
        turn(_SETTLE_MS)

    def _is_other(self, look: str) -> bool:
        return look != self._worn

    def _wear(self, look: str) -> None:
        if theme.tokens().name != look:
            theme.apply(self._app, look)

    def _save(self, shell: Shell, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not shell.grab().save(str(folder / f"{name}.png")):
            raise TourError(f"the picture {name}.png could not be written to {folder}")
        self.taken += 1
