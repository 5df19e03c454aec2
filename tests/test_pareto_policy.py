"""The dearest behaviours and the house standard, from a tiny published warehouse to the terminal and the page."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.paths import sql_dir
from pipeline.tables import by_name
from tests.published import publish_world


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_world(tmp_path_factory.mktemp("warehouse"))


def test_shares_add_up_to_the_whole_dearest_first(warehouse: Path) -> None:
    sure = pl.read_parquet(warehouse / "current" / "pareto.parquet").filter(pl.col("track") == "in_force", pl.col("certainty") == "confirmed").sort("place")
    dearest = sure.row(0, named=True)
    assert (dearest["rule_id"], dearest["agent_id"], dearest["hour_of_day"], float(dearest["money_high_cny"])) == ("tmall.abuse", "小美", 10, 1000)
    assert sure.get_column("cumulative_share").to_list()[-1] == pytest.approx(1)
    assert sure.get_column("share").sum() == pytest.approx(1)
    breaches = pl.read_parquet(warehouse / "current" / "breaches.parquet")
    own = breaches.filter(pl.col("home"), pl.col("pack") != "law", pl.col("certainty") == "confirmed", pl.col("track") == "in_force")
    assert sure.get_column("breaches").sum() == own.height


def test_it_is_printed_and_written(warehouse: Path) -> None:
    place = ["--warehouse", str(warehouse)]
    shown = CliRunner().invoke(cli, ["--lang", "en", "exposure", "--pareto", *place])
    assert shown.exit_code == 0, shown.output
    assert "tmall.abuse" in shown.output
    rows = json.loads(CliRunner().invoke(cli, ["exposure", "--pareto", "--format", "json", *place]).output)
    assert rows[0]["place"] == 1
    unknown = CliRunner().invoke(cli, ["exposure", "--pareto", "--store", "jd/nobody", *place])
    assert unknown.exit_code != 0


@pytest.mark.parametrize(("lang", "title"), [("zh", "客服统一标准"), ("en", "House standard")])
def test_the_house_standard_is_a_page(warehouse: Path, tmp_path: Path, lang: str, title: str) -> None:
    page = tmp_path / "policy.html"
    done = CliRunner().invoke(cli, ["--lang", lang, "exposure", "--policy", "--output", str(page), "--warehouse", str(warehouse)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    policy = pl.read_parquet(warehouse / "current" / "strictest_policy.parquet")
    assert title in text
    assert policy.height > 0
    assert all(rule in text for rule in policy.get_column("rule_id"))
    assert "http" not in text  # it opens without network


@pytest.mark.parametrize(("dearer", "leads"), [("jd", "jd.abuse"), ("taobao", "taobao.abuse"), (None, "jd.abuse")])
def test_of_two_rules_alike_the_dearer_one_leads(dearer: str | None, leads: str) -> None:
    """Same matter, no limit to compare, broken equally often: what it costs decides, and only then the name."""
    with duckdb.connect() as connection:
        for name in ("verdicts", "exposure", "stores", "rule_versions"):
            connection.execute(f"create table {name} as {by_name()[name].empty_select()}")
        connection.execute("create table run_info as select 'r' as run_id, 'p' as packs_version")
        for pack in ("jd", "taobao"):
            rule, money = f"{pack}.abuse", 900 if pack == dearer else 1 if dearer else None
            for table, row in (
                ("stores", {"store_id": f"{pack}/a", "platform": pack}),
                ("rule_versions", {"version_id": rule, "rule_id": rule, "text_zh": rule}),
                ("verdicts", {"concept": "abuse", "pack": pack, "rule_id": rule, "version_id": rule, "store_id": f"{pack}/a", "units": 4, "ok_units": 3, "status": "breach", "unit_of_count": "message", "track": "in_force"}),
                ("exposure", {"pack": pack, "rule_id": rule, "certainty": "confirmed", "money_high_cny": money, "track": "in_force"}),
            ):  # fmt: skip
                connection.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
        sql = (sql_dir() / "marts" / "strictest_policy.sql").read_text(encoding="utf-8")
        assert [row[0] for row in connection.execute(f"select rule_id from ({sql})").fetchall()] == [leads]


def test_nothing_published_is_told(tmp_path: Path) -> None:
    for flag in ("--pareto", "--policy"):
        assert CliRunner().invoke(cli, ["exposure", flag, "--warehouse", str(tmp_path)]).exit_code != 0
