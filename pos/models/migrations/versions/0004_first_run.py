"""First run: setup progress, the owner's PIN, scale of the window, journal of registrations"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'

# Added in place: a rebuilt register or staff would touch every table that points at it.
_COLUMNS = (
    "ALTER TABLE register ADD COLUMN scale_percent INTEGER DEFAULT '100' NOT NULL"
    " CONSTRAINT ck_register_scale CHECK (scale_percent BETWEEN 50 AND 400)",
    "ALTER TABLE staff ADD COLUMN pin_hash VARCHAR DEFAULT '' NOT NULL",
    "ALTER TABLE staff ADD COLUMN pin_tries INTEGER DEFAULT '0' NOT NULL"
    " CONSTRAINT ck_staff_pin_tries CHECK (pin_tries >= 0)",
    "ALTER TABLE staff ADD COLUMN pin_not_before DATETIME",
)
_KINDS = (
    'create', 'process', 'cancel_action', 'cancel_intent', 'refund',
    'location', 'reader', 'display', 'present',
)


def upgrade() -> None:
    for statement in _COLUMNS:
        op.execute(statement)
    op.create_table('setup',
    sa.Column('register_id', sa.Uuid(), nullable=False),
    sa.Column('page', sa.String(), nullable=False),
    sa.Column('skipped', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_setup_register_id_register')),
    sa.PrimaryKeyConstraint('register_id', name=op.f('pk_setup'))
    )
    _take_more_kinds()


def _take_more_kinds() -> None:
    """Make the journal of remote POSTs anew: SQLite cannot change a CHECK. Nothing points at it."""
    op.drop_index('ix_stripe_operation_owner_id', 'stripe_operation')
    op.rename_table('stripe_operation', 'stripe_operation_before')
    op.create_table('stripe_operation',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum(*_KINDS, name='opkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('params', sa.String(), nullable=False),
    sa.Column('api_version', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('sent', 'ok', 'no', 'unknown', 'held', name='opstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('first_sent_at', sa.DateTime(), nullable=False),
    sa.Column('server_at', sa.DateTime(), nullable=True),
    sa.Column('sends', sa.Integer(), nullable=False),
    sa.Column('not_before', sa.DateTime(), nullable=True),
    sa.Column('http_status', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(), nullable=True),
    sa.Column('request_id', sa.String(), nullable=True),
    sa.Column('message', sa.String(), nullable=False),
    sa.CheckConstraint('n >= 1', name=op.f('ck_stripe_operation_n')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_stripe_operation')),
    sa.UniqueConstraint('owner_id', 'kind', 'n', name=op.f('uq_stripe_operation_owner_id_kind_n'))
    )
    op.execute("INSERT INTO stripe_operation SELECT * FROM stripe_operation_before")
    op.drop_table('stripe_operation_before')
    op.create_index('ix_stripe_operation_owner_id', 'stripe_operation', ['owner_id'])
