"""One module per destination of the window."""
