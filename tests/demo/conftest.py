"""A small sample, made once for all tests of the demo."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.demo.generate import World, decide
from pipeline.demo.plan import Plan, make_plan


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The default sample's days, a quarter of its messages."""
    return make_plan(12, 45, 15_000, 7, dt.date(2025, 10, 12))


@pytest.fixture(scope="session")
def worlds(plan: Plan) -> list[World]:
    """Everything decided about the twelve shops."""
    return [decide(plan, store) for store in plan.stores]
