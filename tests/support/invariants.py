"""P1 to P8 of payments.md 5.1, and what else must always hold, checked after every test.

Each check yields what is wrong; `assert_invariants` fails with all of it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pos.services import journal
from tests.support.books import PATHS, Books, Row, flat, form
from tests.support.invariants_refunds import refunds
from tests.support.witness import Event
from tests.support.world import World

_HOURS_20 = 20 * 3600
_ENDED = {"succeeded", "canceled", "refused", "closed"}


def assert_invariants(world: World) -> None:
    """Fail with everything that is wrong in either side's books."""
    found = violations(world)
    assert not found, "\n".join(found)


def violations(world: World) -> list[str]:
    """Name everything that is wrong in either side's books."""
    books = Books(world)
    found = [*world.witness.faults]
    for check in _CHECKS:
        found += check(books)
    with world.till.db.reader.begin() as db:
        broken = journal.first_broken(db)
    return [*found, *([f"I8 the journal breaks at row {broken}"] if broken else [])]


def p1_once(books: Books) -> Iterator[str]:
    """Never more taken than due; at rest paid once, or unpaid with every intent canceled."""
    payments = {p["order_id"]: p for p in books.rows("payment")}
    for run in books.rows("checkout_run"):
        intents = [pi for s in books.sessions_of(run["id"]) for pi in books.intents_of(s["id"])]
        taken = sum(books.taken[pi["id"]] for pi in intents)
        paid = payments.get(run["id"])
        cash = paid["amount_minor"] if paid and paid["provider_id"] == "cash" else 0
        if taken + cash > run["total_minor"]:
            yield f"P1 run {run['id']}: due {run['total_minor']}, taken {taken} + cash {cash}"
        if books.at_rest(run["id"]):
            yield from _at_rest(run, paid, intents, taken)


def _at_rest(run: Row, paid: Row | None, intents: list[Row], taken: int) -> Iterator[str]:
    card = paid["reference"] if paid and paid["provider_id"] == "stripe_terminal" else ""
    if taken != (paid["amount_minor"] if paid and card else 0):
        yield f"P1 run {run['id']}: at rest taken {taken}, booked {dict(paid or {})}"
    for intent in intents:
        wanted = "succeeded" if intent["id"] == card else "canceled"
        if intent["status"] != wanted:
            yield f"P1 run {run['id']}: at rest {intent['id']} is {intent['status']}, not {wanted}"


def p2_one_intent(books: Books) -> Iterator[str]:
    """At most one intent of a tender that is not canceled; every intent is somebody's."""
    for intent in books.intents.values():
        if intent["metadata"].get("attempt") not in books.sessions:
            yield f"P2 {intent['id']} belongs to no session"
    for session in books.sessions.values():
        alive = [pi for pi in books.intents_of(session["id"]) if pi["status"] != "canceled"]
        if len(alive) > 1 and not session["data"]["strays"]:
            yield f"P2 session {session['id']} has {len(alive)} intents"
        targets = {_param(op, "payment_intent") for op in books.ops_of(session["id"], "process")}
        if len(targets) > 1:
            yield f"P2 session {session['id']} put {targets} on the reader"


def p2_fence(books: Books) -> Iterator[str]:
    """Another tender was opened only when the one before could not take money any more."""
    open_now: dict[str, str] = {}
    for entry in books.rows("journal"):
        data, run = json.loads(entry["data"]), entry["subject"]
        if entry["kind"] == "tender_opened":
            before = open_now.get(run)
            if before and not books.sessions[before]["data"]["released"]:
                yield f"P2 run {run}: a tender was opened beside {before}"
            if data["provider"] == "stripe_terminal":
                open_now[run] = data["session"]
        elif entry["kind"].removeprefix("card_") in _ENDED:
            if entry["kind"] == "card_succeeded":
                open_now[run] = data["session"]
            elif open_now.get(run) == data.get("session"):
                del open_now[run]


def p3_p4_posts(books: Books) -> Iterator[str]:
    """Every POST has a row of its key, leaves as journalled, and again only as it left first."""
    first: dict[str, Row] = {}
    arrived = Counter(post["key"] for post in books.posts)
    for post in books.posts:
        op = books.ops.get(post["key"])
        if op is None:
            yield f"P3 {post['path']} under {post['key']!r} has no row"
        else:
            yield from _as_journalled(op, post, first.setdefault(op["key"], post))
    for key, op in books.ops.items():
        if arrived[key] > op["sends"]:
            yield f"P3 {key}: arrived {arrived[key]} times, {op['sends']} journalled"


def _as_journalled(op: Row, post: Row, first: Row) -> Iterator[str]:
    if post["path"] != PATHS[op["kind"]].format(op["target"]):
        yield f"P3 {op['key']}: went to {post['path']}"
    if sorted(form(post["body"])) != sorted(flat(json.loads(op["params"]))):
        yield f"P4 {op['key']}: sent {post['body']}, journalled {op['params']}"
    if post["version"] != op["api_version"]:
        yield f"P4 {op['key']}: version {post['version']}"
    if (post["body"], post["path"]) != (first["body"], first["path"]):
        yield f"P4 {op['key']}: not the bytes of its first sending"
    if post["at"] - first["at"] > _HOURS_20:
        yield f"P4 {op['key']}: sent again after {post['at'] - first['at']:.0f} s"


def p5_new_keys(books: Books) -> Iterator[str]:
    """A new key only after a definite answer to the old one, or a look that makes it moot."""
    events = books.world.witness.events
    for owner, kind in {(op["owner_id"], op["kind"]) for op in books.ops.values()}:
        ops = books.ops_of(owner, kind)
        for old, new in pairwise(ops):
            between = _between(events, old["key"], new["key"])
            if between is not None and not _moot(kind, between):
                yield f"P5 {new['key']} left without an answer to {old['key']} and without a look"
        if [op["n"] for op in ops] != list(range(1, len(ops) + 1)):
            yield f"P5 {kind} of {owner} is numbered {[op['n'] for op in ops]}"


def _between(events: list[Event], old: str, new: str) -> list[Event] | None:
    """Return what was heard from the old key's last sending to the new key's first."""
    sends = [i for i, e in enumerate(events) if e.what == "send" and e.about == new]
    if not sends:
        return None
    start = max((i for i, e in enumerate(events) if e.what == "send" and e.about == old), default=0)
    return [e for e in events[start : sends[0]] if e.what != "post" or e.about == old]


def _moot(kind: str, heard: list[Event]) -> bool:
    looked = {e.what for e in heard if e.outcome == "ok"}
    definite = any(e.what == "post" and _is_definite(e) for e in heard)
    needed = {
        "create": {"intents"},
        "process": {"intent", "reader"},
        "cancel_action": {"intent"},
        "cancel_intent": {"intent"},
        "refund": {"refunds"},
    }[kind]
    return definite or needed <= looked


def _is_definite(event: Event) -> bool:
    return event.outcome in {"ok", "no"} and event.code != "terminal_reader_timeout"


def p6_truth(books: Books) -> Iterator[str]:
    """PAID only from an intent that was read as succeeded; NOT PAID only from a canceled one."""
    reads = books.world.witness.reads
    for session in books.sessions.values():
        intent, phase = session["data"]["intent_id"], session["phase"]
        seen = reads.get(intent, [])
        if phase == "succeeded" and ("succeeded", session["amount_minor"]) not in seen:
            yield f"P6 session {session['id']} is paid, but {intent} was read as {seen}"
        asked = books.ops_of(session["id"], "process")
        if phase in {"canceled", "refused"} and asked and "canceled" not in dict(seen):
            yield f"P6 session {session['id']} is {phase}, but {intent} was read as {seen}"
    for payment in books.rows("payment"):
        if payment["provider_id"] == "stripe_terminal":
            session = books.sessions.get(payment["session_id"])
            stands = session and (session["phase"], session["data"]["intent_id"])
            if stands != ("succeeded", payment["reference"]):
                yield f"P6 payment {payment['id']} stands on {stands}"


def p7_reader(books: Books) -> Iterator[str]:
    """One lease a reader; the reader only ever shows what is due, at most once a call."""
    leases = Counter(s["reader_lease"] for s in books.sessions.values() if s["reader_lease"])
    yield from (f"P7 {reader} is held {n} times" for reader, n in leases.items() if n > 1)
    shown: defaultdict[str, list[Row]] = defaultdict(list)
    for prompt in books.ledger["prompts"]:
        if prompt["payment_intent"] in books.intents:
            shown[prompt["payment_intent"]].append(prompt)
    for intent, prompts in shown.items():
        session = books.sessions.get(books.intents[intent]["metadata"]["attempt"])
        if session is None:
            continue  # told by P2
        if any(p["amount"] != session["amount_minor"] for p in prompts):
            yield f"I16 the reader showed {[p['amount'] for p in prompts]} for {intent}"
        calls = [op for op in books.ops_of(session["id"], "process") if op["state"] != "no"]
        if len(prompts) > len(calls) + books.foreign_calls(intent):
            yield f"P7 {intent}: {len(prompts)} prompts of {len(calls)} calls"


def p8_live(books: Books) -> Iterator[str]:
    """A session whose outcome is open fences the run; one that is settled does not."""
    live = Counter(s["run_id"] for s in books.rows("payment_session") if s["is_live"])
    yield from (f"P8 run {run} has {n} live tenders" for run, n in live.items() if n > 1)
    for session in books.sessions.values():
        open_still = session["phase"] not in _ENDED and not session["data"]["released"]
        if bool(session["is_live"]) is not open_still:
            yield f"P8 session {session['id']} is {session['phase']}, live {session['is_live']}"


def orders(books: Books) -> Iterator[str]:
    """Receipts gapless, one payment and one outbox entry an order, all in the journal."""
    numbers = [order["receipt_no"] for order in books.rows("order")]
    last = books.rows("register")[0]["last_receipt"]
    if sorted(numbers) != list(range(1, last + 1)):
        yield f"I6 receipts {sorted(numbers)}, last given {last}"
    paid = Counter(p["order_id"] for p in books.rows("payment"))
    told = Counter(e["key"] for e in books.rows("outbox"))
    noted = Counter(e["subject"] for e in books.rows("journal") if e["kind"] == "order_paid")
    for order in books.rows("order"):
        counts = (paid[order["id"]], told[order["id"]], noted[order["id"]])
        if counts != (1, 1, 1):
            yield f"I3 order {order['id']}: payments, outbox, journal {counts}"
    booked = {order["id"]: order["total_minor"] for order in books.rows("order")}
    for payment in books.rows("payment"):
        if booked.get(payment["order_id"]) != payment["amount_minor"]:
            yield f"P1 payment {payment['id']} is not what its order says"


def journalled(books: Books) -> Iterator[str]:
    """Every end of a card attempt is in the journal."""
    noted = {
        (e["kind"], json.loads(e["data"]).get("session"))
        for e in books.rows("journal")
        if e["kind"].startswith("card_")
    }
    for session in books.sessions.values():
        if (
            session["phase"] != "intent"
            and (f"card_{session['phase']}", session["id"]) not in noted
        ):
            yield f"I8 session {session['id']}: {session['phase']} is not in the journal"


def _param(op: Row, name: str) -> str:
    return str(json.loads(op["params"])[name])


_CHECKS = (
    p1_once,
    p2_one_intent,
    p2_fence,
    p3_p4_posts,
    p5_new_keys,
    p6_truth,
    p7_reader,
    p8_live,
    orders,
    journalled,
    refunds,
)
