"""Boundaries by hand: given rows, expected units a day and expected verdicts, to the second."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.engine.twin_rules import compile_rules, rule
from tests.worlds import World, judge

Rows = dict[str, list[dict[str, Any]]]
CITE = [{"id": "E-JD-001", "supports": ["measure", "params", "scope", "judge"]}]
DAYTIME = {"hours": ["08:00", "23:00"], "hours_apply_to": "question"}
EACH = {"by": "each"}
HALF = [{"when": [{"fact": "ok_share", "lt": "0.5"}], "severity": "general"}]
REPLY = {"unit": "message", "every": "buyer_message", "reply_by": "human", "within_seconds": "180", "unanswered": "fail"}


def version(measure: str, params: dict[str, Any], scope: dict[str, Any] | None = None, judge: dict[str, Any] | None = None, **own: Any) -> dict[str, Any]:
    """A version in force since 2019 unless it says otherwise."""
    return {"from": "2019-01-01", "measure": measure, "params": params, "scope": scope or {}, "judge": judge or EACH, "penalties": {"pick": "all", "of": []}, "evidence": CITE} | own


RULES = {
    "within": [version("reply", REPLY)],
    "daytime": [version("reply", REPLY, DAYTIME)],
    "round_in_day": [version("reply", {**REPLY, "unit": "round", "every": "round_opening", "same_day": "true", "within_seconds": "none"})],
    "round_night_out": [version("reply", {**REPLY, "unit": "round", "every": "round_opening"}, {"excludes": ["cross_midnight"]})],
    "consumer_day": [version("reply", {**REPLY, "unit": "consumer_day"})],
    "conversation": [version("reply", {**REPLY, "unit": "conversation"})],
    "no_robot": [version("reply", {**REPLY, "reply_by": "any", "robot_rounds": "exclude"})],
    "assisted": [version("reply", {**REPLY, "reply_by": "assisted"})],
    "from_transfer": [version("reply", {**REPLY, "clock_start": "transfer"})],
    "session_start": [version("reply", REPLY, {**DAYTIME, "hours_apply_to": "session_start"})],
    "new_version": [version("reply", REPLY), version("reply", {**REPLY, "within_seconds": "60"}, **{"from": "2025-10-01"})],
    "months": [version("reply", REPLY, judge={"by": "share", "window": {"every": "month"}, "bands": HALF})],
    "weeks": [version("reply", REPLY, judge={"by": "share", "window": {"every": "week"}, "bands": HALF})],
    "rolling": [
        version("reply", REPLY, judge={"by": "share", "window": {"days": "3"}, "bands": HALF}),
        version("reply", REPLY, judge={"by": "share", "window": {"days": "3"}, "bands": HALF}, **{"from": "2025-10-01"}),
    ],
    "share_half": [version("reply", REPLY, judge={"by": "share", "window": {"every": "day"}, "bands": HALF})],
    "mean": [version("reply", REPLY, judge={"by": "mean", "window": {"every": "day"}, "bands": [{"when": [{"fact": "mean", "gt": "100"}], "severity": "general"}]})],
    "holiday": [version("reply", REPLY, {"period": "national_day"})],
    "holiday_window": [version("reply", REPLY, judge={"by": "share", "window": {"calendar": "national_day"}, "bands": HALF})],
    "shipped": [version("shipment", {"event": "upload", "limit": "fixed", "limit_hours": "48"}, {"excludes": ["presale"]})],
    "both": [version("shipment", {"event": "upload_and_pickup", "limit": "fixed", "limit_hours": "48"})],
    "by_payment": [version("shipment", {"event": "upload", "limit": "fixed", "limit_hours": "48"}, binds_by="paid_at")],
    "out": [version("out_of_stock", {"event": "upload", "limit": "fixed", "limit_hours": "48", "after_late_hours": "72", "cases": ["late"]})],
    "accepted": [version("complaint", {"duty": "accept", "raised_before": "16:00", "same_day_by": "18:00"})],
    "refunded": [version("refund", {"clock_stop": "refunded", "within_hours": "24"})],
    "online": [version("online", {"count": "hours_any_agent", "min_hours": "8"}, {"hours": ["09:00", "23:00"]})],
    "always": [version("online", {"count": "always_someone"}, {"hours": ["09:00", "18:00"]})],
    "night": [version("contact", {"night_hours": ["23:00", "08:00"]})],
    "answered_review": [version("review_handling", {"stars_at_most": "2", "within_hours": "24"})],
}


@dataclass
class Case:
    """One store and what a rule makes of it: (day, units, ok, why left out) of each day."""

    name: str
    rule: str
    facts: Rows
    days: list[tuple[str, int, int, str | None]]
    verdicts: list[tuple[str, str, str]] = field(default_factory=list)  # window start, end, status


def talk(*said: tuple[str, str] | tuple[str, str, dict[str, Any]]) -> Rows:
    """A conversation: role and time of each message."""
    rows, turn, before = [], 0, ""
    for number, (role, at, *more) in enumerate(said, 1):
        turn += role == "buyer" and before != "buyer"
        before = role if role != "system" else before
        rows.append({"role": role, "sent_at": datetime.fromisoformat(at), "seq": number, "round": turn, "agent_id": "a" if role == "agent" else None} | (more[0] if more else {}))
    return {"messages": rows}


def order(paid: str, **own: Any) -> Rows:
    """A paid order, exported ten days later."""
    at = datetime.fromisoformat(paid)
    row = {"created_at": at, "paid_at": at, "status": "to_ship", "exported_at": at + timedelta(days=10), "paid_cny": Decimal(100)}
    times = {name: datetime.fromisoformat(value) if name.endswith("_at") and value else value for name, value in own.items()}
    return {"orders": [row | times]}


def review(at: str, replied: str | None, exported: str) -> Rows:
    """A bad review."""
    return {"reviews": [{"reviewed_at": datetime.fromisoformat(at), "stars": 2, "replied_at": replied and datetime.fromisoformat(replied), "exported_at": datetime.fromisoformat(exported)}]}


def complaint(raised: str, accepted: str | None) -> Rows:
    """A complaint, seen ten days later."""
    at = datetime.fromisoformat(raised)
    return {"complaints": [{"raised_at": at, "accepted_at": accepted and datetime.fromisoformat(accepted), "exported_at": at + timedelta(days=10)}]}


def refund(requested: str, refunded: str | None, exported: str, **own: Any) -> Rows:
    """A request before the goods were sent."""
    moments = {"requested_at": requested, "refunded_at": refunded, "exported_at": exported}
    row = {name: value and datetime.fromisoformat(value) for name, value in moments.items()}
    return {"aftersales": [row | {"kind": "refund_only", "stage": "not_shipped", "status": "refunded" if refunded else "open"} | own]}


def spans(*given: tuple[str, str, str]) -> Rows:
    """Spans of status."""
    return {"agent_status": [{"agent_id": f"a{n}", "status": status, "started_at": datetime.fromisoformat(start), "ended_at": datetime.fromisoformat(stop)} for n, (status, start, stop) in enumerate(given)]}


DAY = "2025-09-20"
CASES = [
    Case("exactly 180.000 s is in time", "within", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:03:00")), [(DAY, 1, 1, None)]),
    Case("180.001 s is late", "within", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:03:00.001")), [(DAY, 1, 0, None)]),
    Case("179.999 s is in time", "within", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:02:59.999")), [(DAY, 1, 1, None)]),
    Case("never answered fails", "within", talk(("buyer", f"{DAY} 10:00:00")), [(DAY, 1, 0, None)]),
    Case("an answer at the same second counts", "within", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:00:00")), [(DAY, 1, 1, None)]),
    Case("07:59:59 is before the hours", "daytime", talk(("buyer", f"{DAY} 07:59:59"), ("agent", f"{DAY} 08:00:00")), []),
    Case("08:00:00 is in the hours", "daytime", talk(("buyer", f"{DAY} 08:00:00"), ("agent", f"{DAY} 08:00:09")), [(DAY, 1, 1, None)]),
    Case("22:59:59 is in the hours, though answered after", "daytime", talk(("buyer", f"{DAY} 22:59:59"), ("agent", f"{DAY} 23:02:59")), [(DAY, 1, 1, None)]),
    Case("23:00:00 is past the hours", "daytime", talk(("buyer", f"{DAY} 23:00:00"), ("agent", f"{DAY} 23:00:01")), []),
    Case("answered one second before midnight", "round_in_day", talk(("buyer", f"{DAY} 23:50:00"), ("agent", f"{DAY} 23:59:59")), [(DAY, 1, 1, None)]),
    Case("answered at midnight is the next day", "round_in_day", talk(("buyer", f"{DAY} 23:50:00"), ("agent", "2025-09-21 00:00:00")), [(DAY, 1, 0, None)]),
    Case("a round over midnight is left out where the rule says so", "round_night_out", talk(("buyer", f"{DAY} 23:59:59"), ("agent", "2025-09-21 00:00:00")), [(DAY, 1, 0, "cross_midnight")]),
    Case("a consumer's two days are two units", "consumer_day", talk(("buyer", f"{DAY} 23:59:59"), ("buyer", "2025-09-21 00:00:00"), ("agent", "2025-09-21 00:01:00")), [(DAY, 1, 1, None), ("2025-09-21", 1, 1, None)]),
    Case("a conversation over midnight is one unit of its first day", "conversation", talk(("buyer", f"{DAY} 23:59:59"), ("buyer", "2025-09-21 00:00:00"), ("agent", "2025-09-21 00:01:00")), [(DAY, 1, 1, None)]),
    Case("the worst wait decides a conversation", "conversation", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:01:00"), ("buyer", f"{DAY} 10:10:00"), ("agent", f"{DAY} 10:13:01")), [(DAY, 1, 0, None)]),
    Case("a robot alone is left out", "no_robot", talk(("buyer", f"{DAY} 10:00:00"), ("robot", f"{DAY} 10:00:01")), [(DAY, 1, 0, "robot_only")]),
    Case("a robot, then a person: the robot's answer counts", "no_robot", talk(("buyer", f"{DAY} 10:00:00"), ("robot", f"{DAY} 10:00:01"), ("agent", f"{DAY} 10:30:00")), [(DAY, 1, 1, None)]),
    Case("a plain robot is no assistant", "assisted", talk(("buyer", f"{DAY} 10:00:00"), ("robot", f"{DAY} 10:00:01")), [(DAY, 1, 0, None)]),
    Case("an assist robot answers", "assisted", talk(("buyer", f"{DAY} 10:00:00"), ("robot", f"{DAY} 10:00:01", {"assisted": True})), [(DAY, 1, 1, None)]),
    Case("the clock starts at the transfer", "from_transfer", talk(("buyer", f"{DAY} 10:00:00"), ("robot", f"{DAY} 10:00:01"), ("system", f"{DAY} 10:20:00", {"text": "已为您转人工"}), ("agent", f"{DAY} 10:23:00")), [(DAY, 1, 1, None)]),
    Case("an earlier transfer starts no clock", "from_transfer", talk(("system", f"{DAY} 09:00:00", {"text": "已为您转人工"}), ("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:03:01")), [(DAY, 1, 0, None)]),
    Case("a session begun at 07:59:59 is out, whatever follows", "session_start", talk(("buyer", f"{DAY} 07:59:59"), ("agent", f"{DAY} 08:00:00"), ("buyer", f"{DAY} 09:00:00"), ("agent", f"{DAY} 09:00:01")), []),
    Case("the last second of the old version", "new_version", talk(("buyer", "2025-09-30 23:59:59"), ("agent", "2025-10-01 00:02:00")), [("2025-09-30", 1, 1, None)]),
    Case("the first second of the new version", "new_version", talk(("buyer", "2025-10-01 00:00:00"), ("agent", "2025-10-01 00:02:00")), [("2025-10-01", 1, 0, None)]),
    Case("months end at midnight", "months", talk(("buyer", "2025-09-30 23:59:59"), ("agent", "2025-10-01 00:00:00"), ("buyer", "2025-10-01 00:00:01")), [("2025-09-30", 1, 1, None), ("2025-10-01", 1, 0, None)], [("2025-09-01", "2025-10-01", "ok"), ("2025-10-01", "2025-11-01", "breach")]),
    Case("weeks begin on Monday", "weeks", talk(("buyer", "2025-09-21 23:59:59"), ("agent", "2025-09-22 00:00:00"), ("buyer", "2025-09-22 00:00:01")), [("2025-09-21", 1, 1, None), ("2025-09-22", 1, 0, None)], [("2025-09-15", "2025-09-22", "ok"), ("2025-09-22", "2025-09-29", "breach")]),
    Case(
        "a rolling window is cut where its version begins", "rolling", talk(("buyer", "2025-09-30 10:00:00"), ("agent", "2025-09-30 11:00:00"), ("buyer", "2025-10-01 10:00:00"), ("agent", "2025-10-01 10:01:00")),
        [("2025-09-30", 1, 0, None), ("2025-10-01", 1, 1, None)],
        [("2025-09-28", "2025-10-01", "breach"), ("2025-10-01", "2025-10-02", "ok"), ("2025-10-01", "2025-10-03", "ok"), ("2025-10-01", "2025-10-04", "ok")],
    ),
    Case("exactly half keeps “not below half”", "share_half", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:01:00"), ("buyer", f"{DAY} 11:00:00")), [(DAY, 2, 1, None)], [(DAY, "2025-09-21", "ok")]),
    Case("a mean is of the waits there are: one never answered is no zero", "mean", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:02:30"), ("buyer", f"{DAY} 11:00:00")), [(DAY, 2, 1, None)], [(DAY, "2025-09-21", "breach")]),
    Case("exactly the mean keeps “not above”", "mean", talk(("buyer", f"{DAY} 10:00:00"), ("agent", f"{DAY} 10:01:40"), ("buyer", f"{DAY} 11:00:00")), [(DAY, 2, 1, None)], [(DAY, "2025-09-21", "ok")]),
    Case("the day before the holiday", "holiday", talk(("buyer", "2025-09-30 23:59:59")), [("2025-09-30", 1, 0, None)], [("2025-09-01", "2025-10-01", None)]),  # type: ignore[list-item]
    Case("the first second of the holiday", "holiday", talk(("buyer", "2025-10-01 00:00:00")), [("2025-10-01", 1, 0, None)], [("2025-10-01", "2025-11-01", "breach")]),
    Case("the last second of the holiday", "holiday", talk(("buyer", "2025-10-08 23:59:59")), [("2025-10-08", 1, 0, None)], [("2025-10-01", "2025-11-01", "breach")]),
    Case("the day after the holiday", "holiday", talk(("buyer", "2025-10-09 00:00:00")), [("2025-10-09", 1, 0, None)], [("2025-10-01", "2025-11-01", "not_applicable")]),
    Case("a holiday is one window, data begin within it or not", "holiday_window", talk(("buyer", "2025-10-05 10:00:00")), [("2025-10-05", 1, 0, None)], [("2025-10-01", "2025-10-09", "breach")]),
    Case("shipped at the last second", "shipped", order(f"{DAY} 10:00:00", shipped_at="2025-09-22 10:00:00", status="shipped"), [("2025-09-22", 1, 1, None)]),
    Case("shipped a second late", "shipped", order(f"{DAY} 10:00:00", shipped_at="2025-09-22 10:00:01", status="shipped"), [("2025-09-22", 1, 0, None)]),
    Case("not shipped, seen at the limit: not due yet", "shipped", order(f"{DAY} 10:00:00", exported_at="2025-09-22 10:00:00"), [("2025-09-22", 1, 0, "not_due_yet")]),
    Case("not shipped, seen a second later: late", "shipped", order(f"{DAY} 10:00:00", exported_at="2025-09-22 10:00:01"), [("2025-09-22", 1, 0, None)]),
    Case("cancelled at the limit is left out", "shipped", order(f"{DAY} 10:00:00", closed_at="2025-09-22 10:00:00", status="closed"), [("2025-09-22", 1, 0, "closed_before_limit")]),
    Case("cancelled a second after it is late", "shipped", order(f"{DAY} 10:00:00", closed_at="2025-09-22 10:00:01", status="closed"), [("2025-09-22", 1, 0, None)]),
    Case("shipped, but nobody says when", "shipped", order(f"{DAY} 10:00:00", status="shipped"), [("2025-09-22", 1, 0, "missing:orders.shipped_at")]),
    Case("pre-sale is left out", "shipped", order(f"{DAY} 10:00:00", is_presale=True), [("2025-09-22", 1, 0, "presale")]),
    Case("whether pre-sale is not known: judged", "shipped", order(f"{DAY} 10:00:00"), [("2025-09-22", 1, 0, None)]),
    Case("never paid is no unit", "shipped", {"orders": [{"created_at": datetime(2025, 9, 20, 10), "status": "unpaid", "exported_at": datetime(2025, 9, 30)}]}, []),
    Case("uploaded and never picked up is not sent", "both", order(f"{DAY} 10:00:00", shipped_at="2025-09-21 10:00:00", status="to_ship"), [("2025-09-22", 1, 0, None)]),
    Case("the later of upload and pickup counts", "both", order(f"{DAY} 10:00:00", shipped_at="2025-09-21 10:00:00", picked_up_at="2025-09-22 10:00:01", status="shipped"), [("2025-09-22", 1, 0, None)]),
    Case("bound by the day of payment", "by_payment", order("2025-09-30 23:59:59", shipped_at="2025-10-09 00:00:00", status="shipped"), [("2025-09-30", 1, 0, None)]),
    Case("out of stock from 120 hours after payment", "out", order(f"{DAY} 10:00:00", shipped_at="2025-09-25 10:00:00", status="shipped"), [("2025-09-25", 1, 1, None)]),
    Case("and a second", "out", order(f"{DAY} 10:00:00", shipped_at="2025-09-25 10:00:01", status="shipped"), [("2025-09-25", 1, 0, None)]),
    Case("raised at 15:59:59, accepted at 18:00:00", "accepted", complaint(f"{DAY} 15:59:59", f"{DAY} 18:00:00"), [(DAY, 1, 1, None)]),
    Case("accepted a second after 18:00", "accepted", complaint(f"{DAY} 15:59:59", f"{DAY} 18:00:01"), [(DAY, 1, 0, None)]),
    Case("raised at 16:00:00 is for the next day", "accepted", complaint(f"{DAY} 16:00:00", None), [(DAY, 1, 0, "raised_later")]),
    Case("refunded in exactly 24 hours", "refunded", refund(f"{DAY} 10:00:00", "2025-09-21 10:00:00", "2025-09-30 00:00:00"), [("2025-09-21", 1, 1, None)]),
    Case("refunded in 24 hours and a second", "refunded", refund(f"{DAY} 10:00:00", "2025-09-21 10:00:01", "2025-09-30 00:00:00"), [("2025-09-21", 1, 0, None)]),
    Case("agreed to is not refunded", "refunded", refund(f"{DAY} 10:00:00", None, "2025-09-30 00:00:00", status="agreed"), [("2025-09-21", 1, 0, None)]),
    Case("exactly 8 hours, two agents overlapping", "online", spans(("online", f"{DAY} 09:00:00", f"{DAY} 14:00:00"), ("busy", f"{DAY} 12:00:00", f"{DAY} 17:00:00")), [(DAY, 1, 1, None)]),
    Case("a second short of 8 hours", "online", spans(("online", f"{DAY} 09:00:01", f"{DAY} 17:00:00")), [(DAY, 1, 0, None)]),
    Case("hours outside the hours do not count", "online", spans(("online", f"{DAY} 08:00:00", f"{DAY} 16:59:59")), [(DAY, 1, 0, None)]),
    Case("rest is not online", "online", spans(("rest", f"{DAY} 09:00:00", f"{DAY} 22:00:00")), [(DAY, 1, 0, None)]),
    Case("a day that only a watch from the day before covers is judged", "online", spans(("online", f"{DAY} 22:00:00", "2025-09-21 10:00:00")), [(DAY, 1, 0, None), ("2025-09-21", 1, 0, None)]),
    Case("a watch that ends at midnight does not touch the next day", "online", spans(("online", f"{DAY} 10:00:00", "2025-09-21 00:00:00")), [(DAY, 1, 1, None)]),
    Case("always someone, handed over to the second", "always", spans(("online", f"{DAY} 09:00:00", f"{DAY} 12:00:00"), ("online", f"{DAY} 12:00:00", f"{DAY} 18:00:00")), [(DAY, 1, 1, None)]),
    Case("a gap of ten seconds", "always", spans(("online", f"{DAY} 09:00:00", f"{DAY} 12:00:00"), ("online", f"{DAY} 12:00:10", f"{DAY} 18:00:00")), [(DAY, 1, 0, None)]),
    Case("unasked at 22:59:59", "night", talk(("agent", f"{DAY} 22:59:59")), [(DAY, 1, 1, None)]),
    Case("unasked at 23:00:00", "night", talk(("agent", f"{DAY} 23:00:00")), [(DAY, 1, 0, None)]),
    Case("unasked at 07:59:59", "night", talk(("agent", f"{DAY} 07:59:59")), [(DAY, 1, 0, None)]),
    Case("unasked at 08:00:00", "night", talk(("agent", f"{DAY} 08:00:00")), [(DAY, 1, 1, None)]),
    Case("asked for in the night", "night", talk(("buyer", f"{DAY} 23:30:00"), ("agent", f"{DAY} 23:31:00")), [(DAY, 1, 1, None)]),
    Case("a review answered in exactly 24 hours", "answered_review", review(f"{DAY} 10:00:00", "2025-09-21 10:00:00", "2025-09-30 00:00:00"), [("2025-09-21", 1, 1, None)]),
    Case("not answered, seen at the limit", "answered_review", review(f"{DAY} 10:00:00", None, "2025-09-21 10:00:00"), [("2025-09-21", 1, 0, "not_due_yet")]),
]
IDS = {"orders": "order_id", "messages": "message_id", "complaints": "complaint_id", "aftersales": "aftersale_id", "reviews": "review_id"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[str, str]]:
    """Every case a store of its own, judged at once; with the combos of each rule."""
    root = tmp_path_factory.mktemp("boundaries")
    rules = compile_rules(root / "packs", [rule(f"jd.{name}", versions) for name, versions in RULES.items()])
    combos = {row["version_id"]: row["combo"] for row in rules["rule_versions"].to_pylist()}
    facts: Rows = {"stores": []}
    for number, case in enumerate(CASES):
        facts["stores"].append({"store_id": f"jd/c{number}"})
        for table, rows in case.facts.items():
            for place, row in enumerate(rows):
                own = {"store_id": f"jd/c{number}", **({IDS[table]: f"{number}-{place}"} if table in IDS else {}), **({"conversation_id": f"c{number}"} if table == "messages" else {})}
                facts.setdefault(table, []).append(own | {name: value for name, value in row.items() if value is not None})
    return judge(root, facts, rules, one_month=True), combos


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_boundary(world: tuple[World, dict[str, str]], number: int) -> None:
    judged, combos = world
    case, store = CASES[number], f"jd/c{number}"
    verdicts = judged.mart("verdicts").filter((pl.col("store_id") == store) & (pl.col("rule_id") == f"jd.{case.rule}"))
    units = pl.read_parquet(sorted((judged.places.state / "unit_daily").rglob("*.parquet"))).filter(pl.col("store_id") == store)
    got = []
    for version_id, combo in combos.items():
        if version_id.startswith(f"jd:jd.{case.rule}#"):
            first = date(2025, 10, 1) if version_id.endswith("#2") else date.min
            last = date(2025, 10, 1) if version_id.endswith("#1") and len(RULES[case.rule]) > 1 else date.max
            rows = units.filter((pl.col("combo") == combo) & (pl.col("day") >= first) & (pl.col("day") < last))
            got += [(str(row["day"]), row["units"], row["ok_units"], row["excluded_because"]) for row in rows.iter_rows(named=True)]
    assert sorted(set(got), key=str) == sorted(case.days, key=str)
    seen = {(str(row["window_start"]), str(row["window_end"])): row["status"] for row in verdicts.iter_rows(named=True)}
    for start, end, status in case.verdicts:
        assert seen.get((start, end)) == status, seen


def test_there_are_cases_of_every_rule() -> None:
    assert {case.rule for case in CASES} == set(RULES)
