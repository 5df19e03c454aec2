"""What the tables hold, column by column, for the small packs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import tables
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs
from tests.rules.small_packs import spoil, write_packs

RULES = "jd/rules/all.yaml"


def _tables(folder: Path, **texts: str) -> dict[str, pa.Table]:
    return compile_packs(load_packs(write_packs(folder, **texts), strict=False))


@pytest.fixture()
def compiled(tmp_path: Path) -> dict[str, pa.Table]:
    return _tables(tmp_path)


def _rows(table: pa.Table, **where: Any) -> list[dict[str, Any]]:
    return [row for row in table.to_pylist() if all(row[key] == value for key, value in where.items())]


def _one(table: pa.Table, **where: Any) -> dict[str, Any]:
    rows = _rows(table, **where)
    assert len(rows) == 1, rows
    return rows[0]


def test_every_table_has_its_schema(compiled: dict[str, pa.Table]) -> None:
    for table in tables.RULES:
        assert compiled[table.name].schema.equals(table.arrow_schema())
        for column in table.columns:
            if column.required:
                assert compiled[table.name].column(column.name).null_count == 0, (table.name, column.name)
    assert {"combos_reply", "shapes_reply", "combos_shipment", "shapes_phrase"} <= set(compiled)
    assert not {"combos_ledger", "combos_recurrence"} & set(compiled)


def test_a_version(compiled: dict[str, pa.Table]) -> None:
    row = _one(compiled["rule_versions"], version_id="jd:jd.reply_rate#2")
    assert (row["from_date"], row["first_seen"]) == (None, date(2021, 6, 1))
    assert (row["judge_by"], row["window_kind"], row["unit_of_count"]) == ("share", "day", "consumer_day")
    assert row["evidence_ids"] == ["E-JD-001"] and row["grade"] == "secondary"
    assert json.loads(row["params"])["within_seconds"] == "120"
    assert row["undecided_zh"] is None and row["combo"] is not None


def test_combos_are_typed_and_shared(compiled: dict[str, pa.Table]) -> None:
    combos = {row["combo"]: row for row in compiled["combos_reply"].to_pylist()}
    used = {
        row["version_id"]: combos[row["combo"]] for row in _rows(compiled["rule_combos"], measure="reply")
    }
    first, second, other = (
        used[name]
        for name in ("jd:jd.reply_rate#1", "jd:jd.reply_rate#2", "pinduoduo:pinduoduo.reply_rate#1")
    )
    assert first["within_seconds"] == 180.0 and second["within_seconds"] == 120.0
    assert first["shape"] == second["shape"] != other["shape"]  # hours belong to the shape, limits do not
    assert (first["hours_from_minute"], first["hours_to_minute"], first["hours_apply_to"]) == (
        480,
        1380,
        "question",
    )
    assert (other["hours_from_minute"], other["hours_to_minute"], other["hours_apply_to"]) == (
        0,
        1440,
        "event",
    )
    assert first["robot_counts"] is False and first["at_least"] == 1 and first["raised_before"] is None
    assert first["night_hours_from_minute"] is None and first["excludes"] == []
    assert (first["used_from"], first["used_to"]) == (date(1900, 1, 1), date(2021, 6, 1))
    assert first["judged_each"] is False
    shape = _one(compiled["shapes_reply"], shape=first["shape"])
    assert (shape["used_from"], shape["used_to"]) == (date(1900, 1, 1), date(9999, 12, 31))
    assert "within_seconds" not in shape and shape["unit"] == "consumer_day"


def test_rules_that_look_alike_share_a_combo(tmp_path: Path) -> None:
    same = spoil(
        "pinduoduo/rules/response.yaml",
        "      judge:",
        "      scope: {hours: ['08:00', '23:00'], hours_apply_to: question}\n      judge:",
    )
    compiled = _tables(tmp_path, **same)
    used = {row["version_id"]: row["combo"] for row in _rows(compiled["rule_combos"], measure="reply")}
    assert used["jd:jd.reply_rate#1"] == used["pinduoduo:pinduoduo.reply_rate#1"]
    assert compiled["combos_reply"].num_rows == 2


def test_keys_are_the_same_every_time(compiled: dict[str, pa.Table], tmp_path: Path) -> None:
    again = _tables(tmp_path / "again")
    for name, table in compiled.items():
        assert table.equals(again[name]), name


def test_orders_that_a_rule_is_about_are_part_of_its_shape(compiled: dict[str, pa.Table]) -> None:
    row = _one(compiled["combos_shipment"])
    assert json.loads(row["orders_scope"]) == [[{"fact": "supply_type", "op": "in", "members": ["spot"]}]]
    assert row["excludes"] == ["presale"] and row["limit_hours"] == 48.0 and row["grace_hours"] == 0.0
    assert row["judged_each"] is True


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("limit_hours: '48'", "limit_hours: unknown", "时限小时"),
        ("limit_hours: '48'", "limit_hours: {low: '24', high: '48'}", "不一"),
        ("excludes: [presale]", "hours: unknown", "时段"),
        ("excludes: [presale]", "hours: ['08:00', '23:00'], hours_apply_to: unknown", "按什么"),
        ("judge: {by: each}\n      exempt", "judge: {by: count, window: unknown}\n      exempt", "周期"),
    ],
)
def test_what_is_unknown_is_not_judged(tmp_path: Path, old: str, new: str, why: str) -> None:
    compiled = _tables(tmp_path, **spoil(RULES, old, new))
    row = _one(compiled["rule_versions"], rule_id="jd.late_shipment")
    assert row["combo"] is None and why in row["undecided_zh"] and row["undecided_en"]
    assert _rows(compiled["rule_combos"], version_id="jd:jd.late_shipment#1") == []


def test_an_assumed_value_makes_it_judged(tmp_path: Path) -> None:
    spoilt = spoil(RULES, "limit_hours: '48'", "limit_hours: unknown")
    assumed = spoilt[RULES].replace(
        "assumed: [{field: scope.stores,",
        "assumed: [{field: params.limit_hours, value: '72', why: {zh: 未写, en: unstated}}, "
        "{field: scope.stores,",
    )
    compiled = _tables(tmp_path, **{RULES: assumed})
    row = _one(compiled["rule_versions"], rule_id="jd.late_shipment")
    assert row["combo"] and row["assumed_fields"] == ["params.limit_hours", "scope.stores"]
    assert "未写" in row["assumed_zh"] and "unstated" in row["assumed_en"]
    assert _one(compiled["combos_shipment"])["limit_hours"] == 72.0


def test_conditions_become_predicates_of_their_owner(compiled: dict[str, pa.Table]) -> None:
    def told(**where: Any) -> list[tuple[Any, ...]]:
        return [
            (
                row["owner_no"],
                row["alternative"],
                row["fact"],
                row["op"],
                row["low"],
                row["high"],
                row["members"],
            )
            for row in _rows(compiled["predicates"], **where)
        ]

    half = Decimal("0.5")
    assert told(version_id="jd:jd.reply_rate#1", owner="band") == [
        (1, 1, "ok_share", "lt", half, half, None),
        (1, 1, "units", "gt", 10, 10, None),
        (2, 1, "ok_share", "lt", Decimal("0.8"), Decimal("0.8"), None),
    ]
    late = {"version_id": "jd:jd.late_shipment#1"}
    assert told(owner="stores", **late) == [(1, 1, "store_age_months", "ge", 3, 3, None)]
    assert told(owner="orders", **late) == [(1, 1, "supply_type", "in", None, None, ["spot"])]
    assert told(owner="exempt", **late) == [(1, 1, "complaint_filed", "eq", None, None, ["false"])]
    nth = _one(compiled["predicates"], version_id="jd:jd.abuse#1", owner="penalty")
    assert (nth["low"], nth["high"], nth["in_window"]) == (3, 4, "calendar_year")
    assert told(version_id="jd:jd.ladder#1", owner="reset") == [(1, 1, "balance", "lt", 48, 48, None)]


def test_penalties_effects_and_caps(compiled: dict[str, pa.Table]) -> None:
    late = {"version_id": "jd:jd.late_shipment#1"}
    fixed, rate = _rows(compiled["effects"], **late)
    assert (fixed["low"], fixed["is_rate"], fixed["base"], fixed["has_min"], fixed["has_max"]) == (
        3,
        False,
        None,
        False,
        False,
    )
    assert (rate["low"], rate["is_rate"], rate["base"], rate["min_low"]) == (
        Decimal("0.05"),
        True,
        "paid_cny",
        5,
    )
    assert (rate["has_max"], rate["max_low"], rate["max_high"]) == (
        True,
        None,
        None,
    )  # stated, but not how much
    assert (rate["currency"], rate["payee"], rate["form"]) == ("CNY", "buyer", None)
    assert [row["per"] for row in _rows(compiled["penalties"], **late)] == ["order", "order"]
    assert "300元" in _rows(compiled["penalties"], **late)[0]["when_zh"]
    cap = _one(compiled["caps"], version_id="jd:jd.reply_rate#1")
    assert (cap["cap_of"], cap["per"], cap["low"], cap["high"], cap["mode"]) == (
        "points",
        "week",
        8,
        8,
        "clip",
    )
    days = _one(compiled["effects"], version_id="jd:jd.ladder#1")
    assert (days["kind"], days["code"], days["days_low"], days["days_high"], days["low"]) == (
        "sanction",
        "suspension",
        3,
        7,
        None,
    )


def test_a_ladder_and_its_resets(compiled: dict[str, pa.Table], tmp_path: Path) -> None:
    row = _one(compiled["ladders"], version_id="jd:jd.ladder#1")
    assert (row["points_class"], row["reset_at"], row["reset_when_below"], row["carry_unknown"]) == (
        "general",
        "calendar_year_end",
        48,
        True,
    )
    start, end = "resets: [", "to: unknown}]"
    text = spoil(RULES, start, start)[RULES]
    inside = text[text.index(start) : text.index(end) + len(end)]
    for resets, expected in (("resets: unknown", "unknown"), ("resets: []", "none")):
        again = _tables(tmp_path / expected, **{RULES: text.replace(inside, resets)})
        assert _one(again["ladders"], version_id="jd:jd.ladder#1")["reset_at"] == expected


def test_a_rule_over_rules(tmp_path: Path) -> None:
    over = """\
      measure: recurrence
      params: {of: [jd.reply_rate], counts: failing_windows, consecutive: true}"""
    compiled = _tables(
        tmp_path, **spoil(RULES, "      measure: phrase\n      params: {lexicons: [abuse]}", over)
    )
    row = _one(compiled["recurrences"])
    assert (row["counted_rule_id"], row["counts"], row["counted_in"], row["consecutive"]) == (
        "jd.reply_rate",
        "failing_windows",
        "all",
        True,
    )
    version = _one(compiled["rule_versions"], rule_id="jd.abuse")
    assert (version["combo"], version["undecided_zh"], version["unit_of_count"]) == (None, None, "window")


def test_a_rule_that_no_data_can_judge_says_so(tmp_path: Path) -> None:
    none = spoil(RULES, "      measure: phrase\n      params: {lexicons: [abuse]}\n", "      measure: none\n")
    version = _one(_tables(tmp_path, **none)["rule_versions"], rule_id="jd.abuse")
    assert version["measure"] is None and version["combo"] is None and "人工" in version["undecided_zh"]


def test_provenance_in_three_steps(compiled: dict[str, pa.Table]) -> None:
    cited = _one(compiled["rule_evidence"], version_id="jd:jd.abuse#1")
    statement = _one(compiled["evidence"], evidence_id=cited["evidence_id"])
    source = _one(compiled["sources"], source_id=statement["source_ids"][0])
    assert cited["supports"] == ["params", "penalties"]
    assert source["urls"] == ["https://example.com/jd"] and source["title_zh"] == "京东规则页"


def test_registers(compiled: dict[str, pa.Table]) -> None:
    days = _rows(compiled["calendar_days"], calendar="national_day")
    assert [(row["day"].day, row["kind"]) for row in days] == [
        (1, "holiday"),
        (2, "holiday"),
        (3, "holiday"),
        (8, "workday"),
    ]
    cells = {(row["pack"], row["concept"]): row["status"] for row in compiled["coverage"].to_pylist()}
    assert cells["pinduoduo", "late_shipment"] == "searched_none" and len(cells) == 8
    meeting = _one(compiled["combinations"])
    assert (meeting["pack"], meeting["rule_id"], meeting["how"]) == ("jd", "jd.late_shipment", "add")


def test_a_pause_is_on_the_version(tmp_path: Path) -> None:
    start = "    - from: '2021-01-01'\n"
    paused = spoil(
        "pinduoduo/rules/response.yaml",
        start,
        start + "      to: '2022-01-01'\n      suspends: [penalties]\n",
    )
    row = _one(_tables(tmp_path, **paused)["rule_versions"], rule_id="pinduoduo.reply_rate")
    assert (row["suspended_from"], row["suspended_to"]) == (date(2021, 1, 1), date(2022, 1, 1))


def test_a_rolling_and_a_calendar_window(tmp_path: Path) -> None:
    file = "pinduoduo/rules/response.yaml"
    rolling = _one(
        _tables(tmp_path / "a", **spoil(file, "{every: day}", "{days: 30, lag: 1}"))["rule_versions"],
        rule_id="pinduoduo.reply_rate",
    )
    assert (rolling["window_kind"], rolling["window_days"], rolling["window_lag"]) == ("rolling", 30, 1)
    calendar = _one(
        _tables(tmp_path / "b", **spoil(file, "{every: day}", "{calendar: national_day}"))["rule_versions"],
        rule_id="pinduoduo.reply_rate",
    )
    assert (calendar["window_kind"], calendar["calendar"]) == ("calendar", "national_day")
