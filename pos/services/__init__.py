"""Use cases of the till, free of Qt and of vendors."""
