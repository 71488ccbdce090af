"""From cart to order: checkout runs, their recovery points and the one commit."""

from pos.services.checkout.service import CheckoutService
from pos.services.checkout.views import RunProgress, RunView, TenderOffer

__all__ = ["CheckoutService", "RunProgress", "RunView", "TenderOffer"]
