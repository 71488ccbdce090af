"""What ``tillkeep doctor`` says of the data folder, the room on its disk and the copies."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from pos.services.doctor import Check, Trouble, disk
from pos.services.safety import copies
from tests.support.doctor import Doctor

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/shops /mnt/shops nfs4 rw 0 0
//nas/two\\040words /mnt/two\\040words smb3 rw 0 0
/dev/sdb1 /mnt/shops/here ext4 rw 0 0
a line
"""


@pytest.fixture
def doctor(data):
    data.chmod(0o700)
    return Doctor(data)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/till", ""),
        ("/mnt/shops/till", "nfs4"),
        ("/mnt/two words/till", "smb3"),
        ("/mnt/shops/here/till", ""),
        ("/mnt/shopsandmore", ""),
    ],
)
def test_a_network_disk_is_named(place, kind):
    assert disk.remote_kind(PurePosixPath(place), MOUNTS) == kind


def test_a_folder_that_others_may_read(doctor):
    assert doctor[Check.FOLDER].state is Trouble.OK
    doctor.folder.chmod(0o750)
    found = doctor[Check.FOLDER]
    assert (found.code, found.state) == ("data_not_private", Trouble.WARN)
    assert "chmod 700" in found.remedy


def test_a_folder_that_is_copied_to_a_cloud(tmp_path, doctor):
    cloud = tmp_path / "Dropbox" / "till"
    shutil.copytree(doctor.folder, cloud)
    assert Doctor(cloud)[Check.FOLDER].code == "data_synced"


def test_little_room_is_said_before_it_is_none(doctor, monkeypatch):
    free = shutil.disk_usage(doctor.folder).free
    monkeypatch.setattr(disk, "LOW", 2 * free)
    assert doctor[Check.SPACE].code == "disk_low"
    monkeypatch.setattr(disk, "TOO_LOW", 2 * free)
    found = doctor[Check.SPACE]
    assert (found.code, found.state) == ("disk_full", Trouble.BAD)


# the copies


def copy(folder: Path, age: timedelta) -> Path:
    """Make a copy as the till would have, that long ago."""
    return copies.make(folder / "till.db", folder / "backups", datetime.now(UTC) - age)


def test_the_newest_copy_counts(doctor):
    shutil.rmtree(doctor.folder / "backups", ignore_errors=True)
    found = doctor[Check.BACKUP]
    assert (found.code, found.state) == ("no_backup", Trouble.WARN)
    copy(doctor.folder, timedelta(days=30))
    found = doctor[Check.BACKUP]
    assert (found.code, found.found[:31]) == ("backup_old", "The newest copy is 30 days old ")
    new = copy(doctor.folder, timedelta(hours=2))
    found = doctor[Check.BACKUP]
    assert (found.state, found.found[:31]) == (Trouble.OK, "The newest copy is 2 hours old ")
    new.write_bytes(new.read_bytes()[:5000])
    assert doctor[Check.BACKUP].code == "backup_damaged"
