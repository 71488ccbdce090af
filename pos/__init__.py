"""Tillkeep: a till that never charges twice and never loses a sale."""

__version__ = "0.1.0"
