"""Tillkeep: a till that never charges twice and never loses a sale."""
