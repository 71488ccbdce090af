"""The macOS package: an app in a disk image on a Mac; elsewhere, what can be checked of it.

Signing, notarizing and stapling happen where the variables below are set; docs/RELEASING.md
says what they hold and what only a Mac can show.
"""

from __future__ import annotations

import os
import platform
import plistlib
import sys
from pathlib import Path
from typing import Any

from build import artefacts, icons, trial, version
from build.environment import DIST, ROOT, WORK, PackagingError, locked, prepared, run, say

APP = DIST / "macos" / "Tillkeep.app"
ENTITLEMENTS = ROOT / "build" / "mac" / "entitlements.plist"
ALLOWED = {
    "com.apple.security.cs.allow-unsigned-executable-memory",
    "com.apple.security.cs.disable-library-validation",
}
"""What Python and Qt need under the hardened runtime; anything more would be a hole."""
_NOTARY = ("TILLKEEP_APPLE_KEY_FILE", "TILLKEEP_APPLE_KEY_ID", "TILLKEEP_APPLE_ISSUER")
_ICON_SIZES = (16, 32, 128, 256, 512, 1024)


def package() -> None:
    """Make app and image on a Mac; elsewhere check its parts, and sign a skeleton of it."""
    if platform.system() != "Darwin":
        check_elsewhere()
        _try_signing()
        say("No app and no image are made here: that needs a Mac (docs/RELEASING.md).")
        return
    python = prepared()
    say("· PyInstaller")
    spec = [str(ROOT / "build" / "tillkeep.spec"), "--noconfirm", "--log-level", "ERROR"]
    places = ["--workpath", str(artefacts.work_for("macos")), "--distpath", str(APP.parent)]
    run([python, "-m", "PyInstaller", *spec, *places], "PyInstaller failed")
    check_plist(plistlib.loads((APP / "Contents" / "Info.plist").read_bytes()))
    _sign()
    trial.smoke([str(APP / "Contents" / "MacOS" / "Tillkeep")])
    image = _image(python)
    _notarize(image)
    found = artefacts.work_for("macos") / "tillkeep"
    artefacts.checksums([image, *artefacts.describe(python, found, "macos")], "macos")
    say("The macos package is made and well.")


def _sign() -> None:
    """Sign the app with the hardened runtime, inside out as codesign does with ``--deep``."""
    name = version.identity()
    if name is None:
        say("· not signed: TILLKEEP_MAC_IDENTITY names no certificate")
        return
    words = ["codesign", "--force", "--deep", "--timestamp", "--options", "runtime"]
    words += ["--entitlements", str(ENTITLEMENTS), "--sign", name, str(APP)]
    run(words, "codesign failed")
    run(["codesign", "--verify", "--deep", "--strict", str(APP)], "the signature does not hold")


def _image(python: str) -> Path:
    image = DIST / f"Tillkeep-{version.VERSION}.dmg"
    settings = ROOT / "build" / "mac" / "dmg_settings.py"
    words = ["-D", f"app={APP}", "Tillkeep", str(image)]
    run([python, "-m", "dmgbuild", "-s", str(settings), *words], "dmgbuild failed")
    if name := version.identity():
        run(["codesign", "--timestamp", "--sign", name, str(image)], "signing the image failed")
    return image


def _notarize(image: Path) -> None:
    """Have Apple look at the image, and put its ticket on it.

    notarytool ends with 0 where Apple says "Invalid", too; then there is no ticket.
    """
    key, key_id, issuer = (os.environ.get(each, "") for each in _NOTARY)
    if not (key and key_id and issuer):
        say(f"· not notarized: {', '.join(_NOTARY)} are not all set")
        return
    who = ["--key", key, "--key-id", key_id, "--issuer", issuer]
    run(["xcrun", "notarytool", "submit", str(image), *who, "--wait"], "Apple could not be asked")
    refused = "no ticket to put on; where it says Invalid above, `xcrun notarytool log` says why"
    run(["xcrun", "stapler", "staple", str(image)], refused)
    words = ["spctl", "--assess", "--type", "open", "--context", "context:primary-signature"]
    run([*words, "--verbose", str(image)], "Gatekeeper would refuse it")


def check_elsewhere() -> None:
    """Check plist, entitlements, icon and spec; raises `PackagingError`."""
    written = plistlib.loads(plistlib.dumps(whole_plist()))
    check_plist(written)
    say(f"ok  Info.plist of {written['CFBundleIdentifier']} {version.VERSION}")
    check_entitlements(plistlib.loads(ENTITLEMENTS.read_bytes()))
    say(f"ok  {len(ALLOWED)} entitlements, none that is not needed")
    picture = icons.icns(ROOT / icons.SVG)
    sizes = picture.count(b"\x89PNG\r\n\x1a\n")
    _need(picture[:4] == b"icns" and sizes == len(_ICON_SIZES), "the icon's pictures")
    (WORK / "macos").mkdir(parents=True, exist_ok=True)
    (WORK / "macos" / "tillkeep.icns").write_bytes(picture)
    say(f"ok  icon with {sizes} sizes, {len(picture) // 1000} kB")
    evaluate_spec()
    say("ok  the spec makes an app on macOS, with this plist, icon and these entitlements")


def _try_signing() -> None:
    """Sign what an app begins with, by a library that knows Apple's formats off a Mac."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        say("· no skeleton is signed: the library for it is locked for Linux on x86-64 alone")
        return
    python, place = prepared(), WORK / "macos"
    wheels = place / "wheels"
    wanted = place / "starter.txt"
    place.mkdir(parents=True, exist_ok=True)
    wanted.write_text(locked("pyinstaller"), "utf-8")
    words = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    words += ["--platform", "macosx_10_13_universal2", "--requirement", str(wanted)]
    run([python, "-m", "pip", *words, "--dest", str(wheels)], "no starter for macOS was found")
    (wheel,) = wheels.glob("pyinstaller-*.whl")
    words = ["-m", "build.mac_skeleton", str(place / "skeleton"), str(wheel)]
    run([python, *words], "the skeleton was not signed")


def whole_plist() -> dict[str, Any]:
    """Return the app's Info.plist, as PyInstaller writes it."""
    return {
        "CFBundleExecutable": version.NAME,
        "CFBundleIdentifier": version.BUNDLE_ID,
        "CFBundlePackageType": "APPL",
        **version.info_plist(),
    }


def check_plist(plist: dict[str, Any]) -> None:
    """Look for what macOS wants of an app; raises `PackagingError`."""
    _need(plist["CFBundleIdentifier"] == version.BUNDLE_ID, "the identifier")
    _need(plist["CFBundleShortVersionString"] == version.VERSION, "the version")
    _need(plist["CFBundleExecutable"] == version.NAME, "the program's name")
    _need(plist["LSMinimumSystemVersion"] == version.OLDEST_MACOS, "the oldest macOS")
    _need(plist["NSHighResolutionCapable"] is True, "sharp text on dense screens")


def check_entitlements(entitlements: dict[str, Any]) -> None:
    """Allow exactly what is needed; raises `PackagingError`."""
    _need({key for key, on in entitlements.items() if on} == ALLOWED, "the entitlements")


def evaluate_spec() -> dict[str, Any]:
    """Run the spec as on a Mac, with PyInstaller's classes only taking notes; returns them.

    Raises `PackagingError` where it makes no app of the right name, plist and icon.
    """
    from build.spec_notes import noted  # noqa: PLC0415  for this alone

    notes = noted("darwin")
    bundle = notes["BUNDLE"]
    _need(bundle["name"] == "Tillkeep.app", "the app's name")
    _need(bundle["info_plist"] == version.info_plist(), "the app's plist")
    _need(bundle["bundle_identifier"] == version.BUNDLE_ID, "the app's identifier")
    _need(str(bundle["icon"]).endswith(".icns"), "the app's icon")
    _need(notes["EXE"]["console"] is False, "the app has no console")
    _need(notes["EXE"]["entitlements_file"] == str(ENTITLEMENTS), "its entitlements")
    return notes


def _need(condition: object, what: str) -> None:
    if not condition:
        raise PackagingError(f"not as macOS wants it: {what}")
