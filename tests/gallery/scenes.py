"""Every screen of the program in every state that looks different, by name."""

from tests.gallery import doctor, first_run, money, others, people, sale
from tests.gallery.scene import SCENES, Scene

__all__ = ["SCENES", "Scene", "doctor", "first_run", "money", "others", "people", "sale"]
