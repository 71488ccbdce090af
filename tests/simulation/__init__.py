"""A deterministic world around the real payment and sync cores.

The same `StripeTerminal`, `CheckoutService`, `RefundService`, `PaymentDesk`
and `Conversation` that the till runs, with a virtual clock, a seeded schedule
and models of Stripe, the reader, the backend, the disk and the people.
"""
