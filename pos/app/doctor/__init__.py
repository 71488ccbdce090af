"""What is wrong with this till: the checks put together, for the command line and the window."""

from pos.app.doctor.examine import Examination, holding
from pos.app.doctor.outside import Alone

__all__ = ["Alone", "Examination", "holding"]
