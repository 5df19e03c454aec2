"""The plan: which shops, how many messages, which days."""

from __future__ import annotations

import datetime as dt

from pipeline.demo.plan import PLATFORMS, make_plan

UNTIL = dt.date(2025, 10, 12)


def test_default_covers_every_code_and_the_dates_that_matter() -> None:
    plan = make_plan(12, 45, 60_000, 1, UNTIL)
    assert {store.platform for store in plan.stores} == set(PLATFORMS)
    assert plan.stores[5].store_id == "jd/jd-1"
    assert plan.first_day == dt.date(2025, 8, 29)
    assert plan.end == dt.datetime(2025, 10, 13)
    assert sum(store.orders for store in plan.stores) == 6_000


def test_more_shops_repeat_the_cast_under_new_names() -> None:
    ids = [store.store_id for store in make_plan(30, 45, 60_000, 1, UNTIL).stores]
    assert len(set(ids)) == 30
    assert "douyin/douyin-6" in ids


def test_planted_counts_grow_with_the_messages() -> None:
    small, large = (make_plan(12, 45, n, 1, UNTIL).stores[0] for n in (60_000, 600_000))
    assert large.late["late"] == 10 * small.late["late"]
    assert large.unserved == 10 * small.unserved


def test_one_shop_and_one_day_are_enough() -> None:
    plan = make_plan(1, 1, 1, 1, UNTIL)
    assert plan.first_day == UNTIL and len(plan.stores) == 1
