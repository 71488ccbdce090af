"""A backend that answers from a script, without a network, and sinks that remember."""

from __future__ import annotations

from collections import Counter

from pos.backend.wire import (
    CatalogueItem,
    CataloguePage,
    CustomersPage,
    Named,
    RegisterOut,
    SettingsOut,
    TaxOut,
)
from pos.services import shop


class FakeBackend:
    """Says what it was told to say; remembers the bytes it accepted by key."""

    def __init__(self, here: shop.Shop):
        self.here = here
        self.answers: dict[str, list] = {}  # key or "*": exceptions, in turn
        self.seen: list[str] = []
        self.stored: dict[str, bytes] = {}
        self.version = 0
        self.rate = 82_500
        self.pages: list[CataloguePage] = []
        self.calls: Counter[str] = Counter()

    def _maybe_fail(self, key):
        for name in (key, "*"):
            script = self.answers.get(name)
            if script:
                error = script.pop(0) if len(script) > 1 else script[0]
                if error is not None:
                    raise error
                return

    def send(self, kind, path, body, key):
        self.seen.append(key)
        self._maybe_fail(key)
        assert self.stored.setdefault(key, body) == body
        return b"{}"

    def get_settings(self):
        self.calls["settings"] += 1
        self._maybe_fail("settings")
        here = self.here
        return SettingsOut(
            version=self.version,
            business=Named(id=here.business_id, name=here.name),
            location=Named(id=here.location_id, name=here.location_name),
            register=RegisterOut(id=here.register_id, name=here.register_name, number=1),
            currency=here.currency,
            prices_include_tax=False,
            tax_rounding="order",
            taxes=(TaxOut(id="sales", name="Sales tax", rate_ppm=self.rate),),
            refund_policy="",
            refund_popup=False,
            receipt_footer="",
            providers=(),
        )

    def catalogue(self, after=""):
        self.calls["catalogue"] += 1
        self._maybe_fail("catalogue")
        at = int(after or 0)
        if at < len(self.pages):
            return self.pages[at]
        return CataloguePage(items=(), next_cursor=after, more=False)

    def customers(self, after=""):
        self.calls["customers"] += 1
        return CustomersPage(items=(), next_cursor=after, more=False)


class Sink:
    """Remembers the keys of each page it was given."""

    def __init__(self):
        self.pages = []
        self.error = None
        self.empty = False

    def is_empty(self):
        return self.empty

    def apply_delta(self, items):
        self.pages.append([item.key for item in items])
        if self.error:
            raise self.error


def page_item(key, **values):
    return CatalogueItem(key=key, product_key=key, name=key, price_minor=100, **values)


def run(sync, clock, ticks=30):
    """Tick as the worker does, moving the clock instead of waiting."""
    for _ in range(ticks):
        status = sync.tick()
        if not status.waiting and status.delay > 1 and not status.code:
            break
        clock.advance(seconds=status.delay)
    return status
