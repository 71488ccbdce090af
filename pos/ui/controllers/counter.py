"""What the checkout screen is at: a run, its newest news and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pos.models.states import SessionStatus
from pos.services.checkout import RunView, TenderOffer
from pos.terminal.api import CASH, Progress
from pos.terminal.attempt import Choice, Situation
from pos.ui.widgets.banner import BannerView


@dataclass(slots=True)
class Counter:
    """What the screen shows: the run, its newest news and the page chosen.

    ``since`` is when the situation began, ``heard`` when the newest news came.
    """

    run: RunView
    tender: str = CASH
    progress: Progress | None = None
    since: datetime | None = None
    heard: datetime | None = None
    banner: BannerView | None = None
    busy: bool = False
    offers: tuple[TenderOffer, ...] = ()


def opening(run: RunView, *, journalled: bool) -> Progress:
    """Stand in until the first step has answered; what is journalled can be canceled meanwhile."""
    return Progress(
        session_id=run.session_id or run.run_id,
        status=SessionStatus.PENDING,
        situation=Situation.SENDING,
        choices=(Choice.CANCEL,) if journalled else (),
    )


def canceling(progress: Progress) -> Progress:
    """Answer a press of Cancel at once; the service's own news follow."""
    return replace(progress, situation=Situation.CANCELLING, choices=())
