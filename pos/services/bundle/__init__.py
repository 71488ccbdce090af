"""The support file: what helps to find a fault, and nothing about anybody. Viewed, then saved."""

from pos.services.bundle.collect import Bundle, collect, save

__all__ = ["Bundle", "collect", "save"]
