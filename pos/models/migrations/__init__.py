"""Alembic's scripts for the till's database."""
