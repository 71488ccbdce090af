"""From a request to what is sent: faults, admission, idempotency, execution."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from urllib.parse import unquote

from pos.terminal.simulator import access, forms, idempotency, routes, schema
from pos.terminal.simulator.expand import expand
from pos.terminal.simulator.faults import NO_FAULT, Plan, Rule
from pos.terminal.simulator.idempotency import Kept, Keyed
from pos.terminal.simulator.problems import ApiError, Json, invalid
from pos.terminal.simulator.routes import Route
from pos.terminal.simulator.settle import settle_due
from pos.terminal.simulator.views import public
from pos.terminal.simulator.world import Call, World, fresh_id

VERSION = "2026-10-28.endive"
_VERSION_CHARACTERS = 10
_CLIENT_ERROR, _CONFLICT, _TOO_MANY, _SERVER_ERROR = 400, 409, 429, 500


@dataclass(frozen=True, slots=True)
class Request:
    """One request off the wire. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "") if self.method == "POST" else ""

    @property
    def version(self) -> str:
        return self.headers.get("stripe-version", VERSION)


@dataclass(slots=True)
class Answer:
    """What is sent, and how (``whole``, ``close``, ``reset``, ``truncate``, ...)."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    send: str = "whole"
    rule: Rule | None = None


@dataclass(slots=True)
class _Trace:
    """What the request log tells of one request."""

    seq: int
    request_id: str
    executed: bool = False
    replayed: bool = False


class Api:
    """Stripe's side. Thread-safe: every step that touches the world holds its lock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Answer:
        """Serve one request; waits as long as a fault tells it to."""
        with self._world.lock:
            down = self._world.outage
            rule = None if down else self._world.faults.take(request.method, request.path)
            fault = "outage" if down else rule.kind if rule else ""
            trace = self._arrive(request, fault)
        if down:
            return Answer(send="close")
        return self._spoiled(request, rule, trace)

    def _arrive(self, request: Request, fault: str) -> _Trace:
        request_id = fresh_id("req")
        fields = {
            "at": self._world.now(),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "body": request.body,
            "key": request.key,
            "version": request.version,
            "auth": access.scheme(request.headers.get("authorization", "")),
            "request_id": request_id,
            "fault": fault,
        }
        return _Trace(self._world.store.add("request", fields), request_id)

    def _spoiled(self, request: Request, rule: Rule | None, trace: _Trace) -> Answer:
        plan = rule.plan if rule else NO_FAULT
        if plan.execute or plan.stored:
            answer = self._serve(request, rule, trace)
        else:
            answer = Answer(plan.status, plan.body, self._headers(request, trace))
        if rule:
            answer.headers.update(rule.headers)
            answer.send, answer.rule = plan.send, rule
        with self._world.lock:
            self._log(trace, answer)
        if rule and rule.kind == "delay" and rule.after:
            wait(self._world.stopping, rule)
        return answer

    def _serve(self, request: Request, rule: Rule | None, trace: _Trace) -> Answer:
        keyed: Keyed | None = None
        try:
            with self._world.lock:
                route, call, keyed = self._admit(request)
                kept = idempotency.begin(keyed) if keyed else None
            if kept:
                return self._replay(request, trace, kept)
            return self._run(request, rule, trace, (route, call, keyed))
        except ApiError as problem:
            return self._refusal(request, trace, problem)

    def _admit(self, request: Request) -> tuple[Route, Call, Keyed | None]:
        route, ids = routes.find(request.method, request.path)
        header = request.headers.get("authorization", "")
        merchant = access.authenticate(self._world, header, route.permission)
        if request.version[:_VERSION_CHARACTERS].count("-") != 2:  # noqa: PLR2004 - a date
            raise invalid(f"Invalid Stripe API version: {request.version}")
        params = forms.decode(request.body if request.method == "POST" else request.query)
        call = Call(merchant, params, tuple(map(unquote, ids)), request.version, request.path)
        keyed = None
        if request.key:
            keyed = idempotency.keyed(merchant, request.key, request.path, params, request.version)
        return route, call, keyed

    def _run(
        self,
        request: Request,
        rule: Rule | None,
        trace: _Trace,
        admitted: tuple[Route, Call, Keyed | None],
    ) -> Answer:
        keyed = admitted[2]
        try:
            if rule and rule.kind == "delay" and not rule.after:
                wait(self._world.stopping, rule)
            with self._world.lock, self._world.store.transaction():
                return self._execute(request, rule.plan if rule else NO_FAULT, trace, admitted)
        finally:
            if keyed:
                with self._world.lock:
                    idempotency.end(keyed)

    def _execute(
        self,
        request: Request,
        plan: Plan,
        trace: _Trace,
        admitted: tuple[Route, Call, Keyed | None],
    ) -> Answer:
        route, call, keyed = admitted
        status, body, stored = self._deed(route, call, trace) if plan.execute else (0, b"", True)
        if plan.stored:
            status, body = plan.status, plan.body
        if keyed and stored:
            idempotency.keep(keyed, Kept(status, body, trace.request_id))
        answer = Answer(status, body, self._headers(request, trace, status))
        self._log(trace, answer)
        return answer

    def _deed(self, route: Route, call: Call, trace: _Trace) -> tuple[int, bytes, bool]:
        """Run the endpoint; what it did before it refused stays done (a lost ack)."""
        settle_due(self._world)
        try:
            spec = schema.for_version(route.spec, call.version, call.params)
            params = schema.clean(call.params, spec, route.required)
            paths = params.pop("expand", [])
            ready = Call(call.merchant, params, call.ids, call.version, call.path)
            done = route.handler(ready)
            trace.executed = True
            body = expand(call.merchant, public(done, call.merchant.now), paths)
        except ApiError as problem:
            trace.executed = trace.executed or problem.stored
            shown = public(problem.body, call.merchant.now)
            return problem.status, encode(shown), trace.executed
        return 200, encode(body), True

    def _replay(self, request: Request, trace: _Trace, kept: Kept) -> Answer:
        trace.replayed = True
        headers = self._headers(request, trace, kept.status)
        headers |= {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
        return Answer(kept.status, kept.body, headers)

    def _refusal(self, request: Request, trace: _Trace, problem: ApiError) -> Answer:
        headers = self._headers(request, trace, problem.status)
        return Answer(problem.status, encode(problem.body), headers)

    def _headers(self, request: Request, trace: _Trace, status: int = 0) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Request-Id": trace.request_id,
            "Stripe-Version": request.version,
        }
        if request.key:
            headers["Idempotency-Key"] = request.key
            headers["Original-Request"] = trace.request_id
        retryable = status in {_CONFLICT, _TOO_MANY}
        if _CLIENT_ERROR <= status < _SERVER_ERROR and not retryable:
            headers["Stripe-Should-Retry"] = "false"
        return headers

    def _log(self, trace: _Trace, answer: Answer) -> None:
        outcome: Json = {
            "executed": int(trace.executed),
            "replayed": int(trace.replayed),
            "status": answer.status,
            "code": _code(answer),
        }
        self._world.store.finish_request(trace.seq, outcome)


def wait(stopping: threading.Event, rule: Rule) -> None:
    """Let ``rule.seconds`` pass, or less when the rules are cleared; 0 waits for that."""
    left = rule.seconds or float("inf")
    while left > 0 and not stopping.is_set() and not rule.released.wait(min(left, 0.1)):
        left -= 0.1


def encode(body: Json) -> bytes:
    """Return Stripe's JSON: indented by two spaces."""
    return json.dumps(body, indent=2).encode()


def _code(answer: Answer) -> str | None:
    if answer.status < _CLIENT_ERROR or not answer.body.startswith(b"{"):
        return None
    error = json.loads(answer.body).get("error", {})
    code: str | None = error.get("code")
    return code
