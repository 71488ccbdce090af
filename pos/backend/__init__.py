"""The client of the business backend and the wire schemas it shares with it."""
