"""The quick ways of reading against the thorough ones: regular blocks, columns that say few things often, months, utf-8."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import polars as pl
import pytest

from pipeline.ingest import delimited, parse, sniff, values
from pipeline.ingest.regular import parse_regular
from pipeline.ingest.transcode import to_utf8

CELLS = ["", "1", "0012", "甲乙", "买家已付款", "a b", "0.50", "ｶﾅ", "𠮷", "é", "|", "№:YT1", " x "]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("seed", range(4))
def test_a_regular_block_reads_as_a_transcoded_one(separator: str, encoding: str, seed: int) -> None:
    chance = random.Random(seed)
    width = chance.randint(2, 9)
    cells = [cell for cell in CELLS if separator not in cell]
    lines = [separator.join(chance.choice(cells) for _ in range(width)) for _ in range(chance.randint(1, 60))]
    raw = "".join(line + chance.choice(["\n", "\r\n"]) for line in lines).encode(encoding)
    columns = sorted(chance.sample(range(width), chance.randint(1, width)))
    got = delimited._parse(raw, encoding, separator, width, columns)
    want = delimited._parse_irregular(to_utf8(raw, encoding), False, False, separator, width, columns)
    assert got.equals(want)
    assert (parse_regular(raw, separator, width, columns, encoding) is None) == (separator == "|" and encoding == "gb18030")


@pytest.mark.parametrize("broken", [b"\xc2", b"\xff", b"\x81\x30", b"\x80"])
def test_bytes_that_are_no_character_stay_in_their_cell(broken: bytes) -> None:
    raw = "甲,乙\n".encode("gb18030") + b"x" + broken + b",\xd2\xd2\n"
    frame = parse_regular(raw, ",", 2, [0, 1], "gb18030")
    assert frame is not None and frame["c1"].to_list() == ["乙", "乙"]
    assert frame["c0"][0] == "甲" and str(frame["c0"][1]).startswith("x\ufffd")


@pytest.mark.parametrize("raw", [b"1,2,3\n1,2\n", b"1\n", b"1,2\r3\n4,5\n"])
def test_rows_of_another_width_are_not_regular(raw: bytes) -> None:
    assert parse_regular(raw, ",", 2, [0], "utf-8") is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_rows_so_that_the_numbers_stay_right(end: str) -> None:
    raw = f"1,2{end}{end}3,4{end}".encode()
    got = delimited._parse(raw, "utf-8", ",", 2, [0, 1])
    assert got["c0"].to_list() == ["1", None, "3"]
    assert got.equals(delimited._parse_irregular(raw, False, False, ",", 2, [0, 1]))


@pytest.mark.parametrize("kind", ["id", "text", "timestamp", "money", "number", "int", "bool"])
def test_few_things_said_often_are_read_as_each_alone(kind: str) -> None:
    written = [None, "", "-", '="7"', "1.01E+13", "9.50", "1,097.00", "2025-09-01 10:00:00", "2025年9月1日", "是", "明天", '="甲"', "12.0"]
    text = pl.Series([random.Random(kind).choice(written) for _ in range(400)], dtype=pl.String)
    value, wrong = values.read_cells(kind, text)
    few = values.read_few(kind, text)
    assert few is not None and few[0].equals(value, check_dtypes=True)
    assert (few[1].to_list() if few[1] is not None else [False] * 400) == wrong.to_list()
    assert values.read_few(kind, pl.Series([str(number) for number in range(400)])) is None


def test_months_are_those_of_the_calendar() -> None:
    chance = random.Random(3)
    times = [None, *(datetime(2019, 1, 1) + timedelta(hours=chance.randint(0, 90_000)) for _ in range(500))]
    assert parse.months_of(pl.Series(times)).to_list() == [None if time is None else time.strftime("%Y-%m") for time in times]
    assert parse.months_of(pl.Series([None], dtype=pl.Datetime("us"))).to_list() == [None]


def test_utf_8_is_told_from_gbk_wherever_a_read_ends() -> None:
    for back in range(5):
        whole = b"a" * ((1 << 22) - back)
        assert sniff.encoding_of(whole + "😀中".encode()) == "utf-8"
        assert sniff.encoding_of(whole + "中".encode("gb18030")) == "gb18030"
        assert sniff.encoding_of(whole + "😀".encode()[:-1]) == "gb18030"
