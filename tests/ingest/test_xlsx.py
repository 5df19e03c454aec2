"""The quick reader of workbooks against the general one, and what makes it step aside."""

from __future__ import annotations

import io
import random
import zipfile

import polars as pl
import pytest

from pipeline.ingest import xlsx
from pipeline.ingest.sheet import RAGGED, ROW
from pipeline.ingest.workbook import read_xlsx

from .world import World, table_rows, xlsx_bytes

NAMES = ["订单号", "订单状态", "下单时间", "实付金额"]
CELLS = {"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00", "实付金额": "5"}


def rows_of(data: bytes, width: int) -> list[tuple[object, ...]]:
    sheet = xlsx.open_sheets(zipfile.ZipFile(io.BytesIO(data)), lambda name, size: None)[0]
    frames = list(sheet.chunks(0, width, range(width)))
    return pl.concat(frames).select(ROW, *(f"c{at}" for at in range(width))).rows()


def with_sheet(change: tuple[bytes, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(table_rows(NAMES, CELLS)))) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info).replace(*change))
    return out.getvalue()


@pytest.mark.parametrize("seed", range(12))
def test_equal_to_the_general_reader(seed: int) -> None:
    chance = random.Random(seed)
    width = chance.randint(2, 60)

    def cell() -> object:
        return chance.choice([None, "甲", "a&b<c>", "  x ", "多\n行", chance.randint(0, 10**9), chance.randint(0, 10**6) / 4, True, "0012", "=1", "''", "\"q\""])

    rows = [["h"] * width] + [[chance.randint(1, 9), *(cell() for _ in range(width - 1))] for _ in range(chance.randint(1, 80))]
    data = xlsx_bytes(rows)
    quick = rows_of(data, width)
    general = next(iter(read_xlsx(data, "x", general=True)[0].chunks(0, width, range(width)))).select(ROW, *(f"c{at}" for at in range(width))).rows()

    def same(row: tuple[object, ...]) -> tuple[object, ...]:
        return tuple({"true": "1", "": None}.get(str(value), value) if value is not None else None for value in row)

    assert [same(row) for row in quick] == [same(row) for row in general]


def test_long_and_exponent_numbers_show_what_was_lost() -> None:
    rows = [["h"] * 5, [2869123456789012345, 10160070484512.0, 123456789012345, 1.5e-3, 1e14]]
    (row,) = rows_of(xlsx_bytes(rows), 5)
    assert row[1] == "2.869123E+18" and row[2:4] == ("10160070484512", "123456789012345") and float(str(row[4])) == 0.0015 and row[5] == "100000000000000"


def test_blank_rows_keep_the_numbers_of_the_others(world: World) -> None:
    world.loaded("suning/s/a.xlsx", xlsx_bytes([[], ["标题"], [], *table_rows(NAMES, CELLS)[:1], [], list(CELLS.values())]))
    assert world.row("orders")["source_row"] == 6


def test_cells_beyond_the_heading_make_a_row_ragged(world: World) -> None:
    data = xlsx_bytes([NAMES, [*CELLS.values(), "多一格"]])
    sheet = xlsx.open_sheets(zipfile.ZipFile(io.BytesIO(data)), lambda name, size: None)[0]
    assert next(sheet.chunks(0, 4, [0]))[RAGGED].to_list() == [True]


@pytest.mark.parametrize(
    "change",
    [
        (b"<c ", b"<x:c "), (b' r="A1"', b""), (b"</row>", b"</row >"), (b'<row r="2"', b'<row spans="1" r="2"'),
        (b"<t>", b"<r><t>"), (b"<v>0</v>", b"<v>0</v><v>1</v>"),
    ],
)  # fmt: skip
def test_what_is_not_plain_goes_to_the_general_reader_or_is_refused(world: World, change: tuple[bytes, bytes]) -> None:
    world.put("suning/s/a.xlsx", with_sheet(change))
    report = world.read()
    assert report.totals()["loaded"] == 1 or report.refused


def test_rich_text_is_read_by_the_general_reader(world: World) -> None:
    data = xlsx_bytes(table_rows(NAMES, CELLS))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info).replace("<t>已发货</t>".encode(), "<r><t>已</t></r><r><t>发货</t></r>".encode())
            new.writestr(info.filename, content)
    world.loaded("suning/s/a.xlsx", out.getvalue())
    assert world.row("orders")["status"] == "shipped"


def test_many_blocks_join_without_loss(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_PIECE", 3_000)
    rows = [{**CELLS, "订单号": str(number), "实付金额": f"{number}.50"} for number in range(1, 301)]
    world.loaded("suning/s/a.xlsx", xlsx_bytes(table_rows(NAMES, *rows)))
    orders = world.facts("orders")
    assert orders.height == 300 and float(orders["paid_cny"].sum()) == sum(range(1, 301)) + 150
    assert sorted(orders["source_row"].to_list()) == list(range(2, 302))
