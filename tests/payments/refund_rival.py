"""One of two processes that refund the same payment: ``refund_rival.py FOLDER ORDER AMOUNT``.

Prints ``ready``, waits for a line, then asks; prints ``ok`` or the refusal's code.
"""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

from pos.app.build import utc_now
from pos.errors import CashierError
from pos.models.database import Database
from pos.services.refunds import RefundRequest, RefundService
from pos.services.refunds.rows import SqlRefunds
from pos.services.sync import enqueue_refund


def main(folder: str, order: str, amount: str) -> None:
    db = Database(Path(folder) / "till.db")
    service = RefundService(SqlRefunds(db, utc_now, enqueue_refund), {}, utc_now)
    service.open_refunds()  # everything is loaded and connected before the start
    _say("ready")
    sys.stdin.readline()
    try:
        service.request(RefundRequest(order_id=UUID(order), amount_minor=int(amount)))
    except CashierError as error:
        _say(error.code)
    else:
        _say("ok")
    db.close()


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
