"""Cells in every way in which exports write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest

from pipeline.ingest.values import read_cells

T = datetime(2025, 9, 1, 12, 0, 0)


def one(kind: str, text: str | None) -> object:
    value, bad = read_cells(kind, pl.Series([text, text], dtype=pl.String))
    return "bad" if bad[0] else value[0]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2025-09-01 12:00:00", T), ("2025/9/1 12:00", T), ("2025/9/1 12:00:00", T), ("\t2025-09-01 12:00:00\t", T),
        ("2025年09月01日 12:00:00", T), ("2025年9月1日12时00分00秒", T), ("2025-09-01T12:00:00", T), ("2025.09.01 12:00:00", T),
        ("2025-09-01 12:00:00.0", T), ("20250901120000", T), ("1756699200", T), ("1756699200000", T), ("45901.5", T),
        ("２０２５－０９－０１ １２：００：００", T), ("'2025-09-01 12:00:00", T), ("2025/09/01", datetime(2025, 9, 1)), ("45901", datetime(2025, 9, 1)),
        ("2025-09-01 12:00:00.450", T.replace(microsecond=450_000)), ("2025-09-01 12:00:00.000002", T.replace(microsecond=2)), ("2016/5/23 22:02", datetime(2016, 5, 23, 22, 2)),
        ("", None), ("-", None), ("--", None), (None, None), ("0001-01-01 00:00:00", None), ("0000-00-00 00:00:00", None),
        ("1970-01-01 08:00:00", None), ("明天", "bad"), ("2025-09-31 12:00:00", "bad"), ("2025-13-01 00:00:00", "bad"), ("12:00:00", "bad"), ("123", "bad"),
    ],
)  # fmt: skip
def test_times(text: str | None, want: object) -> None:
    assert one("timestamp", text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("89.50", "89.50"), ("¥89.50", "89.50"), ("￥1,097.00", "1097.00"), ("1,097.00", "1097.00"), ("159", "159.00"), ("0元", "0.00"),
        ("12.345", "12.35"), ("0.005", "0.01"), ("-3.5", "-3.50"), ("１２．５０", "12.50"), ('="89.5"', "89.50"), ("1e3", "1000.00"),
        ("-", None), ("--", None), ("", None), ("无退款申请", None), (None, None), ("八十", "bad"), ("NaN", None), ("inf", "bad"), ("99999999999999999999", "bad"),
    ],
)  # fmt: skip
def test_money(text: str | None, want: str | None) -> None:
    got = one("money", text)
    assert got == (Decimal(want) if want not in (None, "bad") else want)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('="2869123456789012345"', "2869123456789012345"), ("'123", "123"), ("\t123\t", "123"), ("'123\t", "123"), ("10160070484512.0", "10160070484512"),
        ("1.01E+13", "bad"), ("2.86912345678901E+18", "bad"), ("2869123456789012345.0", "bad"), ("250901-123456789012345", "250901-123456789012345"),
        ("", None), ("-", None), ("0012", "0012"), ("１２３", "１２３"), ("A1E5", "A1E5"),
    ],
)  # fmt: skip
def test_ids(text: str, want: str | None) -> None:
    assert one("id", text) == want


@pytest.mark.parametrize(
    ("kind", "text", "want"),
    [
        ("double", "0.9971", 0.9971), ("double", "99.71%", 0.9971), ("double", "1,234.5", 1234.5), ("double", "-", None), ("double", "多", "bad"),
        ("int", "3", 3), ("int", "3.0", 3), ("int", "1,000", 1000), ("int", "2件", 2), ("int", "3.5", "bad"), ("int", "", None),
        ("bool", "是", True), ("bool", "否", False), ("bool", "1", True), ("bool", "", None), ("bool", "也许", "bad"),
        ("text", " 你好 ", "你好"), ("text", "-", None), ("text", '="文字"', "文字"), ("words", "-", "-"), ("words", "  ", None),
    ],
)  # fmt: skip
def test_numbers_bools_and_text(kind: str, text: str, want: object) -> None:
    got = one(kind, text)
    assert got == pytest.approx(want) if isinstance(want, float) else got == want
