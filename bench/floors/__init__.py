"""The least a program could do for the same effect: no layers, no rules, the same durability."""
