"""Pure rules of totals; till and backend run the same code."""
