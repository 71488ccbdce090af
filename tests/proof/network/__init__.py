"""A faulty network: every endpoint that the till uses by every fault, first call and second."""

from tests.proof.network.report import run

__all__ = ["run"]
