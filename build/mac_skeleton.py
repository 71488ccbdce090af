"""Sign the skeleton of the macOS app off a Mac: ``python -m build.mac_skeleton PLACE WHEEL``.

PyInstaller's own starter for macOS, our plist, icon and entitlements, and a
certificate made for this moment. It shows that the parts can be signed with the
hardened runtime; not that Apple takes it, nor that anything starts.
"""

from __future__ import annotations

import plistlib
import shutil
import sys
import zipfile
from pathlib import Path

from build import icons, macos, version
from build.environment import ROOT, PackagingError, say

_STARTER = "PyInstaller/bootloader/Darwin-64bit/runw"


def main(place: Path, wheel: Path) -> None:
    """Make, sign and read back; raises `PackagingError` where the signature is not as wanted."""
    app = _skeleton(place, wheel)
    _sign(app, place / "certificate.pem")
    _check(app)
    say("ok  a skeleton of the app is signed, with the hardened runtime and these entitlements")


def _skeleton(place: Path, wheel: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    inside = place / "Tillkeep.app" / "Contents"
    program = inside / "MacOS" / version.NAME
    picture = inside / "Resources" / "tillkeep.icns"
    for file in (program, picture):
        file.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as files:
        program.write_bytes(files.read(_STARTER))
    program.chmod(0o755)
    picture.write_bytes(icons.icns(ROOT / icons.SVG))
    (inside / "Info.plist").write_bytes(plistlib.dumps(macos.whole_plist()))
    return inside.parent


def _sign(app: Path, certificate: Path) -> None:
    from apple_platform import PemKey, Signer, certificates, sign  # noqa: PLC0415  here alone

    certificates.generate_self_signed("Tillkeep, for a trial").write_pem_bundle(certificate)
    sign(
        app,
        signer=Signer(pem=PemKey([certificate])),
        entitlements_xml_file=macos.ENTITLEMENTS,
        code_signature_flags=["runtime"],
        timestamp_url="none",  # a trial's; the real one is codesign's, on a Mac
    )


def _check(app: Path) -> None:
    from apple_platform import read_signature, reading, verify_macho  # noqa: PLC0415  as above

    program = app / "Contents" / "MacOS" / version.NAME
    found = read_signature(program)
    flags = reading.find_values(found, "flags")
    told = ["\n".join(each) for each in reading.find_values(found, "entitlements_plist")]
    good = {
        "signed": reading.has_cms_signature(found),
        "for this app": reading.code_directory_identifier(found) == version.BUNDLE_ID,
        "with the hardened runtime": flags and all("RUNTIME" in str(flag) for flag in flags),
        "with these entitlements": told
        and all(set(plistlib.loads(each.encode())) == macos.ALLOWED for each in told),
        "with its resources": (app / "Contents" / "_CodeSignature" / "CodeResources").exists(),
        "whole": not verify_macho(program),
    }
    if missing := [what for what, holds in good.items() if not holds]:
        raise PackagingError(f"the skeleton is not {', '.join(missing)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
