"""Where the secrets are kept; never what they are."""

from __future__ import annotations

from pos.services.doctor.findings import Check, Finding, Trouble
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, BackEnd, SecretStore

_NAMES = {STRIPE_KEY: "the Stripe key", BACKEND_TOKEN: "the backend's token"}
_NOTHING = "keyring.backends.fail.Keyring"  # the library's way to say that there is none
_UNLOCK = "Unlock it with the system's password program, then start Tillkeep again."
_ASKED = "Until then the Stripe key and the token are asked for at each start."


def keyring(secrets: SecretStore) -> Finding:
    """Ask the keyring for what it should hold; it may wait for a person, so not for ever."""
    end = secrets.back_end()
    if not end.name:
        return _none(end)
    held = [words for name, words in _NAMES.items() if secrets.get(name) is not None]
    problem = secrets.problem()
    if problem is not None and end.name != "memory":
        # asked only once in a start: a keyring may put up its question at every asking
        remedy = f"{_UNLOCK} {_ASKED}"
        locked = "locked" in problem
        said = "is locked" if locked else "does not work"
        code = "keyring_locked" if locked else "keyring_failed"
        return Finding(Check.KEYRING, Trouble.WARN, f"{end.name} {said}.", remedy, code)
    if end.name == "memory":
        found = "Secrets are kept in memory until the program ends."
        state = Trouble.WARN if problem else Trouble.OK
        return Finding(Check.KEYRING, state, found, _ASKED if problem else "", "keyring_none")
    holds = f"keeps {' and '.join(held)}" if held else "works and holds nothing of this till yet"
    return Finding(Check.KEYRING, Trouble.OK, f"{end.name} {holds}.")


def _none(end: BackEnd) -> Finding:
    if not end.refused:  # not even the library's own "none"
        found = "The keyring that this computer is set to use cannot be used."
        remedy = f"Correct keyring's settings, or install what they name. {_ASKED}"
        return Finding(Check.KEYRING, Trouble.WARN, found, remedy, "keyring_failed")
    unsafe = [name for name in end.refused if name != _NOTHING]
    if unsafe:
        found = f"Only kinds that do not keep a secret safe: {', '.join(unsafe)}."
        remedy = f"Choose the system's own keyring in keyring's settings. {_ASKED}"
        return Finding(Check.KEYRING, Trouble.WARN, found, remedy, "keyring_not_allowed")
    found = "This computer has no keyring."
    remedy = f"Install the system's keyring (on Linux GNOME Keyring or KWallet). {_ASKED}"
    return Finding(Check.KEYRING, Trouble.WARN, found, remedy, "keyring_none")
