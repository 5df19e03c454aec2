"""What reading writes is what the rules ask for: a code of two names would judge nothing, in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.ingest.layouts import load_layouts
from pipeline.ingest.masking import KINDS
from pipeline.paths import packs_dir
from pipeline.problems import GuizeError
from pipeline.rules.load import load_packs

from .test_desk_files import AT_TEXT, headings
from .world import World, csv_bytes


def _codes(table: str, column: str) -> set[str]:
    """Every code that some layout of some platform writes into a column."""
    found: set[str] = set()
    for platform in load_packs(packs_dir()).registry.platforms:
        for layout in load_layouts(packs_dir(), platform):
            for source in layout.tables.get(table, ()):
                if source.column == column and source.values:
                    found |= {code for code in source.values.values() if isinstance(code, str)}
    return found


@pytest.mark.parametrize(
    ("measure", "param", "table", "column"),
    [("refund", "kinds", "aftersales", "kind"), ("refund", "stages", "aftersales", "stage"), ("complaint", "stages", "aftersales", "stage"), ("block", "allowed_reasons", "blocks", "reason")],
)
def test_the_values_a_rule_may_name_are_those_that_layouts_write(measure: str, param: str, table: str, column: str) -> None:
    assert set(load_packs(packs_dir()).registry.measures[measure].params[param].values) == _codes(table, column)


def test_the_kinds_of_data_a_rule_may_name_are_those_that_are_masked() -> None:
    assert set(load_packs(packs_dir()).registry.measures["privacy"].params["kinds"].values) == set(KINDS)


@pytest.mark.parametrize(
    ("written", "concept"),
    [("退款纠纷", "refund_time"), ("延迟退款", "refund_time"), ("未开发票", "invoice"), ("物流停滞", "complaint_stalled_logistics"), ("未按约定时间发货", "late_shipment"), ("态度不好", "bad_attitude"), ("其他", None)],
)
def test_what_buyers_complain_of_becomes_a_concept(world: World, written: str, concept: str | None) -> None:
    world.loaded("suning/s/投诉.csv", csv_bytes(headings("suning", "template.complaints"), {"投诉编号": "T1", "订单号": "1", "投诉事项": written, "投诉时间": AT_TEXT}))
    assert world.row("complaints")["concept"] == concept


def test_a_layout_that_names_no_concept_is_refused(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(packs_dir(), packs)
    common = packs / "registry" / "export_common.yaml"
    common.write_text(common.read_text(encoding="utf-8").replace("骚扰他人: harassment", "骚扰他人: harrassment"), encoding="utf-8")
    with pytest.raises(GuizeError) as refused:
        load_layouts(packs, "jd")
    assert "harrassment" in refused.value.problems[0].en
