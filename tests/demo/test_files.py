"""Files: encodings, line ends, workbooks that other programs open."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from pipeline.demo.writers.files import headings, table, write_csv, write_xlsx


def test_csv_in_gb18030_and_in_utf8_with_a_mark(tmp_path: Path) -> None:
    frame = pl.DataFrame({"订单编号": ['="1"'], "标题": ["女装，长裙"]})
    gb = write_csv(tmp_path / "a.csv", frame, encoding="gb18030").read_bytes()
    assert gb.decode("gb18030") == '订单编号,标题\r\n"=""1""",女装，长裙\r\n'
    utf = write_csv(tmp_path / "b.csv", frame).read_bytes()
    assert utf.startswith(b"\xef\xbb\xbf") and utf.decode("utf-8-sig").endswith("女装，长裙\r\n")


def test_long_csv_is_written_in_parts_with_one_heading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.demo.writers.files._CHUNK", 2)
    frame = pl.DataFrame({"a": [str(n) for n in range(5)]})
    text = write_csv(tmp_path / "a.csv", frame, encoding="gb18030").read_text("gb18030")
    assert text.split() == ["a", "0", "1", "2", "3", "4"]


def test_workbook_keeps_ids_spaces_and_markup(tmp_path: Path) -> None:
    frame = pl.DataFrame({"订单号": ["250829-107000000000331\t", ""], "商品": ["<枕头> & 被", " 尾空格 "]})
    path = write_xlsx(tmp_path / "a.xlsx", frame, sheet="Sheet0")
    sheet = openpyxl.load_workbook(path)["Sheet0"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["订单号", "商品"],
        ["250829-107000000000331\t", "<枕头> & 被"],
        [None, " 尾空格 "],
    ]


def test_workbook_may_state_a_wrong_range_and_a_row_above(tmp_path: Path) -> None:
    frame = pl.DataFrame({f"列{n}": ["x"] for n in range(30)})
    path = write_xlsx(tmp_path / "a.xlsx", frame, above=["组"] + [""] * 29, wrong_dimension=True)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "组" and rows[1][29] == "列29" and rows[2][29] == "x"


def test_same_frame_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["1"]})
    one, two = (write_xlsx(tmp_path / name, frame).read_bytes() for name in ("1.xlsx", "2.xlsx"))
    assert one == two


def test_unknown_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="no such heading"):
        table(headings("甲,乙"), {"丙": ["1"]})
