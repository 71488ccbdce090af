"""The window's thread is never kept for long, whatever hangs; closing is bounded."""

from tests.proof.window.report import run

__all__ = ["run"]
