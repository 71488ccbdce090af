"""How much memory this process holds."""

from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident() -> int:
    """Return the resident bytes; 0 on a system that does not say."""
    if not _STATUS.exists():
        return 0
    lines = dict(line.split(":", 1) for line in _STATUS.read_text("ascii").splitlines())
    return int(lines["VmRSS"].split()[0]) * 1024
