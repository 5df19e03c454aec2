"""What platforms really penalised tells what contingent money is worth, with its interval."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipeline.paths import packs_dir
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs
from tests.penalty_worlds import Penalty, Unit, World, priced

DAYS = [f"{date(2025, 11, 1) + timedelta(days=n)} 12:00:00" for n in range(10)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ten insults without a complaint at each of two Taobao shops (300 yuan each if one comes); one drew three notices."""
    case = Penalty("ten insults", "taobao.abuse", [Unit(at, {"base_cny": "88"}) for at in DAYS], [])
    notices = [
        {"store_id": "taobao/case0", "notice_id": f"N{n}", "issued_at": DAYS[n], "rule_id": "taobao.abuse", "order_id": f"o{n:03d}", "money_cny": "300"}
        for n in range(3)
    ]
    notices.append({"store_id": "taobao/case0", "notice_id": "N9", "issued_at": DAYS[0], "rule_id": "taobao.typos", "order_id": "other", "money_cny": "50"})
    tables = compile_packs(load_packs(packs_dir(), strict=False))
    return priced(tmp_path_factory.mktemp("expected"), [case, case], tables, notices)


def test_matched_missed_and_not_predicted(world: World) -> None:
    outcomes = world.mart("reconciliation").get_column("outcome").value_counts()
    assert dict(outcomes.iter_rows()) == {"matched": 3, "missed": 8, "not_predicted": 1}  # missed: seven insults and the node of their points


def test_the_share_has_wilsons_interval(world: World) -> None:
    [row] = world.mart("hit_rates").filter(pl.col("rule_id") == "taobao.abuse").to_dicts()
    assert (row["rule_id"], row["certainty"], row["predicted"], row["penalised"]) == ("taobao.abuse", "contingent", 10, 3)
    assert (row["share_low"], row["share_high"]) == (pytest.approx(0.10779, abs=1e-5), pytest.approx(0.60322, abs=1e-5))  # 3 of 10


def test_expected_stands_beside_low_and_high(world: World) -> None:
    rows = world.mart("exposure").filter(pl.col("rule_id") == "taobao.abuse", pl.col("pack") == "taobao", pl.col("track") == "in_force")
    for row in rows.to_dicts():
        assert (row["certainty"], row["money_low_cny"], row["money_high_cny"]) == ("contingent", 3000, 3000)
        assert row["expected_low_cny"] == Decimal("323.37")
        assert row["expected_high_cny"] == Decimal("1809.68")
    assert rows.height == 2


def test_without_notices_nothing_is_expected(tmp_path: Path) -> None:
    case = Penalty("an insult", "taobao.abuse", [Unit(DAYS[0])], [])
    alone = priced(tmp_path, [case], compile_packs(load_packs(packs_dir(), strict=False)))
    assert alone.mart("hit_rates").is_empty()
    assert alone.mart("exposure").get_column("expected_high_cny").null_count() == alone.mart("exposure").height
