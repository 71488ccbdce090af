"""What a scene is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from pos.ui.threads import Calls

Make = Callable[[Calls], QWidget]


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of one screen. ``own_size``: a window that is not the till's."""

    name: str
    make: Make
    own_size: bool = False


SCENES: dict[str, Scene] = {}


def scene(name: str, *, own_size: bool = False) -> Callable[[Make], Make]:
    """Register what builds a scene."""

    def register(make: Make) -> Make:
        assert name not in SCENES, name
        SCENES[name] = Scene(name, make, own_size)
        return make

    return register
