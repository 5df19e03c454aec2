"""Every worked case of every pack comes out of the real SQL as its author worked it out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.paths import packs_dir, sql_dir
from pipeline.rules.cases import load_cases, pending_measures
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs
from pipeline.text.lexicon import load_lexicons
from tests.case_worlds import judge_cases, misses

FOLDERS = ("baseline", "douyin", "jd", "kuaishou", "law", "pinduoduo", "suning", "taobao_tmall")


@pytest.mark.parametrize("folder", FOLDERS)
def test_cases_of(folder: str, tmp_path: Path) -> None:
    packs = load_packs(packs_dir())
    cases = [case for case in load_cases(packs_dir()) if case.folder == folder]
    codes = ["taobao", "tmall"] if folder == "taobao_tmall" else [folder]
    world = judge_cases(tmp_path, cases, compile_packs(packs), load_lexicons(packs_dir() / "lexicons"), codes)
    assert cases
    assert [str(miss) for miss in misses(world, cases)] == []


def test_no_case_waits_for_a_measure() -> None:
    packs = load_packs(packs_dir())
    assert pending_measures(load_cases(packs_dir()), packs, sql_dir()) == {}


def test_a_wrong_expectation_is_seen(tmp_path: Path) -> None:
    """The comparison itself can fail: a case whose money is one cent off is reported."""
    packs = load_packs(packs_dir())
    case = next(case for case in load_cases(packs_dir()) if case.rule == "taobao.late_shipment" and case.expect.money)
    assert case.expect.money is not None and case.expect.money.low is not None
    from dataclasses import replace
    from decimal import Decimal

    off = replace(case.expect, money=replace(case.expect.money, low=case.expect.money.low + Decimal("0.01")))
    wrong = [replace(case, expect=off)]
    world = judge_cases(
        tmp_path, wrong, compile_packs(packs), load_lexicons(packs_dir() / "lexicons"), ["taobao", "tmall"]
    )
    assert [miss.what for miss in misses(world, wrong)] == ["money"]
