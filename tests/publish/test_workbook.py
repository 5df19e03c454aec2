"""The workbook: Chinese headings, amounts that equal the mart, and no text that Excel takes for a formula."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.lang import set_lang
from pipeline.publish.release import publish
from pipeline.publish.workbook import write_workbook
from tests.publish.sample import RUN, frame, sample_warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_warehouse(tmp_path_factory.mktemp("w"), stores=3)


def test_sheets_headings_and_sums(warehouse: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_workbook(warehouse, tmp_path / "x.xlsx"))
    assert book.sheetnames == ["总览", "敞口明细", "违规", "积分台账", "接下来要做", "口径与出处"]
    page = book["敞口明细"]
    titles = [cell.value for cell in page[1]]
    assert titles[:4] == ["月份", "店铺", "平台规则", "本平台"]
    assert page.freeze_panes == "C2" and page.auto_filter.ref is not None
    column = titles.index("金额上界（元）")
    total = sum(row[column].value or 0 for row in page.iter_rows(min_row=2))
    mart = pl.read_parquet(warehouse / "current" / "exposure.parquet")
    assert total == pytest.approx(float(mart["money_high_cny"].sum()))
    assert page.cell(2, column + 1).number_format == "¥#,##0.00"
    assert page.conditional_formatting
    words = {row[6].value for row in page.iter_rows(min_row=2)}
    assert words == {"已确认", "待定"}


def test_store_and_month_narrow_and_english(warehouse: Path, tmp_path: Path) -> None:
    set_lang("en")
    try:
        file = write_workbook(warehouse, tmp_path / "x.xlsx", store="douyin/douyin-1", month="2025-10")
    finally:
        set_lang("zh")
    page = openpyxl.load_workbook(file)["Exposure"]
    assert {row[0].value for row in page.iter_rows(min_row=2)} == {"2025-10"}
    assert {row[1].value for row in page.iter_rows(min_row=2)} == {"抖音示例店1"}


def test_formulas_in_data_stay_text_and_empty_marts_say_so(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","y")'
    row = RUN | {"store_id": "jd/a", "platform": "jd", "pack": "jd", "rule_id": "r", "zh": evil, "en": "+1"}
    due = frame("open_deadlines", [row | {"order_id": "@x"}])
    publish({"open_deadlines": due}, tmp_path / "w", "r1", keep=1)
    book = openpyxl.load_workbook(write_workbook(tmp_path / "w", tmp_path / "x.xlsx"))
    cell = book["接下来要做"]["C2"]
    assert (cell.value, cell.data_type) == (evil, "s")
    assert book["违规"]["A2"].value == "没有数据"
