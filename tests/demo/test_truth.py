"""The judge on a shop of a few hand-written facts: given facts, expected breaches."""

from __future__ import annotations

import ast
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

import pipeline.demo
from pipeline.demo.clock import seconds
from pipeline.demo.plan import make_plan
from pipeline.demo.truth.breach import CONFIRMED, CONTINGENT, Breach, Effect
from pipeline.demo.truth.judge import holds
from pipeline.demo.truth.known import Ask, Known, Line, Parcel, Request, Talk
from pipeline.demo.truth.ledgers import cap_points, crossings, heavier_node_of_a_day
from pipeline.demo.truth.parcels import late_parcels, slow_refunds
from pipeline.demo.truth.replies import failing_windows, months, slow_answers, unserved
from pipeline.demo.truth.words import absolute_titles, bad_words

HOUR, DAY = 3_600, 86_400
NOON = seconds(dt.datetime(2025, 9, 10, 12))
EMPTY = Known(
    store_id="jd/jd-1",
    platform="jd",
    first_day=NOON // DAY - 12,
    last_day=NOON // DAY + 32,
    made_at=NOON + 32 * DAY,
    ships_known=True,
    picks_known=True,
    parcels=[],
    late_complaints=frozenset(),
    requests=[],
    talks=[],
    lines=[],
    absolute_titles=(),
    listed_at=NOON,
)
PARCEL = Parcel(
    "1", NOON - 60, NOON, False, None, NOON + HOUR, NOON + 2 * HOUR, False, False, True, 10_000, ""
)


def _late(parcel: Parcel, complaints: frozenset[str] = frozenset()) -> dict[str, Breach]:
    found = late_parcels(replace(EMPTY, parcels=[parcel], late_complaints=complaints))
    return {breach.rule_id.partition(".")[0]: breach for breach in found}


def test_on_time_is_no_breach() -> None:
    assert _late(PARCEL) == {}


def test_exactly_48_hours_is_on_time_and_a_second_more_is_late() -> None:
    on_edge = replace(PARCEL, shipped=NOON + 48 * HOUR, picked=NOON + 48 * HOUR)
    assert _late(on_edge) == {}
    past = replace(on_edge, shipped=NOON + 48 * HOUR + 1, picked=NOON + 48 * HOUR + 1)
    assert set(_late(past)) == {"douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou"}
    assert _late(past)["jd"].occurred == NOON + 48 * HOUR


def test_late_pickup_binds_only_those_who_count_the_pickup() -> None:
    assert set(_late(replace(PARCEL, picked=NOON + 60 * HOUR))) == {"tmall", "jd", "pinduoduo"}


def test_what_no_export_tells_is_no_breach() -> None:
    assert _late(replace(PARCEL, shipped=None, picked=None)) == {}
    assert set(_late(replace(PARCEL, shipped=NOON + 60 * HOUR, picked=None))) == {
        "douyin",
        "taobao",
        "kuaishou",
    }
    waiting = replace(PARCEL, shipped=None, picked=None, waiting=True)
    assert len(_late(waiting)) == 6
    assert _late(replace(waiting, closed=True)) == {}


def test_jd_leaves_cash_on_delivery_out() -> None:
    parcel = replace(PARCEL, paid=None, cod=True, shipped=NOON + 60 * HOUR, picked=NOON + 60 * HOUR)
    assert set(_late(parcel)) == {"douyin", "taobao", "tmall", "pinduoduo", "kuaishou"}


def test_a_promise_goes_before_the_hours_but_not_at_jd() -> None:
    parcel = replace(PARCEL, promised=NOON + 72 * HOUR, shipped=NOON + 60 * HOUR, picked=NOON + 60 * HOUR)
    assert set(_late(parcel)) == {"jd"}


def test_suning_judges_orders_paid_in_the_national_day_week() -> None:
    paid = seconds(dt.datetime(2025, 10, 8, 23, 59, 59))
    parcel = replace(PARCEL, paid=paid, shipped=paid + 73 * HOUR, picked=paid + 74 * HOUR)
    assert _late(parcel)["suning"].track == "training"
    assert "suning" not in _late(replace(parcel, paid=paid + 1, shipped=paid + 90 * HOUR))


@pytest.mark.parametrize(
    ("paid_fen", "expected"),
    [
        (300, {"douyin": None, "taobao": 500, "jd": 500, "kuaishou": 500}),
        (301, {"douyin": 300, "taobao": 500, "jd": 500, "kuaishou": 500}),
        (29_999, {"douyin": 300, "taobao": 1_500, "jd": 1_500, "kuaishou": 3_000}),
        (30_000, {"douyin": 300, "taobao": 1_500, "jd": 1_500, "kuaishou": 3_000}),
        (88_810, {"douyin": 888, "taobao": 3_000, "jd": 4_441, "kuaishou": 8_881}),
        (450_000, {"douyin": 3_000, "taobao": 3_000, "jd": 5_000, "kuaishou": 45_000}),
    ],
)
def test_money_of_a_late_order(paid_fen: int, expected: dict[str, int | None]) -> None:
    late = _late(replace(PARCEL, paid_fen=paid_fen, shipped=NOON + 60 * HOUR, picked=NOON + 60 * HOUR))
    for pack, fen in expected.items():
        row = late[pack].row()
        assert (row["money_low_cny"], row["money_high_cny"], row["certainty"]) == (fen, fen, CONFIRMED)
    assert late["pinduoduo"].row()["money_high_cny"] is None


def test_tmall_pays_on_complaint_and_a_possible_presale_has_no_known_high() -> None:
    parcel = replace(PARCEL, shipped=NOON + 60 * HOUR, picked=NOON + 60 * HOUR)
    for complaints, sure in ((frozenset(), CONTINGENT), (frozenset({"1"}), CONFIRMED)):
        row = _late(parcel, complaints)["tmall"].row()
        assert (row["money_low_cny"], row["money_high_cny"], row["certainty"]) == (3_000, 3_000, sure)
    row = _late(replace(parcel, presale_known=False), frozenset({"1"}))["tmall"].row()
    assert (row["money_low_cny"], row["money_high_cny"], row["certainty"]) == (3_000, None, CONTINGENT)


def test_out_of_stock_takes_the_least_of_a_late_order_away_unless_it_is_no_dearer() -> None:
    def low(paid_fen: int, hours: int) -> dict[str, object]:
        picked = NOON + hours * HOUR
        late = _late(replace(PARCEL, paid_fen=paid_fen, shipped=picked, picked=picked))
        assert late["jd"].row()["money_low_cny"] == late["jd"].effects[0].high  # its own price stays
        return {pack: late[pack].counted[0].low for pack in ("jd", "taobao")}

    assert low(30_000, 96) == {"jd": 1_500, "taobao": 1_500}
    assert low(30_000, 97) == {"jd": 0, "taobao": 1_500}
    assert low(30_000, 121) == {"jd": 0, "taobao": 0}
    assert low(1_000, 121) == {"jd": 500, "taobao": 500}
    waiting = _late(replace(PARCEL, shipped=None, picked=None, waiting=True))
    assert waiting["jd"].counted[0].low == 0


def _refunds(request: Request) -> set[str]:
    return {breach.rule_id for breach in slow_refunds(replace(EMPTY, requests=[request]))}


def test_refunds() -> None:
    day = NOON - 20 * DAY
    request = Request("1", "refund_only", "received", day, day + HOUR, day + 2 * HOUR, True, True, "")
    assert _refunds(request) == set()
    assert _refunds(replace(request, handled=day + 48 * HOUR + 1)) == {
        "kuaishou.refund_time",
        "tmall.refund_time",
    }
    assert _refunds(replace(request, handled=day + 49 * HOUR, stage="returned")) == {"tmall.refund_time"}
    assert _refunds(replace(request, refunded=day + 15 * DAY)) == set()
    assert _refunds(replace(request, refunded=day + 15 * DAY + 1)) == {"law.refund_time"}
    assert _refunds(replace(request, refunded=None)) == {"law.refund_time"}
    assert _refunds(replace(request, refunded=None, refund_told=False)) == set()


def _talk(*waits: int | None, at: int = NOON, buyer: int = 1, by_robot: bool = False) -> Talk:
    served = any(wait is not None for wait in waits)
    talk = Talk("c", buyer, None, None, True, "", served=served, by_robot=by_robot)
    talk.asks = [
        Ask(at + place * 600, True, wait, 1 if by_robot else wait) for place, wait in enumerate(waits)
    ]
    return talk


def test_unserved_needs_an_assigned_agent_and_service_hours() -> None:
    early = NOON - 4 * HOUR - 1
    talks = [_talk(None), replace(_talk(None), assigned=False), _talk(None, at=early), _talk(5)]
    assert len(list(unserved(replace(EMPTY, talks=talks)))) == 1
    assert len(list(unserved(replace(EMPTY, talks=[_talk(None, at=early + 1)])))) == 1


def test_general_standard_counts_the_robot_and_both_limits() -> None:
    def found(*waits: int | None, by_robot: bool = False) -> list[str]:
        talks = [_talk(*waits, by_robot=by_robot)]
        return [breach.rule_id.partition(".")[2] for breach in slow_answers(replace(EMPTY, talks=talks))]

    assert found(30, 60) == []
    assert found(31, 61) == ["first_response", "next_response"]
    assert found(None) == ["first_response", "next_response"]
    assert found(None, by_robot=True) == []


def _windows(talks: list[Talk]) -> list[Breach]:
    return list(failing_windows(replace(EMPTY, talks=talks)))


def test_pinduoduo_fails_a_day_below_half_of_its_consumers() -> None:
    def days(*waits: tuple[int | None, ...]) -> int:
        talks = [_talk(*wait, buyer=buyer) for buyer, wait in enumerate(waits)]
        return sum(breach.rule_id == "pinduoduo.reply_rate" for breach in _windows(talks))

    assert days((5, 5), (5, 181)) == 0  # exactly half
    assert days((5, 181), (181,), (5,)) == 1
    assert days((None,), (5,), (180,)) == 0


def test_pinduoduo_leaves_out_whom_only_the_robot_served() -> None:
    talks = [_talk(None, by_robot=True, buyer=2), _talk(None, by_robot=True, buyer=3), _talk(5)]
    assert not [b for b in _windows(talks) if b.rule_id == "pinduoduo.reply_rate"]


def test_jd_mean_is_of_conversations_that_began_from_9_to_23() -> None:
    slow, night = _talk(79, 1), _talk(500, at=NOON + 11 * HOUR)
    assert {b.rule_id for b in _windows([slow, night])} >= {"jd.average_response"}
    assert not [b for b in _windows([_talk(78, 1), night]) if b.rule_id == "jd.average_response"]


def test_months_are_whole_only_inside_the_data() -> None:
    assert [moment - months(EMPTY)[0][0] for moment, _ in months(EMPTY)] == [0, 31, 61]
    talks = [_talk(None, at=NOON + shift * DAY) for shift in (-12, 0, 30)]
    found = {b.row()["day"]: b.certainty for b in _windows(talks) if b.rule_id == "suning.reply_rate"}
    assert list(found.values()) == [CONTINGENT, CONFIRMED, CONTINGENT]


def test_taobao_needs_a_hundred_rounds_and_counts_from_the_new_page_on() -> None:
    def found(rounds: int, bad: int, first: int) -> list[Breach]:
        talks = [_talk(200 if n < bad else 5, at=NOON + first * DAY + n, buyer=n) for n in range(rounds)]
        return [b for b in _windows(talks) if b.rule_id == "taobao.reply_rate"]

    assert found(99, 99, 0) == []
    assert found(100, 30, 0) == []  # 70 per cent is enough before 2025-10-05
    assert len(found(100, 31, 0)) == 25  # every day on which the 30 days hold them, up to the day before
    assert len(found(100, 25, 26)) == 7  # 75 per cent on 2025-10-06 is not, from then to the last day
    assert {b.certainty for b in found(100, 31, 0)} == {CONFIRMED, CONTINGENT}


def _said(what: str, count: int, complained: bool = False, at: int = NOON) -> dict[str, list[Breach]]:
    talk = _talk(5)
    lines = [Line(what, at + n, talk, str(n), None, complained) for n in range(count)]
    found: dict[str, list[Breach]] = {}
    for breach in bad_words(replace(EMPTY, lines=lines)):
        found.setdefault(breach.rule_id, []).append(breach)
    return found


def test_insults() -> None:
    quiet, loud = _said("abuse", 4), _said("abuse", 4, complained=True)
    assert [b.certainty for b in quiet["taobao.abuse"]] == [CONTINGENT] * 4
    row = loud["taobao.abuse"][0].row()
    assert (row["certainty"], row["money_low_cny"], row["points_class"], row["points_low"]) == (
        CONFIRMED,
        30_000,
        "general",
        2,
    )
    assert loud["douyin.abuse"][0].row()["money_high_cny"] == 10_000
    points = [[e.high for e in b.effects if e.kind == "points"] for b in quiet["douyin.abuse"]]
    assert points == [[4, 12], [0.5, 12], [0.5, 12], [0.5, 12]]
    twelve = [[e.certainty for e in b.effects if e.kind == "points"] for b in quiet["tmall.abuse"]]
    assert twelve == [[], [], [CONTINGENT], [CONFIRMED]]
    assert quiet["pinduoduo.abuse"][0].row()["sanction_days_high"] == 3


def test_luring_costs_more_since_29_september() -> None:
    change = seconds(dt.datetime(2025, 9, 29))
    before, after = (_said("lure", 1, at=at)["douyin.off_platform_trade"][0] for at in (change - 1, change))
    assert (before.row()["money_low_cny"], before.row()["money_high_cny"]) == (20_000, 50_000)
    assert (after.row()["money_low_cny"], after.row()["money_high_cny"]) == (500_000, 1_000_000)


def test_weekly_cap_cuts_in_the_order_of_time() -> None:
    found = list(unserved(replace(EMPTY, talks=[_talk(None, at=NOON + n * 60) for n in range(6)])))
    found += list(unserved(replace(EMPTY, talks=[_talk(None, at=NOON + 7 * DAY)])))
    cap_points(found)
    assert {effect.high for b in found for effect in b.effects if effect.code == "A"} == {2}
    assert [effect.high for b in found for effect in b.counted if effect.code == "A"] == [2, 2, 2, 2, 0, 0, 2]


def _award(points: float, sure: str, at: int, code: str = "B") -> Breach:
    return Breach(
        "douyin/douyin-1",
        "douyin",
        "douyin.no_service",
        at,
        "",
        effects=[Effect(sure, "points", code, points, points)],
    )


def test_ladder_takes_the_highest_node_and_counts_proven_ones_once() -> None:
    given = [_award(4, CONFIRMED, 1), _award(8, CONTINGENT, 2), _award(4, CONTINGENT, 3)]
    assert [(b.kind, b.certainty) for b in crossings(given)] == [
        ("node_4", CONFIRMED),
        ("node_12", CONTINGENT),
    ]
    steps = [
        (b.kind, b.row()["money_high_cny"])
        for b in crossings([_award(13, CONFIRMED, 1, "A"), _award(11, CONFIRMED, 2, "A")])
    ]
    assert steps == [("node_12", 200_000), ("node_24", 200_000)]


def test_of_two_ladders_on_a_day_the_stricter_is_summed() -> None:
    given = [_award(12, CONFIRMED, 1, "A"), _award(8, CONFIRMED, 2), _award(12, CONFIRMED, 3 * DAY, "A")]
    nodes = list(crossings(given))
    heavier_node_of_a_day(nodes)
    summed = {(b.rule_id, b.kind): [e.high for e in b.counted if e.kind == "money"] for b in nodes}
    assert summed == {
        ("douyin.ladder_a", "node_12"): [0],
        ("douyin.ladder_a", "node_24"): [200_000],
        ("douyin.ladder_b", "node_8"): [500_000],
    }


def test_nodes_reached_by_words_say_so_and_a_new_year_begins_anew() -> None:
    talker = replace(_award(4, CONFIRMED, 1), needs_text=True)
    assert [b.needs_text for b in crossings([talker])] == [True]
    new_year = seconds(dt.datetime(2026, 1, 1))
    given = [_award(4, CONFIRMED, new_year - 1), _award(4, CONFIRMED, new_year)]
    assert [b.kind for b in crossings(given)] == ["node_4"]


def test_absolute_titles_may_go_unpunished_or_cost_a_million() -> None:
    row = next(iter(absolute_titles(replace(EMPTY, absolute_titles=("610001",))))).row()
    assert (row["home"], row["money_low_cny"], row["money_high_cny"]) == (True, 0, 100_000_000)


def test_truth_is_told_only_of_days_whose_rules_were_copied() -> None:
    assert holds(make_plan(1, 45, 1, 1, dt.date(2025, 10, 12)))
    assert not holds(make_plan(1, 365, 1, 1, dt.date(2025, 10, 12)))
    assert not holds(make_plan(1, 5, 1, 1, dt.date(2025, 12, 2)))


def test_home_is_the_own_platform_and_the_law() -> None:
    home = {
        pack: Breach("jd/jd-1", pack, f"{pack}.x", 0, "").home for pack in ("jd", "law", "tmall", "baseline")
    }
    assert home == {"jd": True, "law": True, "tmall": False, "baseline": False}


def test_the_generator_shares_no_code_with_the_evaluator() -> None:
    strangers = {"rules", "engine", "ingest", "text", "quality", "publish", "tables"}
    for path in Path(pipeline.demo.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [n for n in names if n.startswith("pipeline.") and n.split(".")[1] in strangers], path
