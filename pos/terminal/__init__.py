"""Payment providers behind one protocol."""
