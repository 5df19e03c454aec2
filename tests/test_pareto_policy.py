"""The dearest behaviours and the house standard, from a tiny published warehouse to the terminal and the page."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.cli import cli
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


def test_nothing_published_is_told(tmp_path: Path) -> None:
    for flag in ("--pareto", "--policy"):
        assert CliRunner().invoke(cli, ["exposure", flag, "--warehouse", str(tmp_path)]).exit_code != 0
