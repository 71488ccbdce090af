"""What may happen to one request. Each fault answers, or does not, and says if the line goes on."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import replace
from functools import cache

from tests.proof.network.http1 import Answer, Request, made_up
from tests.proof.network.proxy import PORTAL, Act, Line

FAULTS: dict[str, Act] = {}
"""By name, in the order of the table. ``refuse`` is done by closing the door."""
DRIP_PIECES = 12
DRIP_PAUSE = 0.05
"""Seconds; shorter than the till's patience with one packet, longer in all."""
BOMB = 192 << 20
"""Bytes that a compressed answer of 200 kB becomes."""

_ERROR = {"error": {"type": "api_error", "message": "spoiled on the way"}}
_IN_USE = {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}
_MANY = {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "slow down"}}


def fault(act: Act) -> Act:
    FAULTS[act.__name__] = act
    return act


@fault
async def refuse(line: Line, _request: Request) -> bool:
    return line.reset()  # only when somebody found the door open


@fault
async def reset_before(line: Line, _request: Request) -> bool:
    return line.reset()


@fault
async def reset_after(line: Line, request: Request) -> bool:
    await line.forward(request)
    return line.reset()


@fault
async def closed_before(_line: Line, _request: Request) -> bool:
    return False


@fault
async def closed_after(line: Line, request: Request) -> bool:
    await line.forward(request)
    return False


@fault
async def half_closed(line: Line, _request: Request) -> bool:
    line.writer.write_eof()
    await line.gone()
    return False


@fault
async def hang_before(line: Line, _request: Request) -> bool:
    await line.gone()
    return False


@fault
async def hang_after(line: Line, request: Request) -> bool:
    await line.forward(request)
    await line.gone()
    return False


@fault
async def late_answer(line: Line, request: Request) -> bool:
    """Run at once, answer when the till has long given up."""
    answer = await line.forward(request)
    await line.gone()
    await line.say(answer.raw())
    return False


def _late_execution(others: int) -> Act:
    async def late(line: Line, request: Request) -> bool:
        line.proxy.later(_when_others_went(line, request, others))
        await line.gone()
        return False

    late.__name__ = f"after_{others}_later"
    return late


async def _when_others_went(line: Line, request: Request, others: int) -> None:
    await line.proxy.after(others)
    await line.proxy.pass_on(request)


for _others in (1, 2, 4):
    fault(_late_execution(_others))


@fault
async def twice(line: Line, request: Request) -> bool:
    await line.forward(request)
    await line.say((await line.forward(request)).raw())
    return True


@fault
async def twice_at_once(line: Line, request: Request) -> bool:
    _, second = await asyncio.gather(line.forward(request), line.forward(request))
    await line.say(second.raw())
    return True


@fault
async def again_later(line: Line, request: Request) -> bool:  # when the next one is through
    await line.say((await line.forward(request)).raw())
    line.proxy.later(_when_others_went(line, request, 1))
    return True


@fault
async def answered_twice(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    await line.say(answer.raw() * 2)
    return True


@fault
async def answer_of_before(line: Line, request: Request) -> bool:
    """Be answered what the last call of the kind was answered, and go nowhere."""
    await line.say(line.proxy.before(request).raw())
    return True


@fault
async def answer_of_before_but_ran(line: Line, request: Request) -> bool:
    answer = line.proxy.before(request)
    await line.forward(request)
    await line.say(answer.raw())
    return True


@fault
async def drip(line: Line, request: Request) -> bool:
    """Come whole, but slowly; each piece within the till's patience."""
    raw = (await line.forward(request)).raw()
    size = len(raw) // DRIP_PIECES + 1
    for start in range(0, len(raw), size):
        await line.say(raw[start : start + size])
        await asyncio.sleep(DRIP_PAUSE)
    return True


@fault
async def endless_body(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    return await _for_ever(line, answer.head(b"100000"), answer.body[:1], DRIP_PAUSE)


@fault
async def endless_head(line: Line, request: Request) -> bool:
    await line.forward(request)
    return await _for_ever(line, b"HTTP/1.1 200 OK\r\nx-slow: ", b"a", DRIP_PAUSE)


@fault
async def oversized(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    return await _for_ever(line, answer.head(b"1099511627776"), b" " * (1 << 16), 0)


async def _for_ever(line: Line, first: bytes, piece: bytes, pause: float) -> bool:
    await line.say(first)
    gone = asyncio.create_task(line.gone())
    while not gone.done():
        await line.say(piece)
        line.proxy.sent_bytes += len(piece)
        await asyncio.sleep(pause)
    return False


@fault
async def compressed_bomb(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    bomb = replace(answer, body=_bomb())
    await line.say(bomb.head(b"", (b"content-encoding", b"gzip")) + bomb.body)
    return True


@fault
async def broken_gzip(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    await line.say(answer.head(b"", (b"content-encoding", b"gzip")) + answer.body)
    return True


@fault
async def truncated(line: Line, request: Request) -> bool:
    raw = (await line.forward(request)).raw()
    await line.say(raw[:-20])
    return False


@fault
async def truncated_head(line: Line, request: Request) -> bool:
    await line.say((await line.forward(request)).head()[:40])
    return False


@fault
async def length_left_out(line: Line, request: Request) -> bool:
    """Half a body, and nothing that says how long it should have been."""
    answer = await line.forward(request)
    await line.say(answer.head(None) + answer.body[: len(answer.body) // 2])
    return False


@fault
async def length_too_long(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    await line.say(answer.head(b"%d" % (len(answer.body) + 10)) + answer.body)
    await line.gone()
    return False


@fault
async def length_too_short(line: Line, request: Request) -> bool:
    """The rest of the body stands where the next answer should begin."""
    answer = await line.forward(request)
    await line.say(answer.head(b"%d" % (len(answer.body) - 10)) + answer.body)
    return True


@fault
async def length_nonsense(line: Line, request: Request) -> bool:
    answer = await line.forward(request)
    await line.say(answer.head(b"many") + answer.body)
    return False


def _answering(name: str, answer: Answer, *, run: bool = False) -> None:
    async def answering(line: Line, request: Request) -> bool:
        if run:
            await line.forward(request)
        await line.say(answer.raw())
        return True

    answering.__name__ = name
    fault(answering)


_answering("says_409", made_up(409, _IN_USE))
_answering("says_429", made_up(429, _MANY, retry_after="1"))
_answering("says_500", made_up(500, _ERROR))
_answering("says_500_but_ran", made_up(500, _ERROR), run=True)
_answering("says_502", made_up(502, page="<h1>Bad Gateway</h1>"))
_answering("says_502_but_ran", made_up(502, page="<h1>Bad Gateway</h1>"), run=True)
_answering("says_403_page", made_up(403, page="<h1>Blocked by the guest network</h1>"))
_answering("says_407_page", made_up(407, page="<h1>Log in at the proxy</h1>"))
_answering("page_for_json", PORTAL)
_answering("page_but_ran", PORTAL, run=True)
_answering("other_json", made_up(200, {"status": "ok"}))
_answering("list_for_object", made_up(200, [1, 2]))
_answering("redirect", made_up(302, page="moved", location="/portal"))


@fault
async def redirect_to_itself(line: Line, request: Request) -> bool:
    await line.say(made_up(307, page="moved", location=request.target).raw())
    return True


@fault
async def kept_alive_then_closed(line: Line, request: Request) -> bool:
    await line.say((await line.forward(request)).raw())
    return False


@fault
async def kept_alive_then_reset(line: Line, request: Request) -> bool:
    """The connection dies when the till has begun to say the next thing."""
    await line.say((await line.forward(request)).raw())
    await line.reader.read(1)
    return line.reset()


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * (1 << 20)
    parts = [packer.compress(json.dumps({"object": "x"}).encode())]
    parts += [packer.compress(piece) for _ in range(BOMB >> 20)]
    return b"".join([*parts, packer.flush()])
