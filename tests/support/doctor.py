"""The doctor at work on a folder, in the test's process or as the command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from pos.app.doctor import Examination
from pos.config import Config
from pos.services.doctor import CHECKS, Check, Finding
from pos.services.secrets import MemorySecrets
from tests.bad_input.conftest import command_line


class Doctor:
    """Looks at a folder: in this process, or as the command (``command``)."""

    def __init__(self, folder: Path, stripe_url: str = "") -> None:
        self.config = Config(data_dir=folder, stripe_url=stripe_url)
        self.folder = folder
        self.secrets: dict[str, str] = {}
        self.keyring = "tests.support.keyrings.Told"

    def holds(self, **secrets: str) -> None:
        self.secrets = secrets

    def __getitem__(self, check: Check) -> Finding:
        return Examination(self.config, MemorySecrets(self.secrets, problem=None)).look(check)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return command_line(
            self.folder,
            "doctor",
            *words,
            PYTHON_KEYRING_BACKEND=self.keyring,
            TILLKEEP_TEST_SECRETS=json.dumps(self.secrets),
            TILLKEEP_STRIPE_URL=self.config.stripe_url,
        )

    def __call__(self) -> dict[str, dict[str, str]]:
        done = self.command("--json")
        assert not done.stderr, done.stderr
        told = json.loads(done.stdout)
        assert done.returncode == (1 if told["worst"] == "bad" else 0)
        assert [each["check"] for each in told["checks"]] == [str(check) for check in CHECKS]
        for each in told["checks"]:
            assert each["found"], each
            assert each["remedy"] or each["state"] == "ok", each
        return {each["check"]: each for each in told["checks"]}
