"""A user without rights, and a program folder that nobody may write: modes that really count.

Root ignores modes, so as root the process gives up the capabilities that let it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keyring.backends.null
import keyring.errors
import pytest

from pos.app.doctor import Examination
from pos.config import Config
from pos.services.doctor import Check
from pos.services.secrets import KeyringSecrets
from tests.bad_input.conftest import read_only, sell
from tests.support.house import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no such modes on Windows")
_GIVEN_UP = "-dac_override,-dac_read_search"


def plain_user() -> list[str]:
    """Return what comes before a command so that modes count for it."""
    if os.geteuid():
        return []
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("nothing here takes rights away")
    return [tool, f"--bounding-set={_GIVEN_UP}", f"--inh-caps={_GIVEN_UP}"]


def tillkeep(folder: Path, *words: str, program: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [*plain_user(), sys.executable, "-m", "pos", "--data-dir", str(folder), *words]
    done = subprocess.run(
        command,
        cwd=program,
        env={**os.environ, "PYTHONPATH": str(program), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def checks(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {each["check"]: each["code"] for each in json.loads(done.stdout)["checks"]}


@pytest.fixture
def shut(data):
    """Take and give back rights to a folder."""
    before = data.stat().st_mode
    yield data
    data.chmod(before)


def test_a_folder_this_user_may_not_write(shut, start):
    before = (shut / "till.db").read_bytes()
    shut.chmod(0o500)
    found = checks(tillkeep(shut, "doctor", "--json"))
    assert found["data_folder"] == "data_read_only"
    assert found["database"] == ""
    done = tillkeep(shut, "import", __file__)
    assert done.returncode == 2
    assert done.stdout.rstrip().endswith("[data_read_only]")
    shut.chmod(0o700)
    assert (shut / "till.db").read_bytes() == before
    assert sell(start(shut)) == "R1-000002"


def test_a_folder_this_user_may_not_even_look_into(shut, start):
    shut.chmod(0)
    done = tillkeep(shut, "doctor", "--json")
    assert done.returncode == 1
    found = checks(done)
    assert found["settings_file"] == "config_unreadable"
    assert found["data_folder"] == "data_read_only"
    assert found["database"]
    assert found["backup"] == "data_read_only"
    out = shut.parent / "support.zip"
    assert tillkeep(shut, "support-bundle", str(out)).returncode == 0
    assert out.exists()
    done = tillkeep(shut, "import", __file__)
    assert done.returncode == 2
    assert "Give this user the right" in done.stdout
    shut.chmod(0o700)
    assert sell(start(shut)) == "R1-000002"


def test_a_program_folder_that_is_read_only(tmp_path, data):
    program = tmp_path / "program"
    for part in ("pos", "resources"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("__pycache__"))
    goods = tmp_path / "goods.csv"
    goods.write_text("barcode,name,price\n5901234123457,Tea,4.80\n")
    with read_only(program):
        assert "Tillkeep" in tillkeep(data, "--version", program=program).stdout
        assert tillkeep(data, "import", str(goods), program=program).returncode == 0
        found = checks(tillkeep(data, "doctor", "--json", program=program))
    assert found["database"] == ""
    assert not list(program.rglob("__pycache__"))


class Locked(keyring.backends.null.Keyring):
    """A keyring whose owner does not unlock it; its own words quote a secret."""

    def get_password(self, service, username):
        raise keyring.errors.KeyringLocked("canary of the system")

    set_password = delete_password = get_password


def test_a_locked_keyring_is_said_by_the_check(data):
    secrets = KeyringSecrets("account", backend=Locked())
    found = Examination(Config(data_dir=data), secrets).look(Check.KEYRING)
    assert (found.code, found.state) == ("keyring_locked", "warn")
    assert "Unlock it" in found.remedy
    assert "start Tillkeep again" in found.remedy
    assert "canary" not in found.found
