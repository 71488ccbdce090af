"""Tables of the local mirror and the rules about ONE row."""
