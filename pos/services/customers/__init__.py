"""People who buy: found as you type, made offline, mirrored from the backend, forgotten."""

from pos.services.customers.service import CustomerService, DuplicateFound
from pos.services.customers.views import CustomerView

__all__ = ["CustomerService", "CustomerView", "DuplicateFound"]
