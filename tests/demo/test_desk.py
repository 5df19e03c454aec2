"""The desk: answers in time unless planned, complaints tied to insults, somebody always online."""

from __future__ import annotations

from pipeline.demo.chats import NOBODY
from pipeline.demo.clock import DAY, HOUR, NEVER, seconds
from pipeline.demo.generate import World


def test_unplanned_requests_are_answered_within_two_days(worlds: list[World]) -> None:
    now = seconds(worlds[0].plan.exported_at)
    for world in worlds:
        for request in world.requests:
            if not request.planted:
                agreed = request.agreed if request.agreed != NEVER else now
                assert agreed - request.requested < 16 * HOUR
                assert request.refunded == NEVER or request.refunded - request.requested < 10 * DAY


def test_shops_that_export_no_time_of_agreement_refund_within_two_days(worlds: list[World]) -> None:
    for world in worlds:
        if world.store.platform in ("taobao", "tmall"):
            waits = [
                r.refunded - r.requested for r in world.requests if not r.planted and r.refunded != NEVER
            ]
            assert waits and max(waits) < 48 * HOUR


def test_planned_requests_are_slow_in_their_own_way(worlds: list[World]) -> None:
    seen = set()
    for world in worlds:
        for request in world.requests:
            if request.planted:
                seen.add(request.planted)
                answer, refund = request.agreed - request.requested, request.refunded - request.requested
                assert {
                    "slow_answer": answer >= 60 * HOUR,
                    "slow_refund": refund >= 17 * DAY,
                    "never": request.agreed == request.refunded == NEVER,
                }[request.planted]
    assert seen == {"slow_answer", "slow_refund", "never"}


def test_complaints_about_insults_name_the_order_of_the_conversation(worlds: list[World]) -> None:
    found = 0
    for world in worlds:
        insulted = set(world.messages.talk[world.messages.line == "abuse"].tolist())
        for complaint in world.complaints:
            if complaint.concept == "abuse":
                found += 1
                assert complaint.talk in insulted
                assert complaint.order == world.talks.order[complaint.talk] != NOBODY
    assert found


def test_somebody_is_online_from_eight_to_the_end_of_the_day(worlds: list[World]) -> None:
    for world in worlds:
        spans = sorted((s.first, s.last) for s in world.presence if s.status == "online")
        for day in range(world.plan.days):
            reached = seconds(world.plan.start) + day * DAY + 8 * HOUR
            for first, last in spans:
                if first <= reached:
                    reached = max(reached, last)
            assert reached >= seconds(world.plan.start) + (day + 1) * DAY - 1
        assert all(span.first < span.last for span in world.presence)
