"""Comparison rows, ranks, changes and differences of editions, on small packs and the real ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import tables
from pipeline.paths import packs_dir
from pipeline.rules.compare import comparison_frames, comparison_rows
from pipeline.rules.diff import diff_rows
from pipeline.rules.load import load_packs
from pipeline.rules.matrix import concept_sheet, demand, overview_sheet, rows_as_of
from pipeline.rules.model import Packs
from pipeline.rules.timeline import bindings
from tests.rules.small_packs import FILES, spoil, write_packs

RESPONSE, RULES = "pinduoduo/rules/response.yaml", "jd/rules/all.yaml"
SAME_CLOCK = {RULES: FILES[RULES].replace("within_seconds: '120'", "within_seconds: '180'")}


def _as_of(packs: Packs, concept: str, day: str, track: str = "in_force") -> dict[str, dict[str, Any]]:
    rows = rows_as_of(comparison_rows(packs, bindings(packs)), concept, date.fromisoformat(day), track)
    return {row["rule_id"] or row["pack"]: dict(row) for row in rows}


def test_every_code_has_a_row_on_every_day(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path))
    for day in ("1999-01-01", "2020-06-01", "2026-11-01"):
        for concept in packs.registry.concepts:
            found = {row["pack"] for row in _as_of(packs, concept, day).values()}
            assert found == {"jd", "pinduoduo"}, (concept, day)
    assert _as_of(packs, "late_shipment", "2026-01-01")["pinduoduo"]["status"] == "searched_none"


def test_before_the_first_sure_day_a_version_is_uncertain(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path))
    assert _as_of(packs, "reply_rate", "2019-12-31")["jd.reply_rate"]["version_certain"] is False
    assert _as_of(packs, "reply_rate", "2020-01-01")["jd.reply_rate"]["version_certain"] is True


def test_a_limit_in_canonical_units(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path))
    reply = _as_of(packs, "reply_rate", "2020-06-01")["jd.reply_rate"]
    # Of two bands the mildest is the limit: whoever keeps 80% keeps 50% too.
    assert (reply["op"], reply["threshold"], reply["threshold_unit"]) == ("ge", Decimal("0.80"), "share")
    assert (reply["time_limit"], reply["time_limit_unit"]) == (180, "second")
    late = _as_of(packs, "late_shipment", "2020-06-01")["jd.late_shipment"]
    assert (late["op"], late["threshold"], late["threshold_unit"], late["threshold_canonical"]) == (
        "le",
        48,
        "hour",
        48,
    )
    node = _as_of(packs, "points_ladder", "2020-06-01")["jd.ladder"]
    assert (node["op"], node["threshold"], node["threshold_unit"], node["grade"]) == (
        "lt",
        25,
        "point",
        "training",
    )


def test_only_the_same_clock_is_ranked(tmp_path: Path) -> None:
    apart = load_packs(write_packs(tmp_path / "a"))
    rows = _as_of(apart, "reply_rate", "2022-01-01")  # 120 seconds against 180
    assert {row["strictness_rank"] for row in rows.values()} == {None}
    assert rows["jd.reply_rate"]["rank_basis"] == "alone_with_this_unit"
    same = load_packs(write_packs(tmp_path / "b", **SAME_CLOCK), strict=False)
    rows = _as_of(same, "reply_rate", "2022-01-01")
    assert (rows["jd.reply_rate"]["strictness_rank"], rows["pinduoduo.reply_rate"]["strictness_rank"]) == (
        1,
        2,
    )
    assert rows["jd.reply_rate"]["rank_basis"] == "same_unit:consumer_day:share:180second"
    # On a day before the second one was in force, there is nobody to rank against.
    assert _as_of(same, "reply_rate", "2020-06-01")["jd.reply_rate"]["strictness_rank"] is None


@pytest.mark.parametrize(
    ("old", "new", "basis"),
    [
        ("relation: exact", "relation: narrower", "not_exact"),
        ("lt: '0.50'", "lt: unknown", "threshold_unknown"),
    ],
)
def test_what_is_not_fair_to_rank_is_not(tmp_path: Path, old: str, new: str, basis: str) -> None:
    packs = load_packs(write_packs(tmp_path, **SAME_CLOCK, **spoil(RESPONSE, old, new)), strict=False)
    rows = _as_of(packs, "reply_rate", "2022-01-01")
    assert rows["pinduoduo.reply_rate"]["rank_basis"] == basis
    assert rows["jd.reply_rate"]["strictness_rank"] is None


def test_unknown_is_shown_as_unknown(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path, **spoil(RESPONSE, "lt: '0.50'", "lt: unknown")), strict=False)
    row = _as_of(packs, "reply_rate", "2022-01-01")["pinduoduo.reply_rate"]
    assert (row["op"], row["threshold"], row["threshold_canonical"]) == ("ge", None, None)
    assert demand(row) == "≥不详 · 3分钟内"


def test_frames_have_the_marts_schema(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path))
    frames = comparison_frames(packs, "run-1")
    for name in ("rule_comparison", "rule_penalties", "rule_changes"):
        table = tables.by_name()[name]
        assert frames[name].schema == table.polars_schema() and frames[name].height > 0
        for column in table.columns:
            if column.required:
                assert frames[name][column.name].null_count() == 0, (name, column.name)
        assert set(frames[name]["packs_version"]) == {packs.packs_version}


def test_changes_say_what_became_stricter(tmp_path: Path) -> None:
    frame = comparison_frames(load_packs(write_packs(tmp_path)), "run-1")["rule_changes"]
    row = frame.row(0, named=True)
    assert frame.height == 1
    assert (row["field"], row["old"], row["new"], row["direction"]) == (
        "params.within_seconds",
        "180",
        "120",
        "stricter",
    )
    assert row["changed_on"] is None  # nobody says when it began; it was first seen on 2021-06-01


@pytest.mark.parametrize(
    ("added", "field", "direction"),
    [
        ("scope: {hours: ['08:00', '24:00']}", "scope.hours", "stricter"),
        ("scope: {hours: ['09:00', '21:00']}", "scope.hours", "looser"),
        ("params: {within_seconds: '300'}", "params.within_seconds", "looser"),
        ("params: {reply_by: any}", "params.reply_by", "other"),
        ("judge: {bands: [{when: [{fact: ok_share, lt: '0.90'}], severity: low}]}", "judge", "other"),
        ("params: {robot_counts: 'false'}", None, None),
    ],
)
def test_directions(tmp_path: Path, added: str, field: str | None, direction: str | None) -> None:
    text = FILES[RULES].replace("      params: {within_seconds: '120'}\n", f"      {added}\n")
    frame = comparison_frames(load_packs(write_packs(tmp_path, **{RULES: text}), strict=False), "r")[
        "rule_changes"
    ]
    found = [(row["field"], row["direction"]) for row in frame.to_dicts()]
    assert found == ([(field, direction)] if field else [])


def test_one_band_that_moves_is_stricter(tmp_path: Path) -> None:
    added = """\
    - from: '2022-02-02'
      like: previous
      judge: {bands: [{when: [{fact: ok_share, lt: '0.60'}], severity: low}]}
      evidence: [{id: E-PDD-001, supports: [judge]}]
"""
    packs = load_packs(write_packs(tmp_path, **{RESPONSE: FILES[RESPONSE] + added}), strict=False)
    frame = comparison_frames(packs, "r")["rule_changes"]
    assert [
        (row["rule_id"], row["field"], row["direction"], str(row["changed_on"])) for row in frame.to_dicts()
    ][-1] == (
        "pinduoduo.reply_rate",
        "judge",
        "stricter",
        "2022-02-02",
    )


def test_editions_differ(tmp_path: Path) -> None:
    old = load_packs(write_packs(tmp_path / "old"))
    new = load_packs(write_packs(tmp_path / "new"))
    assert diff_rows(old, new) == []
    texts = {
        **spoil(RULES, "within_seconds: '120'", "within_seconds: '90'"),
        **spoil("jd/evidence.csv", "no insults", "no insults at all"),
        RESPONSE: "[]\n",
    }
    rows = diff_rows(old, load_packs(write_packs(tmp_path / "later", **texts), strict=False))
    told = {(row["what"], row["id"], row["field"], row["direction"]) for row in rows}
    assert told == {
        ("version_changed", "jd.reply_rate", "params.within_seconds", "stricter"),
        ("statement_changed", "E-JD-003", "en", None),
        ("rule_removed", "pinduoduo.reply_rate", None, None),
    }


def test_a_version_put_in_between_shifts_nothing(tmp_path: Path) -> None:
    between = FILES[RULES].replace(
        "    - from: unknown\n      seen: ['2021-06-01']\n",
        "    - from: '2020-09-01'\n      like: previous\n      params: {within_seconds: '150'}\n"
        "      evidence: [{id: E-JD-001, supports: [params]}]\n"
        "    - from: unknown\n      seen: ['2021-06-01']\n",
    )
    old = load_packs(write_packs(tmp_path / "old"))
    new = load_packs(write_packs(tmp_path / "new", **{RULES: between}), strict=False)
    assert [(row["what"], row["version"]) for row in diff_rows(old, new)] == [
        ("version_added", "in_force 2020-09-01")
    ]


@pytest.fixture(scope="module")
def real() -> Packs:
    return load_packs(packs_dir(), strict=False)


@pytest.mark.parametrize(
    "concept", ["reply_rate", "late_shipment", "out_of_stock", "points_ladder", "privacy_leak"]
)
def test_three_days_give_the_matrices_of_their_day(real: Packs, concept: str) -> None:
    days = [date(2019, 6, 1), date(2023, 6, 1), date(2026, 11, 1)]
    rows = comparison_rows(real, bindings(real))
    sheets = [
        concept_sheet(real, rows_as_of(rows, concept, day, "in_force"), concept, day, "in_force")
        for day in days
    ]
    assert len({str(sheet.rows) for sheet in sheets}) == 3
    for sheet in sheets:
        named = {row[0] for row in sheet.rows}
        assert {entry["zh"] for entry in real.registry.platforms.values()} <= named


def test_what_the_platforms_asked_of_replies(real: Packs) -> None:
    """Read off the evidence by hand: the limit, what is counted and within what time."""

    def told(rule_id: str, day: str) -> tuple[Any, ...]:
        row = _as_of(real, "reply_rate", day)[rule_id]
        threshold = None if row["threshold"] is None else str(row["threshold"].normalize())
        return threshold, row["unit_of_count"], int(row["time_limit"]), row["version_certain"]

    assert told("pinduoduo.reply_rate", "2019-06-01") == ("0.5", "consumer_day", 3600, True)
    assert told("pinduoduo.reply_rate", "2026-11-01") == ("0.5", "consumer_day", 180, True)
    assert told("taobao.reply_rate", "2019-06-01") == ("0.9", "round", 180, False)
    assert told("taobao.reply_rate", "2023-06-01") == ("0.7", "round", 180, True)
    assert told("taobao.reply_rate", "2026-11-01") == ("0.8", "round", 180, True)
    assert told("douyin.reply_rate", "2026-11-01") == (None, "message", 180, False)
    assert told("suning.reply_rate", "2026-11-01") == ("0.5", "conversation", 180, True)


def test_the_overview_has_every_platform(real: Packs) -> None:
    rows = rows_as_of(comparison_rows(real, bindings(real)), None, date(2026, 11, 1), "in_force")
    sheet = overview_sheet(real, rows, date(2026, 11, 1), "in_force")
    assert len(sheet.headings) == 10 and len(sheet.rows) > 60
