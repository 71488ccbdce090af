"""A Stripe-shaped server with a virtual reader and a fault plane.

It runs as its own process, so that a killed till, a cut wire and a lost answer
are real ones. Nothing here knows the till: it speaks HTTP and nothing else.
"""

from pos.terminal.simulator.command import main

__all__ = ["main"]
