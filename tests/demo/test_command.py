"""The command: what it writes, that it repeats itself, and that the truth adds up."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.demo.command import demo
from pipeline.lang import set_lang
from pipeline.problems import GuizeError


def _run(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(demo, [str(folder), *options])
    assert result.exit_code == 0, result.output
    return result.output


def _digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    _run(folder, "--messages", "8000", "--stores", "7", "--seed", "3")
    return folder


def test_writes_exports_config_and_truth(sample: Path) -> None:
    stores = {f"{path.parent.name}/{path.name}" for path in (sample / "exports").glob("*/*")}
    config = tomllib.loads((sample / "guize.toml").read_text("utf-8"))
    assert {store["id"] for store in config["stores"]} == stores and len(stores) == 7
    truth = pl.read_parquet(sample / "truth.parquet")
    assert set(truth["store_id"]) == stores
    assert {"douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "baseline"} <= set(truth["pack"])


def test_the_same_seed_writes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    _run(tmp_path, "--messages", "8000", "--stores", "7", "--seed", "3")
    assert _digest(tmp_path) == _digest(sample)
    other = tmp_path / "other"
    _run(other, "--messages", "8000", "--stores", "7", "--seed", "4")
    assert _digest(other) != _digest(sample)


def test_totals_are_the_sums_of_the_rows(sample: Path) -> None:
    rows = pl.read_parquet(sample / "truth.parquet")
    totals = pl.read_parquet(sample / "truth_totals.parquet")
    key = ["store_id", "pack", "rule_id", "track", "certainty"]
    counted = rows.group_by(key).agg(pl.len().cast(pl.Int64).alias("n"), pl.col("money_low_cny").sum())
    summed = totals.group_by(key).agg(pl.col("breaches").sum().alias("n"), pl.col("money_low_cny").sum())
    both = counted.join(summed, on=key, how="left")
    assert both.filter(pl.col("n") != pl.col("n_right")).is_empty()
    alone = both.filter(
        pl.col("rule_id").is_in(["douyin.late_shipment", "kuaishou.late_shipment", "taobao.abuse"])
    )
    assert len(alone) > 5
    assert alone.filter(pl.col("money_low_cny").ne_missing(pl.col("money_low_cny_right"))).is_empty()
    ordered = totals.filter(pl.col("money_low_cny") > pl.col("money_high_cny"))
    assert ordered.is_empty()


def test_dates_follow_until_and_days(tmp_path: Path) -> None:
    _run(tmp_path, "--messages", "600", "--stores", "1", "--days", "10", "--until", "2024-12-31")
    table = next((tmp_path / "exports/douyin/douyin-1").glob("客服聊天明细_2024-12*.csv"))
    sent = pl.read_csv(table)["发送时间"].str.slice(0, 10)
    assert sent.min() >= "2024-12-22" and sent.max() <= "2024-12-31"  # type: ignore[operator]


def test_an_earlier_sample_is_replaced_and_other_exports_are_left_alone(tmp_path: Path) -> None:
    options = ("--messages", "300", "--days", "3")
    _run(tmp_path, *options, "--stores", "2")
    _run(tmp_path, *options, "--stores", "1")
    assert [path.name for path in (tmp_path / "exports/douyin").iterdir()] == ["douyin-1"]
    (tmp_path / "guize.toml").write_text("# mine", "utf-8")
    result = CliRunner().invoke(demo, [str(tmp_path), *options])
    assert isinstance(result.exception, GuizeError) and "demo-folder" in str(result.exception)
    assert (tmp_path / "exports/douyin/douyin-1").exists()


def test_speaks_both_languages(tmp_path: Path) -> None:
    options = ("--messages", "300", "--stores", "1", "--days", "3")
    assert "下一步" in _run(tmp_path, *options)
    set_lang("en")
    try:
        assert "next: guize run" in _run(tmp_path, *options)
    finally:
        set_lang("zh")
