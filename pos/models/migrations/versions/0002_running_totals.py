"""Running totals: what was sold and given back, by register and quarter of an hour"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'

# Without its fraction: SQLite rounds a moment to milliseconds, up into the next quarter too.
_QUARTER = "CAST(strftime('%s', substr({at}, 1, 19)) AS INTEGER) / 900"
_SOLD = _QUARTER.format(at="o.created_at")
_BACK = _QUARTER.format(at="r.settled_at")
_SALE_FROM = 'FROM "order" o'
_BACK_FROM = """FROM refund r JOIN "order" o ON o.id = r.order_id AND r.state = 'succeeded'"""

# The part of a returned line's tax that is each tax's: differences of cumulative roundings.
_BACK_TAXES = f"""
SELECT register_id, quarter, currency, 'refund_tax', name, count(*), sum(upto - ifnull(before, 0))
FROM (SELECT *, lag(upto) OVER (PARTITION BY id ORDER BY at) AS before FROM (
  SELECT b.id, o.register_id, {_BACK} AS quarter, o.currency, tax.key AS at,
    json_extract(tax.value, '$.id') AS name,
    (2 * b.tax_minor * sum(json_extract(tax.value, '$.tax')) OVER (PARTITION BY b.id ORDER BY tax.key)
      + whole.tax) / (2 * whole.tax) AS upto
  {_BACK_FROM} JOIN refund_line b ON b.refund_id = r.id
  JOIN order_line l ON l.id = b.order_line_id
  JOIN (SELECT id, tax_minor AS tax FROM order_line) whole ON whole.id = l.id AND whole.tax > 0
  JOIN json_each(l.taxes) tax))
GROUP BY 1, 2, 3, 4, 5
"""
_ALL = (
    f"SELECT o.register_id, {_SOLD}, o.currency, 'sale', '', count(*), sum(o.total_minor)"
    f" {_SALE_FROM} GROUP BY 1, 2, 3",
    f"SELECT o.register_id, {_SOLD}, o.currency, 'tender', p.provider_id, count(*),"
    f" sum(p.amount_minor) {_SALE_FROM} JOIN payment p ON p.order_id = o.id"
    " AND p.canceled_at IS NULL GROUP BY 1, 2, 3, 5",
    f"SELECT o.register_id, {_SOLD}, o.currency, 'tax', json_extract(tax.value, '$.id'), count(*),"
    f" sum(json_extract(tax.value, '$.tax')) {_SALE_FROM} JOIN order_line l ON l.order_id = o.id"
    " JOIN json_each(l.taxes) tax GROUP BY 1, 2, 3, 5",
    f"SELECT o.register_id, {_BACK}, o.currency, 'refund', '', count(*), sum(r.amount_minor)"
    f" {_BACK_FROM} GROUP BY 1, 2, 3",
    f"SELECT o.register_id, {_BACK}, o.currency, 'refund_tender', r.provider_id, count(*),"
    f" sum(r.amount_minor) {_BACK_FROM} GROUP BY 1, 2, 3, 5",
    _BACK_TAXES,
)


def upgrade() -> None:
    kinds = ('sale', 'tender', 'tax', 'refund', 'refund_tender', 'refund_tax')
    op.create_table('running_total',
    sa.Column('register_id', sa.Uuid(), nullable=False),
    sa.Column('quarter', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum(*kinds, name='totalkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_running_total_register_id_register')),
    sa.PrimaryKeyConstraint('register_id', 'quarter', 'currency', 'kind', 'name', name=op.f('pk_running_total'))
    )
    for query in _ALL:  # what was sold before there were totals
        op.execute(f"INSERT INTO running_total {query}")
