"""The command line: one verb for each thing a till, its demo or its installer asks for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pos import __version__
from pos.errors import CashierError

if TYPE_CHECKING:
    import argparse

    from pos.config import Config

EXIT_CASHIER = 2
"""Something the person who typed the command can mend."""

_PASSED_ON = ("server", "simulator", "virtual-reader")
_TOUR_CHILD = "tour-child"
"""Not in --help: the till that the tour kills; told on standard input what to open."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in _PASSED_ON:
        return _pass_on(words[0], words[1:])
    if words == [_TOUR_CHILD]:
        from pos.app.tour.child import main as sell  # noqa: PLC0415  only the tour's process

        return sell()
    options = _read(words) if words else None
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run,
        "demo": _demo,
        "import": _import,
        "verify-journal": _verify,
        "reset-pin": _reset_pin,
        "doctor": _doctor,
        "support-bundle": _support_bundle,
        "self-test": _self_test,
        "unsent": _unsent,
    }
    try:
        return verbs[options.verb or "run"](options) if options else _run(None)
    except CashierError as error:
        _say(f"{error.message} {error.remedy} [{error.code}]")
        return EXIT_CASHIER


def _read(words: list[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(words)
    if options.verb in _PASSED_ON:
        parser.error(f"{options.verb} has options of its own: name it first")
    return options


def _parser() -> argparse.ArgumentParser:
    import argparse  # noqa: PLC0415  the plain start does without it

    parser = argparse.ArgumentParser(prog="tillkeep", description="A point-of-sale till.")
    parser.add_argument("--version", action="version", version=f"Tillkeep {__version__}")
    parser.add_argument("--data-dir", type=Path, help="where this till keeps its data")
    verbs = parser.add_subparsers(dest="verb", title="commands")
    verbs.add_parser("run", help="open the till (the default)")
    demo = verbs.add_parser("demo", help="open a till with a simulated Stripe and backend")
    demo.add_argument("--tour", action="store_true", help="do the whole job unattended")
    demo.add_argument("--screenshots", type=Path, help="where the tour puts its pictures")
    demo.add_argument("--theme", choices=["light", "dark"], default="light", help="of its window")
    demo.add_argument("--readme", type=Path, help="only the pictures of the README, put there")
    bring = verbs.add_parser("import", help="import products from a CSV file")
    bring.add_argument("file", type=Path)
    verbs.add_parser("verify-journal", help="look through the whole file of sales for damage")
    verbs.add_parser("reset-pin", help="remove the owner's PIN when it is lost")
    doctor = verbs.add_parser("doctor", help="look for what is wrong with this till")
    doctor.add_argument("--json", action="store_true", help="for another program to read")
    bundle = verbs.add_parser("support-bundle", help="save what support needs, without secrets")
    bundle.add_argument("file", type=Path)
    verbs.add_parser("self-test", help="check that this program is whole; opens no window")
    verbs.add_parser("unsent", help="say whether anything waits for the backend (then 1)")
    for name in _PASSED_ON:  # listed for --help; their words are passed on unread
        verbs.add_parser(name, help=f"run the {name.replace('-', ' ')} (see {name} --help)")
    return parser


def _run(options: argparse.Namespace | None) -> int:
    from pos.app.run import run  # noqa: PLC0415  Qt only where a window is wanted
    from pos.app.start import kept_look  # noqa: PLC0415  as above

    folder = options.data_dir if options is not None else None
    return run(lambda: _config(options), look=kept_look(folder))


def _demo(options: argparse.Namespace) -> int:
    from pos.app.demo import demo  # noqa: PLC0415  Qt only where a window is wanted

    return demo(
        tour=options.tour,
        screenshots=options.screenshots,
        theme=options.theme,
        readme=options.readme,
    )


def _import(options: argparse.Namespace) -> int:
    from pos.app.bring import bring  # noqa: PLC0415  SQLAlchemy only where it is needed

    return bring(_config(options), options.file, _say)


def _verify(options: argparse.Namespace) -> int:
    from pos.app.verify import verify  # noqa: PLC0415  SQLAlchemy only where it is needed

    return verify(_config(options), _say)


def _reset_pin(options: argparse.Namespace) -> int:
    from pos.app.reset_pin import reset_pin  # noqa: PLC0415  SQLAlchemy only where it is needed

    return reset_pin(_config(options), _say)


def _doctor(options: argparse.Namespace) -> int:
    from pos.app.doctor.command import doctor  # noqa: PLC0415  SQLAlchemy only where it is needed

    return doctor(options.data_dir, _say, as_json=options.json)


def _support_bundle(options: argparse.Namespace) -> int:
    from pos.app.doctor.command import support_bundle  # noqa: PLC0415  as above

    return support_bundle(options.data_dir, options.file, _say)


def _self_test(_options: argparse.Namespace) -> int:
    from pos.app.selftest import self_test  # noqa: PLC0415  it imports everything there is

    return self_test(_say)


def _unsent(options: argparse.Namespace) -> int:
    from pos.app.unsent import unsent  # noqa: PLC0415  only where it is needed

    return unsent(_config(options), _say)


def _config(options: argparse.Namespace | None) -> Config:
    from pos.config import load  # noqa: PLC0415  not before a first paint

    return load(options.data_dir if options is not None else None)


def _pass_on(verb: str, words: list[str]) -> int:
    if verb == "server":
        return _server(words)
    if verb == "simulator":
        from pos.terminal.simulator import main as simulate  # noqa: PLC0415  its own process

        return simulate(words)
    from pos.ui.virtual_reader import main as read  # noqa: PLC0415  its own process

    return read(words)


def _server(words: list[str]) -> int:
    try:
        from pos.server.main import main as serve  # noqa: PLC0415  not in the till's installer
    except ModuleNotFoundError as error:
        _say(f"The reference backend is not installed here: {error.name} is missing.")
        return EXIT_CASHIER
    return serve(words)


def _say(text: str) -> None:
    """Write a line; letters that a console or a pipe does not have stand as their numbers."""
    code = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(code, "backslashreplace").decode(code) + "\n")
    sys.stdout.flush()
