"""guize text prints every row, what was found in it, who forbids it and what to say instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.text import command
from pipeline.text.command import check, text
from pipeline.text.costs import Cost, costs_of
from pipeline.text.lexicon import Lexicons
from pipeline.text.rows import Row

FORBIDS = [Cost("douyin", "douyin.x", "扣分", "points"), Cost("jd", "jd.x", "罚款", "a fine")]


def test_one_object_a_row(lexicons: Lexicons) -> None:
    rows = [Row(1, "agent", "您好"), Row(2, "agent", "亲，加我微信"), Row(3, "buyer", "加我微信")]
    first, second, third = check(rows, lexicons, lambda concept, lexicon: FORBIDS)
    assert (first["row"], first["hits"]) == (1, [])
    assert third == {"row": 3, "role": "buyer", "text": "加我微信", "hits": []}
    (hit,) = second["hits"]
    assert (hit["start"], hit["end"], hit["tier"], hit["concept"]) == (
        2,
        6,
        "forbidden",
        "off_platform_trade",
    )
    assert hit["packs"] == ["douyin", "jd"]
    assert hit["instead"]


def test_wanted_wording_is_no_finding(lexicons: Lexicons) -> None:
    (row,) = check([Row(1, "agent", "您好，请稍等，正在为您查询")], lexicons, lambda concept, lexicon: [])
    assert row["hits"] == []


def test_the_command_prints_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lexicons: Lexicons) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "pipeline.text.costs.costs_of", lambda folder, today: lambda concept, lexicon: FORBIDS
    )
    run = CliRunner().invoke(text, ["-", "--json"], input="您好\n\n你这个傻逼\n")
    assert run.exit_code == 0
    rows = [json.loads(line) for line in run.output.splitlines()]
    assert [row["row"] for row in rows] == [1, 2, 3]
    assert [len(row["hits"]) for row in rows] == [0, 0, 1]
    shown = CliRunner().invoke(text, ["-"], input="您好\n你这个傻逼\n")
    assert shown.exit_code == 0
    assert "傻逼" in shown.output
    assert "douyin: 扣分" in shown.output


def test_a_folder_that_is_not_there_is_a_usage_error() -> None:
    assert CliRunner().invoke(command.text, ["-", "--packs", "/nowhere"], input="").exit_code == 2


def test_costs_come_from_rules_in_force() -> None:
    from datetime import date

    from pipeline.paths import packs_dir

    costs = costs_of(packs_dir(), date(2026, 11, 1))
    packs = {cost.pack for cost in costs("abuse", "abuse")}
    assert {"douyin", "pinduoduo"} <= packs
    assert all(cost.zh and cost.en for cost in costs("abuse", "abuse"))
    assert costs("no_such_concept", "no_such_lexicon") == []
