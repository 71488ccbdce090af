"""Whether a till's file says the same thing everywhere it says it.

SQLite keeps no checksums of its pages: a bit that turns over inside a number
is a sound file with a wrong total. But every total is written several times,
and the journal's copy is hash-chained; so they are compared, in SQL.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from pos.models.schema import metadata
from pos.services import journal
from pos.services.safety import messages

_RECENT = 'o.rowid > (SELECT ifnull(max(rowid), 0) - 500 FROM "order")'
_ALL = "1"

_SUMS = """
SELECT o.receipt_number FROM "order" o WHERE {part} AND (
  o.total_minor <> (SELECT ifnull(sum(total_minor), -1) FROM order_line WHERE order_id = o.id)
  OR o.total_minor <> (SELECT ifnull(sum(amount_minor), -1) FROM payment
                       WHERE order_id = o.id AND canceled_at IS NULL)) LIMIT 1"""
_JOURNAL = """
SELECT o.receipt_number FROM "order" o WHERE {part} AND NOT EXISTS (
  SELECT 1 FROM journal j WHERE j.kind = 'order_paid'
  AND json_extract(j.data, '$.total') = o.total_minor
  AND json_extract(j.data, '$.number') = o.receipt_number
  AND json_extract(j.data, '$.currency') = o.currency
  AND j.subject = substr(o.id, 1, 8) || '-' || substr(o.id, 9, 4) || '-' || substr(o.id, 13, 4)
                  || '-' || substr(o.id, 17, 4) || '-' || substr(o.id, 21)) LIMIT 1"""
_MESSAGE = """
SELECT o.receipt_number FROM "order" o LEFT JOIN outbox m ON m.key = o.id WHERE {part}
  AND (m.key IS NULL OR m.body <> x'' AND (
    json_extract(CAST(m.body AS TEXT), '$.total_minor') IS NOT o.total_minor
    OR json_extract(CAST(m.body AS TEXT), '$.subtotal_minor') IS NOT o.subtotal_minor
    OR json_extract(CAST(m.body AS TEXT), '$.discount_minor') IS NOT o.discount_minor
    OR json_extract(CAST(m.body AS TEXT), '$.tax_minor') IS NOT o.tax_minor
    OR json_extract(CAST(m.body AS TEXT), '$.receipt_number') IS NOT o.receipt_number
    OR json_array_length(CAST(m.body AS TEXT), '$.lines')
       <> (SELECT count(*) FROM order_line WHERE order_id = o.id))) LIMIT 1"""
_LINES = """
SELECT o.receipt_number FROM "order" o JOIN outbox m ON m.key = o.id AND m.body <> x'',
  json_each(CAST(m.body AS TEXT), '$.lines') told
LEFT JOIN order_line l ON l.order_id = o.id
  AND l.id = replace(json_extract(told.value, '$.id'), '-', '')
WHERE {part} AND (json_extract(told.value, '$.total_minor') IS NOT l.total_minor
  OR json_extract(told.value, '$.unit_minor') IS NOT l.unit_minor
  OR json_extract(told.value, '$.quantity_milli') IS NOT l.quantity_milli
  OR json_extract(told.value, '$.subtotal_minor') IS NOT l.subtotal_minor
  OR json_extract(told.value, '$.discount_minor') IS NOT l.discount_minor
  OR json_extract(told.value, '$.tax_minor') IS NOT l.tax_minor) LIMIT 1"""
_REFUNDS = """
SELECT o.receipt_number FROM "order" o JOIN payment p ON p.order_id = o.id WHERE {part}
  AND (p.amount_refunded_minor <> (SELECT ifnull(sum(amount_minor), 0) FROM refund
         WHERE order_id = o.id AND payment_id = p.id AND state = 'succeeded')
    OR p.amount_reserved_minor <> (SELECT ifnull(sum(amount_minor), 0) FROM refund
         WHERE order_id = o.id AND payment_id = p.id
         AND state IN ('planned', 'sent', 'unknown', 'pending'))) LIMIT 1"""
_TOLD_BACK = """
SELECT o.receipt_number FROM "order" o JOIN refund r ON r.order_id = o.id
JOIN outbox m ON m.key = r.id AND m.body <> x''
WHERE {part} AND json_extract(CAST(m.body AS TEXT), '$.amount_minor') IS NOT r.amount_minor
LIMIT 1"""
_RETURNED = """
SELECT o.receipt_number FROM "order" o JOIN order_line l ON l.order_id = o.id LEFT JOIN (
  SELECT b.order_line_id, sum(b.quantity_milli) AS milli, sum(b.amount_minor) AS minor
  FROM refund_line b JOIN refund r ON r.id = b.refund_id
  WHERE r.state NOT IN ('failed', 'canceled') GROUP BY b.order_line_id) back
  ON back.order_line_id = l.id
WHERE {part} AND (l.refunded_milli <> ifnull(back.milli, 0)
  OR l.refunded_minor <> ifnull(back.minor, 0)) LIMIT 1"""
_CHANGE = """
SELECT o.receipt_number FROM "order" o JOIN payment p ON p.order_id = o.id WHERE {part}
  AND p.tendered_minor - p.change_minor <> p.amount_minor LIMIT 1"""
_TAXES = """
SELECT o.receipt_number FROM "order" o WHERE {part} AND o.tax_minor <>
  (SELECT ifnull(sum(json_extract(value, '$.tax')), 0) FROM json_each(o.taxes)) LIMIT 1"""
_OPEN = """
SELECT 'a sale that is being paid' FROM checkout_run r WHERE r.finished_at IS NULL
  AND (json_extract(r.frozen, '$.total_minor') <> r.total_minor
    OR r.total_minor <> (SELECT ifnull(sum(json_extract(value, '$.total_minor')), 0)
                         FROM json_each(r.frozen, '$.lines'))) LIMIT 1"""
_NUMBERS = """
SELECT 'the last receipt number' FROM register r WHERE r.last_receipt <>
  (SELECT ifnull(max(receipt_no), 0) FROM "order" WHERE register_id = r.id AND epoch = r.epoch)"""
_QUESTIONS = (
    ("its parts do not add up", _SUMS),
    ("the journal says something else", _JOURNAL),
    ("what the backend is told is something else", _MESSAGE),
    ("a line is not as it was sold", _LINES),
    ("its refunds do not add up", _REFUNDS),
    ("what the backend is told of a refund is something else", _TOLD_BACK),
    ("what came back does not add up", _RETURNED),
    ("the change given does not add up", _CHANGE),
    ("its taxes do not add up", _TAXES),
    ("it is not as it was begun", _OPEN),
    ("it does not belong to the newest sale", _NUMBERS),
)


def recent(db: Connection) -> str:
    """Look at what every start looks at; returns what is wrong, or nothing.

    Takes milliseconds: the journal's newest entries, the newest sales, and
    whether every table still answers. Raises as SQLAlchemy does where a row
    cannot even be read.
    """
    _ask_every_table(db)
    broken = journal.tail_broken(db)
    return _journal_words(broken) or _disagreement(db, _RECENT) or _message_words(db, 10)


def everything(db: Connection, *, entries: int | None = None, waiting: int = -1) -> str:
    """Look at all there is: pages, indexes, the whole journal and every sale.

    What takes long in Python can be bounded: to the journal's newest
    ``entries``, to the newest messages that are ``waiting``. Raises as
    SQLAlchemy does where a row cannot even be read.
    """
    found = [row[0] for row in db.exec_driver_sql("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        return f"SQLite finds: {found[0]}"
    if db.exec_driver_sql("PRAGMA foreign_key_check").first():
        return "A row belongs to one that is not there"
    _ask_every_table(db)
    walk = journal.first_broken(db) if entries is None else journal.tail_broken(db, entries)
    return _journal_words(walk) or _disagreement(db, _ALL) or _message_words(db, waiting)


def _ask_every_table(db: Connection) -> None:
    """Read a row of each: one whose name or columns turned over is not there any more."""
    for table in metadata.sorted_tables:
        db.execute(select(table).limit(1)).all()


def _journal_words(broken: int | None) -> str:
    return "" if broken is None else f"The journal was changed at entry {broken}"


def _message_words(db: Connection, at_most: int) -> str:
    found = messages.unfaithful(db, at_most)
    return "" if found is None else f"{found}: what waits for the backend is something else"


def _disagreement(db: Connection, part: str) -> str:
    for words, query in _QUESTIONS:
        found = db.execute(text(query.format(part=part))).scalar()
        if found is not None:
            return f"{found}: {words}"
    return ""
