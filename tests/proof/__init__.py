"""The proof: every claim about money, measured; `python3 dev.py prove` runs all of it."""
