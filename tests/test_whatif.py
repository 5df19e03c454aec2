"""What-if moves what the change touches, rebuilds no more, and leaves the warehouse as it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.paths import packs_dir, sql_dir
from pipeline.problems import GuizeError
from pipeline.rules.change import with_fields, with_track
from pipeline.rules.load import load_packs
from pipeline.rules.model import Packs
from pipeline.tables import by_name
from pipeline.whatif import moves, whatif
from pipeline.whatif_show import summary_of
from tests.published import publish_world


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_world(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(packs_dir(), strict=False)


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_shorter_limit_moves_its_rule_and_rebuilds_one_measure(warehouse: Path) -> None:
    before = tree(warehouse)
    found = whatif(warehouse, packs=packs_dir(), sql=sql_dir(), changes={"pinduoduo.reply_rate.within_seconds": "60"})
    own = found.moves.filter(pl.col("store_id") == "pinduoduo/p", pl.col("rule_id") == "pinduoduo.reply_rate")
    assert own.select("breaches_before", "breaches_after").row(0) == (1, 2)
    assert set(found.moves.get_column("rule_id")) == {"pinduoduo.reply_rate"}
    assert found.work.built <= 3  # the reply clock, once a month of data
    assert found.work.kept > found.work.built
    assert not found.rejudged_before
    assert tree(warehouse) == before


def test_a_changed_penalty_rebuilds_nothing(warehouse: Path) -> None:
    done = CliRunner().invoke(cli, ["whatif", "--set", "tmall.abuse.penalties.of.0.effects.0.fixed=2000", "--warehouse", str(warehouse), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    [own] = [row for row in found["moves"] if row["home"]]
    assert (own["rule_id"], own["money_high_cny_before"], own["money_high_cny_after"]) == ("tmall.abuse", 1000, 2000)
    assert found["work"]["built"] == 0


@pytest.mark.parametrize("change", [{"pinduoduo.reply_rate.within_seconds": "60"}, {"tmall.abuse.penalties.of.0.effects.0.fixed": "2000"}])
def test_judging_only_the_touched_codes_loses_nothing(warehouse: Path, change: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    narrowed = whatif(warehouse, packs=packs_dir(), sql=sql_dir(), changes=change)
    monkeypatch.setattr("pipeline.whatif._touched", lambda base, changed: None)
    whole = whatif(warehouse, packs=packs_dir(), sql=sql_dir(), changes=change)
    assert narrowed.moves.height > 0
    assert narrowed.moves.equals(whole.moves)


def test_a_folder_of_some_packs_is_laid_over_the_others(warehouse: Path, tmp_path: Path) -> None:
    rules = tmp_path / "jd" / "rules"
    rules.mkdir(parents=True)
    shipping = (packs_dir() / "jd" / "rules" / "shipping.yaml").read_text(encoding="utf-8")
    assert "max: '50'" in shipping
    (rules / "shipping.yaml").write_text(shipping.replace("max: '50'", "max: '6'"), encoding="utf-8")
    found = whatif(warehouse, packs=packs_dir(), sql=sql_dir(), other=tmp_path)
    own = found.moves.filter(pl.col("home"))
    assert own.select("rule_id", "money_high_cny_before", "money_high_cny_after").rows() == [("jd.late_shipment", Decimal("6.57"), Decimal(6))]


def test_a_change_of_nothing_moves_nothing(warehouse: Path) -> None:
    found = whatif(warehouse, packs=packs_dir(), sql=sql_dir(), changes={"pinduoduo.reply_rate.within_seconds": "180"})
    assert found.moves.is_empty()
    assert "nothing" in summary_of(found) or "不会变" in summary_of(found)


def test_fields_of_the_latest_version_in_force(packs: Packs) -> None:
    changed = with_fields(packs, {"douyin.no_service.penalties.of.1.caps.0.max": "4", "jd.late_shipment.judge.by": "each"})
    assert changed.rules["douyin.no_service"].chain("in_force")[-1].penalties[1].caps[0].limit.low == 4
    assert changed.rules["douyin.no_service"].chain("training") == packs.rules["douyin.no_service"].chain("training")
    assert packs.rules["douyin.no_service"].chain("in_force")[-1].penalties[1].caps[0].limit.low == 8
    hours = with_fields(packs, {"douyin.no_service.scope.hours": '["09:00", "22:00"]'})
    assert list(hours.rules["douyin.no_service"].chain("in_force")[-1].part("scope")["hours"]) == ["09:00", "22:00"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("jd.no_such_rule.within_seconds", "1", "unknown-rule"),
        ("jd.late_shipment.judge.bands.0.severity", "x", "unknown-field"),
        ("jd.late_shipment.penalties.of.7.per", "order", "unknown-field"),
        ("jd.late_shipment.no_such_parameter", "1", "unknown_param"),
        ("jd.late_shipment.limit_hours", "soon", "bad_number"),
    ],
)
def test_what_does_not_fit_is_refused(packs: Packs, field: str, value: str, code: str) -> None:
    with pytest.raises(GuizeError) as raised:
        with_fields(packs, {field: value})
    assert [problem.code for problem in raised.value.problems] == [code]


def test_a_track_stands_in_for_the_chain_in_force(packs: Packs) -> None:
    rule = packs.rules["jd.late_shipment"]
    draft = replace(rule.chain("in_force")[-1], track="draft")
    drafted = replace(packs, rules={**packs.rules, rule.id: replace(rule, versions=(*rule.versions, draft))})
    taken = with_track(drafted, "draft").rules[rule.id].chain("in_force")
    assert [(version.no, version.from_date) for version in taken] == [(1, None)]
    with pytest.raises(GuizeError) as raised:
        with_track(packs, "draft")
    assert raised.value.problems[0].code == "no-such-track"


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(GuizeError):
        whatif(tmp_path, packs=packs_dir(), sql=sql_dir(), changes={"a.b": "1"})


def test_usage() -> None:
    assert CliRunner().invoke(cli, ["whatif"]).exit_code == 2
    assert CliRunner().invoke(cli, ["whatif", "--set", "no equals sign"]).exit_code == 2


def test_an_unknown_high_end_stays_unknown_over_months() -> None:
    schema = by_name()["exposure"].polars_schema()
    base = {"store_id": "jd/j", "platform": "jd", "pack": "jd", "home": True, "rule_id": "r", "certainty": "confirmed", "track": "in_force", "breaches": 1}
    months = [{**base, "month": "2025-09", "money_low_cny": 5, "money_high_cny": None}, {**base, "month": "2025-10", "money_low_cny": 5, "money_high_cny": 9}]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in months], schema=schema)
    [row] = moves(frame.clear(), frame).to_dicts()
    assert (row["breaches_before"], row["breaches_after"]) == (0, 2)
    assert (row["money_low_cny_after"], row["money_high_cny_after"]) == (10, None)


def test_a_changed_lexicon_shows_the_messages_it_gains_and_loses(warehouse: Path, tmp_path: Path) -> None:
    before = tree(warehouse)
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "abuse.yaml").write_text(
        """
id: abuse
concept: abuse
title: {zh: 辱骂, en: Abuse}
tier: forbidden
evidence: [D10]
terms: [在的]
""",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["whatif", str(tmp_path), "--warehouse", str(warehouse), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    moved = {(row["change"], row["store_id"], row["lexicon"], row["matched_text"]) for row in found["words"]}
    assert ("lost", "tmall/t", "abuse", "神经病吧") in moved
    assert ("gained", "pinduoduo/p", "abuse", "在的") in moved
    assert sum(row["change"] == "gained" for row in found["words"]) == 3
    [lost] = [row for row in found["words"] if row["change"] == "lost"]
    assert lost["rules"] == "tmall.abuse" and lost["text"] == "神经病吧你，这也要问"
    assert {row["rule_id"] for row in found["moves"] if row["home"]} >= {"tmall.abuse"}
    assert tree(warehouse) == before


def test_unchanged_lexicons_match_nothing_again(warehouse: Path) -> None:
    found = whatif(warehouse, packs=packs_dir(), sql=sql_dir(), changes={"pinduoduo.reply_rate.within_seconds": "60"})
    assert found.words.is_empty()
