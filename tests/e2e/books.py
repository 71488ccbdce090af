"""What the till and Stripe both have written down about card sales."""


def charges(counter, status="succeeded"):
    return [c for c in counter.sim.ledger()["charges"] if c["status"] == status]


def one_sale(counter):
    """One run, one intent, one charge, one order."""
    assert counter.count("checkout_run") == 1
    assert len(counter.sim.ledger()["payment_intents"]) == 1
    assert len(charges(counter)) == 1
    assert counter.count("order") == 1
    assert counter.ask("SELECT amount_minor, card_last4 FROM payment") == [(523, "4242")]
