"""Hand-seeded faults in the payment and sync protocol, and how soon the simulation sees them."""
