"""Tables of the reference backend.

Ids are canonical UUID texts, times ISO 8601 texts in UTC with microseconds
(they sort as they read), amounts minor units, quantities thousandths. What a
till sent and what it was answered are kept as bytes beside the columns.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 1

metadata = MetaData()


def _id(name: str, target: str = "", *, primary: bool = False) -> Column[str]:
    links = [ForeignKey(target)] if target else []
    return Column(name, String(36), *links, primary_key=primary, nullable=False)


def _amount(name: str) -> Column[int]:
    return Column(name, BigInteger, CheckConstraint(f"{name} >= 0"), nullable=False)


def _time(name: str) -> Column[str]:
    return Column(name, String(32), nullable=False)


def _answer() -> tuple[Column[str], Column[bytes], Column[bytes]]:
    """Content hash, what was sent, and the first answer: a repeat is told the same."""
    return (
        Column("content", String(64), nullable=False),
        Column("sent", LargeBinary, nullable=False),
        Column("answer", LargeBinary, nullable=False),
    )


schema_version = Table(
    "schema_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)

businesses = Table(
    "businesses", metadata, _id("id", primary=True), Column("name", Text, nullable=False)
)

locations = Table(
    "locations",
    metadata,
    _id("id", primary=True),
    _id("business_id", "businesses.id"),
    Column("name", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("settings", LargeBinary, nullable=False),
)

registers = Table(
    "registers",
    metadata,
    _id("id", primary=True),
    _id("business_id", "businesses.id"),
    _id("location_id", "locations.id"),
    Column("name", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
)

counters = Table(
    "counters",
    metadata,
    _id("business_id", primary=True),
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

keys = Table(
    "idempotency_keys",
    metadata,
    _id("register_id", "registers.id", primary=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("method", String(8), nullable=False),
    Column("path", Text, nullable=False),
    Column("recovery_point", String(32), nullable=False),
    Column("lease", String(36), nullable=False),
    Column("locked_until", BigInteger, nullable=False),  # milliseconds since 1970, 0 when free
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    _time("created_at"),
    Index("keys_by_age", "created_at"),
)

purchases = Table(
    "purchases",
    metadata,
    _id("id", primary=True),
    _id("business_id", "businesses.id"),
    _id("register_id", "registers.id"),
    _id("cart_id"),
    Column("number", BigInteger, nullable=False),
    Column("receipt_number", Text, nullable=False),
    _time("created_at"),
    _time("received_at"),
    Column("currency", String(3), nullable=False),
    Column("customer_name", Text),
    _amount("subtotal_minor"),
    _amount("discount_minor"),
    _amount("tax_minor"),
    _amount("total_minor"),
    Column("refunded_minor", BigInteger, nullable=False, default=0),
    Column("search", Text, nullable=False),
    *_answer(),
    CheckConstraint("refunded_minor BETWEEN 0 AND total_minor", name="never_over_refunded"),
    UniqueConstraint("business_id", "cart_id"),
    UniqueConstraint("business_id", "number"),
    Index("purchases_by_time", "business_id", "created_at"),
)

purchase_lines = Table(
    "purchase_lines",
    metadata,
    _id("purchase_id", "purchases.id", primary=True),
    _id("line_id", primary=True),
    Column("variant_key", Text, nullable=False),
    _amount("quantity_milli"),
    _amount("total_minor"),
    _amount("tax_minor"),
)

purchase_payments = Table(
    "purchase_payments",
    metadata,
    _id("purchase_id", "purchases.id", primary=True),
    _id("payment_id", primary=True),
    Column("provider_id", Text, nullable=False),
    _amount("amount_minor"),
)

refunds = Table(
    "refunds",
    metadata,
    _id("id", primary=True),
    _id("purchase_id", "purchases.id"),
    _id("register_id", "registers.id"),
    Column("number", BigInteger, nullable=False),
    _time("received_at"),
    Column("status", String(16), nullable=False),
    _amount("amount_minor"),
    *_answer(),
    Index("refunds_by_purchase", "purchase_id"),
)

refund_lines = Table(
    "refund_lines",
    metadata,
    _id("refund_id", "refunds.id", primary=True),
    _id("id", primary=True),
    _id("line_id"),
    _amount("quantity_milli"),
    _amount("amount_minor"),
    _amount("tax_minor"),
)

refund_payments = Table(
    "refund_payments",
    metadata,
    _id("refund_id", "refunds.id", primary=True),
    _id("payment_id", primary=True),
    _amount("amount_minor"),
)

customers = Table(
    "customers",
    metadata,
    _id("id", primary=True),
    _id("business_id", "businesses.id"),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("tax_id", Text, nullable=False),
    Column("credit_balance_minor", BigInteger, nullable=False, default=0),
    Column("service_credits", BigInteger, nullable=False, default=0),
    Column("erased", Boolean, nullable=False, default=False),
    Column("name_key", Text, nullable=False),
    Column("phone_key", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("content", String(64), nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("customers_by_version", "business_id", "version"),
)

catalogue = Table(
    "catalogue",
    metadata,
    _id("business_id", "businesses.id", primary=True),
    Column("key", String(255), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("tracked", Boolean, nullable=False),
    Column("stock_milli", BigInteger),
    Column("item", LargeBinary, nullable=False),
    Index("catalogue_by_seq", "business_id", "seq"),
)

checkouts = Table(
    "checkouts",
    metadata,
    _id("id", primary=True),
    _id("business_id", "businesses.id"),
    _id("cart_id"),
    Column("customer_id", String(36)),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("recovery_point", String(32), nullable=False),
    Column("purchase_id", String(36), ForeignKey("purchases.id")),
    UniqueConstraint("business_id", "cart_id"),
)
