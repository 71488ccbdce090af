"""The data folder and the disk it is on."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path, PurePosixPath

from pos.config import Config
from pos.services.doctor.findings import Check, Finding, Trouble

LOW = 1_000_000_000
"""Bytes free below which the check warns; so it does below three times the size of the sales."""
TOO_LOW = 100_000_000
"""Bytes free below which it says that selling will soon stop."""

_COPIES = 3  # an update needs the file, its copy and the log of the rewriting
_REMOTE = frozenset(
    {"9p", "afs", "afpfs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.rclone", "fuse.sshfs"}
    | {"glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "vboxsf"}
)
_SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud")
_DRIVE_REMOTE = 4  # of Windows' GetDriveTypeW


def folder(config: Config) -> Finding:
    """Look whether the data folder is there, can be written, is local and is private."""
    place = config.data_dir
    if not _there(place):
        return _missing(place)
    told = _refused(place)
    if told:
        return Finding(
            Check.FOLDER,
            Trouble.BAD,
            f"{place} cannot be written: {told}.",
            "Give this user the right to write to it, or start Tillkeep as the user it belongs to.",
            "data_read_only",
            f"The data folder cannot be written: {told}.",
        )
    return _elsewhere(place) or _open_to_others(place) or _fine(place)


def space(config: Config) -> Finding:
    """Look how much room is left where the data folder is, or will be."""
    try:
        free = shutil.disk_usage(_nearest(config.data_dir)).free
    except OSError as error:
        return Finding(
            Check.SPACE,
            Trouble.BAD,
            f"The disk does not say how much room it has: {error.strerror or error}.",
            "Check the disk, or the connection to it.",
            "disk_silent",
        )
    need = max(LOW, _COPIES * _size(config.till_db))
    said = f"{in_words(free)} free"
    if free < TOO_LOW:
        remedy = "Make room now: when the disk is full, nothing more can be sold."
        return Finding(Check.SPACE, Trouble.BAD, f"Only {said}.", remedy, "disk_full")
    if free < need:
        remedy = "Make room soon: copies and updates need it."
        found = f"Only {said}; {in_words(need)} are wanted."
        return Finding(Check.SPACE, Trouble.WARN, found, remedy, "disk_low")
    return Finding(Check.SPACE, Trouble.OK, f"{said}.")


def in_words(size: int) -> str:
    """Write a number of bytes as people read it: in thousands."""
    for unit, bytes_of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= bytes_of:
            whole, tenth = divmod(size * 10 // bytes_of, 10)
            return f"{whole}.{tenth} {unit}"
    return f"{size} bytes"


def remote_kind(place: PurePosixPath, mounts: str) -> str:
    """Name the network file system that a path is on, from /proc/mounts; or nothing."""
    best, found = 0, ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:  # noqa: PLR2004  device, place, kind
            continue
        point = fields[1].replace("\\040", " ")
        if place.is_relative_to(point) and len(point) >= best:
            best, found = len(point), fields[2]
    return found if found in _REMOTE else ""


def _missing(place: Path) -> Finding:
    if os.access(_nearest(place), os.W_OK):
        return Finding(
            Check.FOLDER,
            Trouble.NOT_SET_UP,
            f"{place} is not there yet.",
            "Open the till: it makes the folder.",
            "no_till",
            "The data folder is not there yet.",
        )
    return Finding(
        Check.FOLDER,
        Trouble.BAD,
        f"{place} is not there, and this user may not make it.",
        "Name another folder with --data-dir, or ask for the right to write there.",
        "data_read_only",
        "The data folder is not there, and this user may not make it.",
    )


def _refused(place: Path) -> str:
    """Write a file and remove it, as every sale does; returns what was said, or nothing."""
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _elsewhere(place: Path) -> Finding | None:
    kind = _remote(place)
    if kind:
        return Finding(
            Check.FOLDER,
            Trouble.BAD,
            f"{place} is on a network disk ({kind}).",
            "Move the data folder to a disk of this computer: a sale must outlast a power cut.",
            "data_remote",
            f"The data folder is on a network disk ({kind}).",
        )
    lowered = str(place).lower()
    if any(name in lowered for name in _SYNCED):
        return Finding(
            Check.FOLDER,
            Trouble.WARN,
            f"{place} looks like a folder that is copied to a cloud.",
            "Move it out of there: such programs hold files that a sale needs.",
            "data_synced",
            "The data folder looks like one that is copied to a cloud.",
        )
    return None


def _remote(place: Path) -> str:
    """Name the kind of network disk; nothing on a system that does not tell."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  Windows alone

        drive = f"{place.resolve().drive}\\"
        return "Windows" if ctypes.windll.kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE else ""
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:  # macOS has none
        return ""
    return remote_kind(PurePosixPath(place.resolve()), mounts)


def _open_to_others(place: Path) -> Finding | None:
    if os.name == "nt":  # the user's profile is private there
        return None
    mode = stat.S_IMODE(place.stat().st_mode)
    if not mode & 0o077:
        return None
    return Finding(
        Check.FOLDER,
        Trouble.WARN,
        f"Other users of this computer may read {place} (mode {mode:o}).",
        f'Take that right away: chmod 700 "{place}"',
        "data_not_private",
        f"Other users of this computer may read the data folder (mode {mode:o}).",
    )


def _fine(place: Path) -> Finding:
    told = "The data folder can be written, and is this user's alone."
    return Finding(Check.FOLDER, Trouble.OK, f"{place} can be written.", told=told)


def _nearest(place: Path) -> Path:
    """Return the folder itself, or the nearest one above it that is there."""
    whole = place.absolute()
    return next((each for each in (whole, *whole.parents) if _there(each)), whole)


def _there(place: Path) -> bool:
    """Say whether it can be seen; what this user may not look into cannot."""
    try:
        return place.exists()
    except OSError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
