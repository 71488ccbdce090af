"""No answer, a wrong token, a poison entry, a jumping clock: waits, stops, goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pos.backend.api import UNAUTHORIZED, BusyError
from pos.errors import RefusedError, UnreachableError
from pos.models.base import new_id
from pos.services.sync import Sync
from tests.support.orders import add_order
from tests.support.scripted import FakeBackend, run


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("connect refused"),
        BusyError("200, not our backend"),
        BusyError("503, not our backend", 3),
        BusyError("409 in_progress: leased", 1),
        BusyError("429", 2),
    ],
)
def test_no_definite_answer_is_tried_again_with_the_same_bytes(till, clock, sync, backend, error):
    order_id = add_order(till, clock)
    backend.answers[str(order_id)] = [error, error, None]
    first = None
    for _ in range(3):
        status = sync.tick()
        first = first or status
        clock.advance(seconds=status.delay)
    assert first.waiting == 1
    assert first.code in {"offline", "busy"}
    assert run(sync, clock).waiting == 0
    assert backend.seen == [str(order_id)] * 3
    assert sync.status().parked == ()


def test_waits_double_up_to_a_cap_and_the_backend_may_ask_for_more(till, clock, backend):
    sync = Sync(till, clock, backend, jitter=lambda: 1.0)
    add_order(till, clock)
    backend.answers["*"] = [UnreachableError("down")]
    delays = []
    for _ in range(9):
        status = sync.tick()
        delays.append(status.delay)
        clock.advance(seconds=status.delay)
    assert delays[:5] == [1, 2, 4, 8, 16]
    assert max(delays) == 60
    assert sync.status().online is False
    assert backend.seen == []  # not even known who we are
    backend.answers["settings"] = [None]
    sync.tick()
    backend.answers["*"] = [BusyError("503", 90)]
    sync.wake()
    assert sync.tick().delay == 90


def test_a_poison_entry_does_not_hold_up_the_others(till, clock, sync, backend):
    poison = add_order(till, clock)
    others = [str(add_order(till, clock)) for _ in range(6)]
    backend.answers[str(poison)] = [BusyError("500, not our backend")]
    for _ in range(12):
        clock.advance(seconds=sync.tick().delay)
    assert set(backend.stored) == set(others)
    assert sync.status().waiting == 1


def test_a_bug_in_sending_is_raised_and_stops_no_other_entry(till, clock, sync, backend):
    bad, good = add_order(till, clock), add_order(till, clock)
    backend.answers[str(bad)] = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        sync.tick()
    sync.tick()
    assert set(backend.stored) == {str(good)}


def test_a_wrong_token_stops_everything_until_it_is_right(till, clock, sync, backend):
    order_id = add_order(till, clock)
    refused = RefusedError(UNAUTHORIZED, "unknown token")
    backend.answers[str(order_id)] = [refused]
    sync.tick()
    backend.answers["settings"] = [refused]
    for _ in range(4):
        status = sync.tick()
        clock.advance(seconds=status.delay)
    assert (status.code, status.waiting, status.parked) == ("unauthorized", 1, ())
    assert backend.seen == [str(order_id)]  # settings are asked for, nothing is sent
    assert sync.push_next() is False
    backend.answers.clear()
    assert run(sync, clock).waiting == 0


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=3650)])
def test_a_clock_that_jumps_strands_nothing(till, clock, sync, backend, jump):
    ids = [str(add_order(till, clock)) for _ in range(3)]
    backend.answers["*"] = [UnreachableError("down")]
    backend.answers["settings"] = [None]
    for _ in range(5):
        clock.advance(seconds=sync.tick().delay)
    clock.now += jump
    backend.answers.clear()
    ids.append(str(add_order(till, clock)))
    run(sync, clock, ticks=20)
    assert sorted(backend.stored) == sorted(ids)
    order = [key for i, key in enumerate(backend.seen) if key not in backend.seen[i + 1 :]]
    assert order[-1] == ids[-1]


def test_an_entry_of_another_register_is_parked_alone(till, clock, sync, backend):
    foreign, mine = add_order(till, clock), add_order(till, clock)
    backend.answers[str(foreign)] = [RefusedError("wrong_location", "another location")]
    status = run(sync, clock, ticks=6)
    assert [item.code for item in status.parked] == ["wrong_location"]
    assert set(backend.stored) == {str(mine)}


def test_a_till_moved_meanwhile_stops_before_it_parks_everything(till, clock, sync, backend):
    ids = [add_order(till, clock) for _ in range(3)]
    backend.answers["*"] = [RefusedError("wrong_register", "the token belongs to another")]
    backend.answers["settings"] = [None]
    backend.here = replace(backend.here, register_id=new_id())
    status = run(sync, clock, ticks=6)
    assert (status.code, status.waiting, status.parked) == ("wrong_register", 3, ())
    assert backend.seen == [str(ids[0])]


def test_another_shops_answer_stops_sync(till, clock, sync, backend):
    add_order(till, clock)
    strange = FakeBackend(backend.here)
    strange.here = replace(backend.here, business_id=new_id())
    sync.connect(strange)
    status = sync.tick()
    assert status.code == "wrong_register"
    assert strange.seen == []
    sync.connect(backend)
    assert run(sync, clock).waiting == 0
