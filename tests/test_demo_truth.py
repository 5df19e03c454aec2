"""What the run finds on the demo is what was planted there, breach by breach and yuan by yuan."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.tables import MARTS, Table
from tests.demo_run import Demo

RULE = ["track", "rule_id"]
CELL = ["track", "store_id", "pack", "rule_id"]
# enough to say which breach it is: an export without numbers gives no id to compare
BREACH = [*CELL, "home", "occurred_at", "order_id"]
MONEY = ["money_low_cny", "money_high_cny"]
POINTS = ["points_low", "points_high"]
DAYS = ["sanction_days_low", "sanction_days_high"]
PRICE = ["certainty", *MONEY, "points_class", *POINTS, "sanction", *DAYS]
MAY_BE_EMPTY = {"reconciliation", "hit_rates", "rule_changes", "exclusions"}


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Amounts of both sides in one type; they have at most two decimals, so nothing is lost."""
    return frame.with_columns(pl.col(name).cast(pl.Float64) for name in (*MONEY, *POINTS, *DAYS))


@pytest.fixture(scope="session")
def planted(demo: Demo) -> pl.DataFrame:
    return _plain(demo.truth())


@pytest.fixture(scope="session")
def found(demo: Demo, planted: pl.DataFrame) -> pl.DataFrame:
    """The breaches of the rules that the truth speaks of, on the tracks on which it does."""
    covered = planted.select(RULE).unique()
    return _plain(demo.mart("breaches")).join(covered, on=RULE, how="semi")


def _counted(planted: pl.DataFrame, found: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """How often each thing was planted and found."""
    return (
        planted.group_by(by)
        .len("planted")
        .join(found.group_by(by).len("found"), on=by, how="full", coalesce=True, nulls_equal=True)
        .with_columns(pl.col("planted", "found").fill_null(0))
    )


@pytest.fixture(scope="session")
def by_text(planted: pl.DataFrame) -> pl.Expr:
    """Whether a rule's breaches are found by what was said."""
    rules = planted.filter("needs_text").get_column("rule_id").unique().to_list()
    return pl.col("rule_id").is_in(rules)


def test_the_truth_is_not_a_handful(planted: pl.DataFrame) -> None:
    """A demo that plants nothing would pass everything below."""
    assert planted.select("rule_id").n_unique() >= 25
    assert planted.select("store_id").n_unique() == 12
    assert planted.filter("needs_text").height >= 100
    assert planted.filter(~pl.col("needs_text")).height >= 1000
    assert set(planted.get_column("pack")) >= {
        "douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning", "baseline", "law",
    }  # fmt: skip


def test_without_text_all_are_found_and_none_is_invented(
    planted: pl.DataFrame, found: pl.DataFrame, by_text: pl.Expr
) -> None:
    counted = _counted(planted.filter(~by_text), found.filter(~by_text), BREACH)
    assert counted.filter(pl.col("planted") != pl.col("found")).to_dicts() == []


def test_of_text_nearly_all_are_found_and_none_is_invented(
    planted: pl.DataFrame, found: pl.DataFrame, by_text: pl.Expr
) -> None:
    counted = _counted(planted.filter(by_text), found.filter(by_text), BREACH)
    assert counted.filter(pl.col("found") > pl.col("planted")).to_dicts() == []
    assert counted.get_column("found").sum() >= 0.95 * counted.get_column("planted").sum()


def test_each_breach_costs_what_it_should(
    planted: pl.DataFrame, found: pl.DataFrame, by_text: pl.Expr
) -> None:
    """Certainty, yuan, points and sanction of every breach, both ends; an unknown end is unknown on both sides."""
    counted = _counted(planted, found, [*BREACH, *PRICE])
    assert counted.filter(pl.col("found") > pl.col("planted")).to_dicts() == []
    assert counted.filter(~by_text & (pl.col("found") < pl.col("planted"))).to_dicts() == []


def test_ids_that_an_export_gives_are_kept(planted: pl.DataFrame, found: pl.DataFrame) -> None:
    for name in ("conversation_id", "message_id"):
        known = planted.filter(pl.col(name).is_not_null())
        missing = known.join(found, on=[*CELL, "occurred_at", name], how="anti")
        assert known.height > 0
        assert missing.filter(~pl.col("needs_text")).to_dicts() == []
        assert missing.height <= 0.05 * known.height


def test_yuan_and_points_of_each_store_pack_and_rule_are_the_truths(demo: Demo) -> None:
    """Exposure after caps and beside the rules it meets; certainties stand apart, as they are never one sum."""
    totals = _plain(demo.truth("truth_totals"))
    exposure = _plain(demo.mart("exposure")).join(totals.select(RULE).unique(), on=RULE, how="semi")
    # months may begin with other classes, so money and counts are compared over the classes
    for by, amounts in (
        ([*CELL, "certainty"], ["breaches", *MONEY]),
        ([*CELL, "certainty", "points_class"], POINTS),
    ):
        wanted, got = _summed(totals, by, amounts), _summed(exposure, by, amounts)
        both = wanted.join(got, on=by, how="full", coalesce=True, nulls_equal=True, suffix="_found")
        wrong = [pl.col(name).ne_missing(pl.col(f"{name}_found")) for name in amounts]
        assert both.filter(pl.any_horizontal(wrong)).to_dicts() == []
        assert both.height > 50


def _summed(frame: pl.DataFrame, by: list[str], amounts: list[str]) -> pl.DataFrame:
    """Sums of what is known, to the cent; null where nothing is, and no row where there is nothing at all."""
    return (
        frame.group_by(by)
        .agg(
            pl.when(pl.col(name).count() > 0).then(pl.col(name).sum().round(2)).alias(name)
            for name in amounts
        )
        .filter(pl.any_horizontal(pl.col(name).is_not_null() for name in amounts))
    )


def test_a_points_penalty_and_a_ladder_are_among_them(found: pl.DataFrame) -> None:
    assert found.filter(pl.col("points_high") > 0).height > 0
    assert found.filter(pl.col("rule_id").str.contains(".ladder_", literal=True)).height > 0


@pytest.mark.parametrize("table", MARTS, ids=lambda table: table.name)
def test_every_mart_has_its_columns_and_rows(demo: Demo, table: Table) -> None:
    with demo.client() as client:
        relation = client.table(table.name)
        assert relation.columns == list(table.names)
        rows = client.execute(f"select count(*) from {table.name}").fetchone()
    assert rows is not None
    assert table.name in MAY_BE_EMPTY or rows[0] > 0


def test_every_rule_of_every_pack_has_a_verdict_for_every_store(demo: Demo) -> None:
    rules = pl.read_parquet(demo.warehouse / "current" / "rules" / "rule_versions.parquet").filter(
        pl.col("track").is_in(["in_force", "training"])
    )
    verdicts = demo.mart("verdicts")
    stores = verdicts.select("store_id").unique()
    assert stores.height == 12
    wanted = rules.select("track", "pack", "rule_id").unique().join(stores, how="cross")
    assert wanted.select("rule_id").n_unique() > 200
    assert wanted.join(verdicts, on=CELL, how="anti").to_dicts() == []
    assert wanted.join(demo.mart("rule_coverage"), on=CELL, how="anti").to_dicts() == []


def test_a_verdict_always_says_what_and_why(demo: Demo) -> None:
    verdicts = demo.mart("verdicts")
    statuses = {"ok", "breach", "info", "insufficient_data", "not_applicable", "manual_review"}
    assert set(verdicts.get_column("status")) <= statuses
    for name in ("reason_zh", "reason_en"):
        assert verdicts.filter(pl.col(name).fill_null("").str.strip_chars() == "").height == 0


def test_what_is_not_judged_is_explained(demo: Demo) -> None:
    left = demo.mart("rule_coverage").filter(~pl.col("judged"))
    assert left.height > 0
    for name in ("reason_zh", "reason_en"):
        assert left.filter(pl.col(name).fill_null("").str.strip_chars() == "").height == 0
    lacking = demo.mart("verdicts").filter(pl.col("status") == "insufficient_data")
    assert lacking.height > 0
