"""Message digest: what waits for the backend carries the SHA-256 of its bytes"""

from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN digest VARCHAR DEFAULT '' NOT NULL")
