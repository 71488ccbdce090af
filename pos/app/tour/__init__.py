"""The tour: the whole main job, unattended, through the real window.

It presses what a cashier presses and reads what a cashier reads; what it read
is then compared with the till's file, the simulator's ledger and the backend.
"""

from pos.app.tour.camera import EVERYTHING, README, Plan
from pos.app.tour.take import take_tour

__all__ = ["EVERYTHING", "README", "Plan", "take_tour"]
