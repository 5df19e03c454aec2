"""The quick ways of reading against the thorough ones: regular blocks, columns that say few things often, months, utf-8."""

from __future__ import annotations

import hmac
import random
from datetime import datetime, timedelta

import polars as pl
import pytest

from pipeline.ingest import columns, delimited, meanings, often, parse, sniff, values
from pipeline.ingest.layouts import Source
from pipeline.ingest.people import hash_people
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
    wanted = sorted(chance.sample(range(width), chance.randint(1, width)))
    got = delimited._parse(raw, encoding, separator, width, wanted)
    want = delimited._parse_irregular(to_utf8(raw, encoding), False, False, separator, width, wanted)
    assert _plain(got).equals(want)
    assert (parse_regular(raw, separator, width, wanted, encoding) is None) == (separator == "|" and encoding == "gb18030")


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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_large_block_holds_what_it_says_often_as_numbers(encoding: str) -> None:
    chance = random.Random(encoding)
    few = [cell for cell in CELLS if cell != "|"]
    rows = [[f"买家{number}", chance.choice(few), "", chance.choice(few) if number > 3_000 else "甲", str(number % 9_000)] for number in range(12_000)]
    raw = "".join(",".join(row) + "," + "x" * 40 + "\r\n" for row in rows).encode(encoding)
    got = parse_regular(raw, ",", 6, [0, 1, 2, 3, 4], encoding)
    assert got is not None and [isinstance(dtype, pl.Enum) for dtype in got.dtypes] == [False, True, True, True, False]
    assert _plain(got).equals(delimited._parse_irregular(to_utf8(raw, encoding), False, False, ",", 6, [0, 1, 2, 3, 4]).drop("ragged"))


def test_bytes_that_become_the_same_text_are_not_held_as_numbers() -> None:
    raw = b"".join(b"ab\x81\x30,cd\xff,%d\n" % number if number % 2 else b"ab\xff,cd\xff,%d\n" % number for number in range(60_000))
    got = parse_regular(raw, ",", 3, [0, 1], "gb18030")
    assert got is not None and got.height == 60_000
    assert _plain(got)["c1"].unique().to_list() == ["cd\ufffd"]


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(often.plain(name, frame.schema) for name, dtype in frame.schema.items() if isinstance(dtype, pl.Enum))


@pytest.mark.parametrize("kind", ["id", "text", "timestamp", "money", "number", "int", "bool"])
def test_few_things_said_often_are_read_as_each_alone(kind: str) -> None:
    written = [None, "", "-", '="7"', "1.01E+13", "9.50", "1,097.00", "2025-09-01 10:00:00", "2025年9月1日", "是", "明天", '="甲"', "12.0"]
    text = pl.Series("c0", [random.Random(kind).choice(written) for _ in range(5_000)], dtype=pl.String)
    held = often.hold(text.to_frame(), ["c0"]).to_series()
    texts = often.texts_in(held.dtype)
    assert texts is not None and held.cast(pl.String).equals(text)
    source = Source("paid_cny", kind, ())
    value, wrong = values.read_cells(kind, text)
    few = columns._read_once(kind, source, texts, held.to_physical(), lambda people: people)
    assert few[0].equals(value, check_dtypes=True)
    assert (few[1].to_list() if few[1] is not None else [False] * 5_000) == wrong.to_list()
    many = pl.DataFrame({"c0": [str(number) for number in range(5_000)]})
    assert often.hold(many, ["c0"]).schema == many.schema


def test_words_of_few_texts_mean_what_they_mean_one_by_one() -> None:
    source = Source("status", "text", (), values={"甲": "a", "~^乙": "b", "": "nothing"})
    text = pl.Series("0", ["甲", "乙丙", None, "", "丁"] * 3)
    held = often.held(pl.Series(["甲", "乙丙", "", "丁"]), pl.Series([0, 1, None, 2, 3] * 3))
    alone = meanings.mapped(text.to_frame(), {"0": (text.unique(), source)})["0"]
    few = meanings.mapped_once(held.dtype.categories, held.to_physical(), source)  # type: ignore[attr-defined]
    assert few[0].to_list() == alone[0].to_list() == ["a", "b", "nothing", "nothing", None] * 3
    assert few[1] is not None and alone[1] is not None and few[1].to_list() == alone[1].to_list()


def test_people_are_hashed_as_hmac_says() -> None:
    people = pl.Series(["甲", None, "b", "甲", "x" * 90, ""])
    for key in (b"k" * 16, b"long" * 40):
        want = [None if who is None else hmac.digest(key, f"jd:{who}".encode(), "sha256").hex()[:32] for who in people.to_list()]
        assert hash_people(people, key, "jd").to_list() == want
    assert hash_people(pl.Series([None, None]), b"k" * 16, "jd").to_list() == [None, None]


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
