"""One breach explained: rule, evidence, arithmetic, sources, and the mend; wrong ids are told so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.explain import as_json, explain
from pipeline.explain_show import lines_of
from pipeline.explain_words import effect_words, sum_words
from pipeline.lang import set_lang
from pipeline.paths import packs_dir, sql_dir
from pipeline.problems import GuizeError
from tests.published import publish_world


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_world(tmp_path_factory.mktemp("warehouse"))


def id_of(warehouse: Path, rule: str) -> str:
    found = duckdb.sql(f"select breach_id from '{warehouse}/current/breaches.parquet' where rule_id = '{rule}' and home and track = 'in_force'")
    return str(found.fetchall()[0][0])


def told(warehouse: Path, rule: str) -> dict[str, Any]:
    return explain(warehouse, id_of(warehouse, rule), packs=packs_dir(), sql=sql_dir())


def test_an_order_is_followed_to_the_cent_and_to_the_document(warehouse: Path) -> None:
    late = told(warehouse, "jd.late_shipment")
    assert late["breach"]["store_id"] == "jd/j"
    [amount, total] = [line["en"] for line in late["arithmetic"]]
    assert "5% × paid 131.49 = 6.5745; min 5 → 6.5745; max 50 → 6.5745; rounded half up 6.57" in amount
    assert total == "money CNY in all 6.57 (confirmed)"
    assert str(late["evidence"]["order"]["paid_at"]) == "2025-09-10 10:00:00"
    assert late["avoid"][0]["en"] == "have it picked up by 2025-09-12 10:00"
    assert late["certainty"] == [{"zh": "数据证明了全部条件", "en": "the data prove every condition"}]
    assert late["statements"]
    assert all(statement["documents"] for statement in late["statements"])
    assert float(late["breach"]["money_high_cny"]) == 6.57


def test_an_insult_shows_the_word_among_its_neighbours(warehouse: Path) -> None:
    insult = told(warehouse, "tmall.abuse")
    talk = insult["evidence"]["conversation"]
    assert [row["in_evidence"] for row in talk] == [False, False, False, True]
    assert "【神经病" in talk[-1]["text"]
    assert insult["evidence"]["complaints"][0]["complaint_id"] == "K1"
    assert [row["met"] for row in insult["conditions"]] == ["yes", "no"]


def test_a_window_shows_its_sums_and_every_unit_to_mend(warehouse: Path) -> None:
    window = told(warehouse, "pinduoduo.reply_rate")["window"]
    assert (window["units"], window["ok_units"], window["op"]) == (1, 0, "ge")
    assert [(day["units"], day["ok_units"]) for day in window["days"]] == [(1, 0)]
    assert [unit["agent_id"] for unit in window["units_to_mend"]] == ["小美"]


def test_it_reads_in_both_languages(warehouse: Path) -> None:
    late = told(warehouse, "jd.late_shipment")
    try:
        set_lang("en")
        english = "\n".join(lines_of(late))
        set_lang("zh")
        chinese = "\n".join(lines_of(late))
    finally:
        set_lang("zh")
    for section in ("the rule as written then", "evidence (masked)", "arithmetic", "certainty", "sources", "what would have avoided it"):
        assert section in english
    for section in ("规则（按当时的版本）", "证据（已脱敏）", "算术", "确定性", "出处", "怎样能避免"):
        assert section in chinese
    assert "https://" in english


def test_the_command_takes_a_beginning_and_prints_json(warehouse: Path) -> None:
    whole = id_of(warehouse, "jd.late_shipment")
    done = CliRunner().invoke(cli, ["explain", whole[:14], "--warehouse", str(warehouse), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["breach"]["breach_id"] == whole


def test_an_unknown_id_names_near_ones(warehouse: Path) -> None:
    whole = id_of(warehouse, "jd.late_shipment")
    wrong = whole[:-3] + "zzz"
    with pytest.raises(GuizeError) as raised:
        explain(warehouse, wrong, packs=packs_dir(), sql=sql_dir())
    assert raised.value.problems[0].code == "breach-unknown"
    assert whole in raised.value.problems[0].mend_en


def test_a_beginning_of_several_is_refused(warehouse: Path) -> None:
    ids = [str(row[0]) for row in duckdb.sql(f"select breach_id from '{warehouse}/current/breaches.parquet'").fetchall()]
    start = next(char for char in "0123456789abcdef" if sum(found.startswith(char) for found in ids) > 1)
    with pytest.raises(GuizeError) as raised:
        explain(warehouse, start, packs=packs_dir(), sql=sql_dir())
    assert raised.value.problems[0].code == "breach-ambiguous"


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(GuizeError):
        explain(tmp_path, "x", packs=packs_dir(), sql=sql_dir())


def test_a_state_that_moved_on_is_told(warehouse: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    import shutil

    shutil.copytree(warehouse, copied)
    shutil.rmtree(copied / "state" / "units")
    with pytest.raises(GuizeError) as raised:
        explain(copied, id_of(warehouse, "jd.late_shipment"), packs=packs_dir(), sql=sql_dir())
    assert raised.value.problems[0].code == "state-moved-on"


def test_unknown_amounts_are_said_to_be_unknown() -> None:
    row = {
        "kind": "money", "penalty": 1, "code": None, "currency": "CNY", "form": None, "is_rate": False, "low": None, "high": None,
        "stated_low": None, "stated_high": None, "min_low": None, "min_high": None, "max_low": None, "max_high": None,
    }  # fmt: skip
    assert [line["en"] for line in effect_words(row)] == ["penalty 1 money CNY: no source states the amount: unknown"]


def test_caps_and_meeting_rules_are_told() -> None:
    row = {
        "kind": "points", "penalty": 2, "code": "A", "currency": None, "certainty": "contingent", "uncapped_low": 2, "uncapped_high": 2,
        "capped_low": 0, "capped_high": 0, "low": 0, "high": 0,
    }  # fmt: skip
    cap = {"penalty": 2, "cap_of": "points", "per": "week", "low": 8, "high": 8, "mode": "clip"}
    assert [line["en"] for line in sum_words(row, [cap])] == [
        "cap: points at most 8 a week (cut to what is left)",
        "points A: 2 before caps, 0 counted",
        "points A in all 0 (contingent)",
    ]
    assert as_json({"a": (1, None)}) == {"a": [1, None]}
