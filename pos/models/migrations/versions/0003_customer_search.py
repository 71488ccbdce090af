"""Customer search: an index of the words in profile.search, tied by profile.number"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'

_MARK = "\ue000"
_SEARCH = """
CREATE VIRTUAL TABLE profile_search USING fts5(
  search, content='profile', content_rowid='number', columnsize=0, detail=none,
  prefix='1 2 3 4 5',
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'")
"""
_ADD = "INSERT INTO profile_search(rowid, search) VALUES (new.number, new.search);"
_TAKE = """INSERT INTO profile_search(profile_search, rowid, search)
  VALUES ('delete', old.number, old.search);"""
_TRIGGERS = (
    f"CREATE TRIGGER profile_search_add AFTER INSERT ON profile BEGIN {_ADD} END",
    f"CREATE TRIGGER profile_search_put AFTER UPDATE OF search ON profile BEGIN {_TAKE} {_ADD} END",
    f"CREATE TRIGGER profile_search_take AFTER DELETE ON profile BEGIN {_TAKE} END",
)


def upgrade() -> None:
    with op.batch_alter_table('profile') as batch_op:
        batch_op.add_column(sa.Column('number', sa.Integer(), nullable=True))
    op.execute("UPDATE profile SET number = rowid")
    with op.batch_alter_table('profile') as batch_op:
        batch_op.alter_column('number', existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(op.f('uq_profile_number'), ['number'])
        batch_op.create_index('ix_profile_erased', ['number'], unique=False, sqlite_where=sa.text('erased = 1'))
    _lengthen_words()
    op.execute(_SEARCH)
    op.execute("INSERT INTO profile_search(profile_search) VALUES ('rebuild')")
    for trigger in _TRIGGERS:
        op.execute(trigger)


def _lengthen_words() -> None:
    """Add what may be met anywhere: tails of phone numbers and of words that are not ASCII."""
    db = op.get_bind()
    people = db.execute(sa.text("SELECT id, search, phone_digits FROM profile")).all()
    longer = [{"id": row.id, "search": _longer(row.search, row.phone_digits)} for row in people]
    if longer:
        db.execute(sa.text("UPDATE profile SET search = :search WHERE id = :id"), longer)


def _longer(search: str, digits: str) -> str:
    words = search.split()
    tails = [word[at:] for word in words if not word.isascii() for at in range(1, min(len(word), 32))]
    ends = [_MARK + digits[at:] for at in range(min(len(digits) - 2, 32))]
    return "".join(f" {word}" for word in dict.fromkeys([*words, *tails, *ends]))
