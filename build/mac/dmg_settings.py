"""The disk image's window, for dmgbuild: the app, and beside it the place to drag it to."""

from pathlib import Path

app = Path(defines["app"])  # type: ignore[name-defined]  # noqa: F821  dmgbuild gives it
files = [str(app)]
symlinks = {"Applications": "/Applications"}
icon_locations = {app.name: (140, 150), "Applications": (420, 150)}
window_rect = ((200, 200), (560, 340))
icon_size = 112
format = "UDZO"  # noqa: A001  dmgbuild's name for it
