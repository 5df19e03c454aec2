"""Cases come out typed, and what is not usable is named."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.problems import RulesInvalid
from pipeline.rules.cases import load_cases, pending_measures
from pipeline.rules.load import load_packs
from pipeline.rules.values import Number
from tests.rules.small_packs import spoil, write_packs

CASES = "jd/cases.yaml"


def test_cases_are_typed(tmp_path: Path) -> None:
    cases = {case.rule: case for case in load_cases(write_packs(tmp_path))}
    late = cases["jd.late_shipment"]
    order = late.facts["orders"][0]
    assert order["paid_at"] == datetime(2020, 3, 1, 10) and order["paid_cny"] == Decimal("100.00")
    assert order["is_presale"] is False and order["quantity"] == 1 and "status" not in order
    assert late.store == {"platform": "jd", "opened_on": date(2019, 1, 1)}
    assert (late.expect.units, late.expect.failing, late.expect.verdict, late.expect.certainty) == (
        1,
        1,
        "breach",
        "confirmed",
    )
    assert late.expect.money == Number(Decimal(3), Decimal(3)) and late.expect.currency == "CNY"
    insult = cases["jd.abuse"].expect
    assert (insult.sanction, insult.sanction_days) == ("suspension", Number(Decimal(3), Decimal(3)))
    ladder = cases["jd.ladder"]
    assert ladder.track == "training" and ladder.where.startswith("jd/cases.yaml:")
    assert (ladder.expect.points_class, ladder.expect.points) == ("general", Number(Decimal(2), None))
    assert ladder.expect.units is None and ladder.expect.verdict is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("'2020-03-09 10:00:00'", "'9 March'", "bad_case"),
        ("is_presale: false", "is_presale: maybe", "bad_case"),
        ("quantity: 1", "quantity: true", "bad_case"),
        ("money: ['3.00', '3.00']", "money: '3.00'", "bad_case"),
        ("days: ['3', '3']", "days: [three, '3']", "bad_case"),
        ("certainty: confirmed", "certainty: sure", "not_one_of"),
        ("track: training", "track: taught", "not_one_of"),
        ("facts: {}", "facts: []", "bad_case"),
        ("  expect: {units: 1, failing: 0, verdict: ok}\n", "", "missing_key"),
        ("store: {platform: jd}", "store: {colour: red}", "unknown_key"),
        ("- rule: jd.reply_rate\n", "- jd.reply_rate\n- rule: jd.reply_rate\n", "bad_case"),
    ],
)
def test_what_is_not_usable_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    write_packs(tmp_path, **spoil(CASES, old, new))
    with pytest.raises(RulesInvalid) as refused:
        load_cases(tmp_path)
    assert code in {problem.code for problem in refused.value.problems}


def test_a_case_on_a_track_its_rule_does_not_have(tmp_path: Path) -> None:
    write_packs(tmp_path, **spoil(CASES, "- rule: jd.abuse\n", "- rule: jd.abuse\n  track: training\n"))
    with pytest.raises(RulesInvalid) as refused:
        load_packs(tmp_path)
    assert {problem.code for problem in refused.value.problems} == {"bad_case"}


def test_cases_wait_for_their_measure(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path / "packs"))
    sql = tmp_path / "sql"
    (sql / "measures").mkdir(parents=True)
    (sql / "measures" / "reply.sql").write_text("select 1", encoding="utf-8")
    # A ladder counts over rules in the global zone: it never waits for a measure of its own.
    assert pending_measures(packs.cases, packs, sql) == {"shipment": 1, "phrase": 1}
