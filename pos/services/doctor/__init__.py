"""What can be found out about a till that works, or does not; nothing here changes anything."""

from pos.services.doctor.findings import CHECKS, Check, Finding, Stop, Trouble, worst

__all__ = ["CHECKS", "Check", "Finding", "Stop", "Trouble", "worst"]
