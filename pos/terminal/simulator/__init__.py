"""A Stripe-shaped server with a virtual reader and a fault plane."""
