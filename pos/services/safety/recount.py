"""Whether the running totals are what the sales and refunds add up to.

They are counted up with every sale, in its transaction, and a report only reads
them; so nothing else would notice that one turned over. All in SQL.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from pos.models.totals import QUARTER_S

# Without its fraction: SQLite rounds a moment to milliseconds, up into the next quarter too.
_QUARTER = f"CAST(strftime('%s', substr({{at}}, 1, 19)) AS INTEGER) / {QUARTER_S}"
_PARTS = {
    "sold": _QUARTER.format(at="o.created_at"),
    "back": _QUARTER.format(at="r.settled_at"),
    "refunds": """refund r JOIN "order" o ON o.id = r.order_id AND r.state = 'succeeded'""",
}
# What is each tax's of the tax that went back with a line: differences of cumulative roundings.
_QUERY = """
WITH kept AS (
  SELECT register_id, quarter, currency, kind, name, count, amount_minor FROM running_total),
counted(register_id, quarter, currency, kind, name, count, amount_minor) AS (
  SELECT o.register_id, {sold}, o.currency, 'sale', '', count(*), sum(o.total_minor)
  FROM "order" o GROUP BY 1, 2, 3
  UNION ALL
  SELECT o.register_id, {sold}, o.currency, 'tender', p.provider_id, count(*), sum(p.amount_minor)
  FROM "order" o JOIN payment p ON p.order_id = o.id AND p.canceled_at IS NULL
  GROUP BY 1, 2, 3, 5
  UNION ALL
  SELECT o.register_id, {sold}, o.currency, 'tax', json_extract(tax.value, '$.id'), count(*),
    sum(json_extract(tax.value, '$.tax'))
  FROM "order" o JOIN order_line l ON l.order_id = o.id JOIN json_each(l.taxes) tax
  GROUP BY 1, 2, 3, 5
  UNION ALL
  SELECT o.register_id, {back}, o.currency, 'refund', '', count(*), sum(r.amount_minor)
  FROM {refunds} GROUP BY 1, 2, 3
  UNION ALL
  SELECT o.register_id, {back}, o.currency, 'refund_tender', r.provider_id, count(*),
    sum(r.amount_minor)
  FROM {refunds} GROUP BY 1, 2, 3, 5
  UNION ALL
  SELECT register_id, quarter, currency, 'refund_tax', name, count(*), sum(upto - ifnull(before, 0))
  FROM (SELECT *, lag(upto) OVER (PARTITION BY id ORDER BY at) AS before FROM (
    SELECT b.id, o.register_id, {back} AS quarter, o.currency, tax.key AS at,
      json_extract(tax.value, '$.id') AS name,
      (2 * b.tax_minor * sum(json_extract(tax.value, '$.tax'))
         OVER (PARTITION BY b.id ORDER BY tax.key) + l.tax_minor) / (2 * l.tax_minor) AS upto
    FROM {refunds} JOIN refund_line b ON b.refund_id = r.id
    JOIN order_line l ON l.id = b.order_line_id AND l.tax_minor > 0
    JOIN json_each(l.taxes) tax))
  GROUP BY 1, 2, 3, 5)
SELECT quarter, kind, name FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted)
UNION ALL SELECT quarter, kind, name FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept)
ORDER BY 1, 2, 3 LIMIT 1"""


def differing(db: Connection) -> str:
    """Name the first running total that the rows do not add up to, or nothing.

    Reads every sale and refund: seconds for a year of them.
    """
    found = db.execute(text(_QUERY.format(**_PARTS))).first()
    if found is None:
        return ""
    at = datetime.fromtimestamp(found.quarter * QUARTER_S, UTC)
    what = f"{found.kind} {found.name}".strip()
    return f"The running total of {at:%Y-%m-%d %H:%M} UTC ({what}) is not what the sales add up to"
