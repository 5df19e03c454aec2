"""Orders: what is not planted is on time by every pack, what is planted is late by the chosen way."""

from __future__ import annotations

import numpy as np

from pipeline.demo.clock import HOUR, NEVER, seconds
from pipeline.demo.generate import World
from pipeline.demo.orders import PROMISE


def test_background_is_collected_within_a_day(worlds: list[World]) -> None:
    for world in worlds:
        orders = world.orders
        plain = (orders.kind == "") & (orders.picked != NEVER) & (orders.paid != NEVER)
        assert (orders.picked - orders.paid)[plain].max() < 22 * HOUR
        assert (orders.shipped - orders.paid)[plain].min() > 0


def test_background_that_waits_is_not_due_when_the_exports_are_made(worlds: list[World]) -> None:
    for world in worlds:
        orders = world.orders
        open_ = (orders.shipped == NEVER) & (orders.closed == NEVER)
        waiting = (orders.kind == "") & open_ & (orders.paid != NEVER)
        assert (orders.paid[waiting] > seconds(world.plan.exported_at) - 24 * HOUR).all()


def test_planted_orders_are_late_in_their_own_way(worlds: list[World]) -> None:
    seen = set()
    for world in worlds:
        orders = world.orders
        for place in np.flatnonzero(orders.kind != "").tolist():
            kind = str(orders.kind[place])
            seen.add(kind)
            start = orders.created[place] if orders.cod[place] else orders.paid[place]
            ship, pick = orders.shipped[place] - start, orders.picked[place] - start
            if kind in ("late", "cod_late"):
                assert ship >= 55 * HOUR and pick > ship
            elif kind == "late_pickup":
                assert ship < 22 * HOUR and pick >= 55 * HOUR
            elif kind == "open_late":
                assert orders.shipped[place] == NEVER
            else:
                assert ship == PROMISE + (kind == "edge_late")
    assert seen == {"late", "late_pickup", "open_late", "edge_ok", "edge_late", "cod_late"}


def test_numbers_are_unique_within_a_platform(worlds: list[World]) -> None:
    by_platform: dict[str, list[str]] = {}
    for world in worlds:
        by_platform.setdefault(world.store.platform, []).extend(world.orders.ids)
    for ids in by_platform.values():
        assert len(set(ids)) == len(ids)


def test_only_jd_delivers_for_cash_and_such_orders_have_no_payment_time(worlds: list[World]) -> None:
    for world in worlds:
        assert world.orders.cod.any() == (world.store.platform == "jd")
        assert (world.orders.paid[world.orders.cod] == NEVER).all()
