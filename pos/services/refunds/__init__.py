"""Giving money back: reserved first, then asked for, never twice."""

from pos.services.refunds.plan import RefundLineAsk, RefundPlan, RefundRequest
from pos.services.refunds.ports import PlannedLine
from pos.services.refunds.service import RefundService

__all__ = ["PlannedLine", "RefundLineAsk", "RefundPlan", "RefundRequest", "RefundService"]
