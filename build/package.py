"""Make the package of one system: ``python3 dev.py package --target linux|windows|macos``.

Everything lands in ``dist/``; work and downloads are kept in ``.work/package``.
"""

from __future__ import annotations

import argparse
import sys

from build.environment import DIST, PackagingError, say

TARGETS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def main(arguments: list[str]) -> int:
    """Make it, try it and say what was made; returns 0, or 1 with the reason."""
    options = _parser().parse_args(arguments)
    DIST.mkdir(exist_ok=True)
    try:
        _make(options.target, with_tour=not options.no_tour)
    except PackagingError as error:
        say(f"FAILED: {error}")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__)
    here = TARGETS.get(sys.platform, "linux")
    parser.add_argument("--target", choices=sorted(TARGETS.values()), default=here)
    parser.add_argument(
        "--no-tour", action="store_true", help="only --version and the self-test inside"
    )
    return parser


def _make(target: str, *, with_tour: bool) -> None:
    if target == "linux":
        from build import linux  # noqa: PLC0415  one system's needs are not another's

        linux.package(with_tour=with_tour)
    elif target == "windows":
        from build import windows  # noqa: PLC0415  as above

        windows.package(with_tour=with_tour)
    else:
        from build import macos  # noqa: PLC0415  as above

        macos.package()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
