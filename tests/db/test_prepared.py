"""Prepared statements say the same as SQLAlchemy would, in values and in errors."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from pos.errors import CashierError
from pos.models.base import new_id, table_of
from pos.models.checkout import CheckoutRun
from pos.models.prepared import Prepared, insert_of
from pos.models.states import RunState
from tests.support.till import START, make_db

_run = table_of(CheckoutRun)
_ADD = insert_of(_run)
_GET = Prepared(select(_run).where(_run.c.id == bindparam("run")))
_MOVE = Prepared(update(_run).where(_run.c.id == bindparam("run")), ["state", "finished_at"])


@pytest.fixture
def till(tmp_path):
    db = make_db(tmp_path)
    yield db
    db.close()


def row(**changes):
    frozen = {"lines": [{"name": "Thé 茶", "minor": 1}]}
    return {
        "id": new_id(),
        "cart_id": new_id(),
        "currency": "usd",
        "total_minor": 2**53,
        "frozen": frozen,
        "created_at": START,
    } | changes


def test_values_come_back_as_core_gives_them(till):
    new = row()
    with till.engine.begin() as db:
        _ADD.run(db, **new)
        assert _MOVE.run(db, run=new["id"], state=RunState.FINISHED, finished_at=START) == 1
    with till.reader.begin() as db:
        found = _GET.one(db, run=new["id"])
        assert found == dict(db.execute(select(_run)).mappings().one())
    assert found["state"] is RunState.FINISHED
    assert found["created_at"] == START


def test_it_takes_part_in_the_callers_transaction(till):
    new = row()
    with till.engine.connect() as db, db.begin() as transaction:
        _ADD.run(db, **new)
        transaction.rollback()
    with till.reader.begin() as db:
        assert _GET.first(db, run=new["id"]) is None
        with pytest.raises(LookupError):
            _GET.one(db, run=new["id"])


def test_a_constraint_refuses_as_through_core_and_quotes_nobody(till):
    new = row()
    again = row(id=new["id"], frozen={"customer": "Jonas Weber"})
    with pytest.raises(IntegrityError) as caught, till.engine.begin() as db:
        _ADD.run_many(db, [new, again])
    assert "UNIQUE" in str(caught.value)
    assert "Jonas" not in str(caught.value)


def test_a_missing_value_is_never_a_null(till):
    with till.engine.begin() as db, pytest.raises(KeyError):
        _ADD.run(db, **{name: value for name, value in row().items() if name != "cart_id"})


def test_the_disks_troubles_are_said_to_a_person(till):
    with till.engine.begin() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        db.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(CashierError) as caught:
            _ADD.run_many(db, [row(frozen={"much": "x" * 100_000}) for _ in range(50)])
        db.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert caught.value.code == "disk_full"


def test_a_bug_stays_a_bug(till):
    with till.engine.begin() as db:
        gone = Prepared(select(_run.c.id).where(_run.c.id == bindparam("run")))
        gone.sql = gone.sql.replace("FROM checkout_run", "FROM nowhere")
        with pytest.raises(OperationalError):
            gone.first(db, run=new_id())


def test_a_list_of_unknown_length_cannot_be_prepared():
    with pytest.raises(ValueError, match="unknown length"):
        Prepared(select(_run).where(_run.c.id.in_(bindparam("ids", expanding=True))))
