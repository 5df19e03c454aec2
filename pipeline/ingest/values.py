"""Turn exported text into typed values: ids, times, money, numbers, yes or no; null where nothing is said.

Reading is done in two steps. ``quick(type)`` gives two expressions over a text column: the value as nearly
every cell has it, and whether a cell is ``odd``. Only odd cells meet ``slow(type, text)``, which knows every
other way of writing and says what cannot be read at all. Nothing is guessed: what cannot be read is no value.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import polars as pl

# What exports write where nothing is known.
NOTHING = ["", "-", "--", "—", "/", "无", "null", "NULL", "None", "nan", "NaN", "N/A", "无退款申请"]
WRAPPERS = " \t\r\n\u3000\ufeff\"'‘’“”"
_BLANK = " \t\r\n\u3000\ufeff"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋：／，％　", "0123456789.-+:/,% ")
_FULL_FROM, _FULL_TO = zip(*((chr(a), chr(b)) for a, b in _FULL_WIDTH.items()), strict=True)
_EMPTY_TIMES = "^(0001-0?1-0?1|0000-00-00|1970-0?1-0?1 0?[08]:00:00|1900-0?1-0?[01]|9999-12-31)"
_CHINA = 8 * 3600
_EXACT = 2**53
_TRUE = ["是", "true", "TRUE", "True", "1", "Y", "y", "yes", "有", "√", "成立"]
_FALSE = ["否", "false", "FALSE", "False", "0", "N", "n", "no", "不是", "×", "不成立"]

Quick = tuple[pl.Expr, pl.Expr]
Slow = tuple[pl.Series, pl.Series]  # values, and which cells cannot be read


def quick(kind: str, text: pl.Expr) -> Quick:
    """The value expression of a kind of column and the expression of its odd cells."""
    return _QUICK[kind](text)


def slow(kind: str, text: pl.Series) -> Slow:
    """Values of odd cells, and which of them cannot be read."""
    return _SLOW[kind](text)


def read_cells(kind: str, text: pl.Series) -> Slow:
    """Both steps for one column."""
    value, odd = quick(kind, pl.col("text"))
    frame = text.alias("text").to_frame().select(value.alias("value"), odd.fill_null(False).alias("odd"))
    return finish(kind, text, frame.get_column("value"), frame.get_column("odd"))


def finish(kind: str, text: pl.Series, value: pl.Series, odd: pl.Series) -> Slow:
    """Fill the odd cells of a column read quickly."""
    if not odd.any():
        return value, odd
    at = odd.arg_true()
    better, bad = slow(kind, text.gather(at))
    wrong = pl.repeat(False, text.len(), eager=True).scatter(at, bad)
    return value.scatter(at, better.cast(value.dtype)), wrong


# -- quick: what nearly every cell looks like


def _quick_id(text: pl.Expr) -> Quick:
    clean = text.str.strip_chars(WRAPPERS + "=")
    value = pl.when(~clean.is_in(["", "-", "--", "无"])).then(clean)
    return value, clean.str.contains(r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d+$|^\d+\.0+$")


def _quick_text(text: pl.Expr) -> Quick:
    clean = text.str.strip_chars(_BLANK)
    return pl.when(~clean.is_in(["", "-", "--"])).then(clean), clean.str.starts_with('="')


def _quick_words(text: pl.Expr) -> Quick:
    clean = text.str.strip_chars(_BLANK)
    return pl.when(clean != "").then(clean), pl.lit(False)


def _quick_time(text: pl.Expr) -> Quick:
    value = text.str.strip_chars(WRAPPERS).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return value, (value.is_null() & text.is_not_null()) | ~value.dt.year().is_between(1971, 9998)


def _quick_money(text: pl.Expr) -> Quick:
    clean = text.str.strip_chars(WRAPPERS)
    plain = clean.str.contains(r"^-?\d{1,15}(?:\.\d{1,2})?$")
    return pl.when(plain).then(clean).cast(pl.Decimal(18, 2), strict=False), ~plain


def _quick_number(text: pl.Expr) -> Quick:
    value = text.str.strip_chars(WRAPPERS).cast(pl.Float64, strict=False)
    return value, (value.is_null() & text.is_not_null()) | ~value.is_finite()


def _quick_int(text: pl.Expr) -> Quick:
    value = text.str.strip_chars(WRAPPERS).cast(pl.Int64, strict=False)
    return value, value.is_null() & text.is_not_null()


def _quick_bool(text: pl.Expr) -> Quick:
    clean = text.str.strip_chars(WRAPPERS)
    value = clean.replace_strict(_TRUE + _FALSE, [True] * len(_TRUE) + [False] * len(_FALSE), default=None, return_dtype=pl.Boolean)
    return value, value.is_null() & text.is_not_null()


_QUICK: dict[str, Callable[[pl.Expr], Quick]] = {
    "id": _quick_id, "text": _quick_text, "words": _quick_words, "timestamp": _quick_time, "money": _quick_money, "number": _quick_number,
    "double": _quick_number, "int": _quick_int, "bool": _quick_bool,
}  # fmt: skip


# -- slow: every other way of writing


def _clean(text: pl.Series) -> pl.Series:
    """Strip wrappers and make full-width digits half-width; what says nothing becomes null."""
    told = text.str.strip_chars(WRAPPERS + "=").str.replace_many(list(_FULL_FROM), list(_FULL_TO)).str.strip_chars(WRAPPERS)
    return told.set(told.is_in(NOTHING).fill_null(False), None)


def _slow_id(text: pl.Series) -> Slow:
    clean = text.str.strip_chars(WRAPPERS + "=")
    plain = clean.str.replace(r"\.0+$", "")
    lost = (clean.str.contains("[eE]") | (plain.str.len_chars() > 15)).fill_null(False)
    return plain.set(lost, None), lost


def _slow_text(text: pl.Series) -> Slow:
    plain = text.str.strip_chars(_BLANK).str.replace(r'^="([^"]*)"$', "$1")
    return plain.set((plain == "").fill_null(False), None), pl.repeat(False, text.len(), eager=True)


def _slow_time(text: pl.Series) -> Slow:
    """Slashed, dotted, Chinese, day only, compact, ISO, Excel serials, epoch seconds and milliseconds."""
    written = _clean(text)
    told = written.str.replace_all("[年月/.]", "-").str.replace_all("日", " ").str.replace_all("[T ]+", " ").str.strip_chars(" ")
    empty = told.str.contains(_EMPTY_TIMES).fill_null(False)
    told, written = told.set(empty, None), written.set(empty, None)
    part = pl.col("text").str.extract_groups(
        r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:-?\s*(\d{1,2})[:时](\d{1,2})[:分]?(?:(\d{1,2})(?:[-,](\d{1,9}))?秒?)?(?:Z|\+08:?00)?)?$"
    )
    frame = pl.DataFrame({"text": told, "written": written}).with_columns(part.alias("p"))
    said = [pl.col("p").struct.field(str(i)).cast(pl.Int64, strict=False) for i in range(1, 7)]
    number = [said_part.fill_null(0) if place > 2 else said_part for place, said_part in enumerate(said)]
    # An impossible date (31 September) must not stop the rest: the text is parsed, not the numbers.
    dashed = pl.format(
        "{}-{}-{} {}:{}:{}", *(n.cast(pl.String).str.zfill(4 if i == 0 else 2) for i, n in enumerate(number))
    ).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    fraction = pl.col("p").struct.field("7").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64, strict=False)
    dashed = pl.when(dashed.dt.year().is_between(1971, 9998)).then(dashed + pl.duration(microseconds=fraction))
    digits = pl.col("written").str.extract(r"^(\d+(?:\.\d+)?)$")
    value = digits.cast(pl.Float64, strict=False)
    whole = digits.str.extract(r"^(\d+)")
    length = whole.str.len_chars()
    count = whole.cast(pl.Int64, strict=False)
    instant = pl.when(length == 13).then(count * 1000).when(length == 10).then(count * 1_000_000)
    epoch = (instant + _CHINA * 1_000_000).cast(pl.Datetime("us"))
    compact = pl.when(length == 14).then(whole).when((length == 8) & whole.str.starts_with("20")).then(whole + "000000")
    joined = compact.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us")
    days = pl.when((length == 5) & value.is_between(20_000, 80_000)).then(value)
    serial = ((days - 25_569) * 86_400).round().cast(pl.Int64).mul(1_000_000).cast(pl.Datetime("us"))
    result = frame.select(pl.coalesce(dashed, epoch, joined, serial).alias("t")).to_series()
    return result, result.is_null() & told.is_not_null()


def _slow_money(text: pl.Series) -> Slow:
    rest = _clean(text).str.replace_all(r"[¥￥,，\s元]|CNY|RMB", "")
    rest = rest.set(rest.is_in(NOTHING).fill_null(False), None)
    exact = pl.Series([_cents(value) for value in rest], dtype=pl.Decimal(18, 2))
    return exact, exact.is_null() & rest.is_not_null()


def _cents(text: str | None) -> Decimal | None:
    """Two decimals, rounded half up."""
    if text is None or "_" in text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        return None
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _slow_number(text: pl.Series) -> Slow:
    """A percent sign divides by a hundred; units and thousands commas are read through."""
    clean = _clean(text).str.replace_all(r"[,，\s]", "")
    percent = clean.str.ends_with("%").fill_null(False)
    body = clean.str.strip_suffix("%").str.replace(r"(?:分|件|个|条|次|秒|天)$", "")
    body = body.set(~body.str.contains(r"^[+-]?(?:\d+\.?\d*|\.\d+)$").fill_null(False), None)
    value = body.cast(pl.Float64, strict=False)
    value = pl.DataFrame({"v": value, "p": percent}).select(pl.when("p").then(pl.col("v") / 100).otherwise("v")).to_series()
    return value, value.is_null() & clean.is_not_null()


def _slow_int(text: pl.Series) -> Slow:
    value, bad = _slow_number(text)
    broken = ((value != value.floor()) | (value.abs() >= _EXACT)).fill_null(False)
    return value.set(broken, None).cast(pl.Int64, strict=False), bad | broken


def _slow_bool(text: pl.Series) -> Slow:
    clean = _clean(text)
    value = clean.replace_strict(_TRUE + _FALSE, [True] * len(_TRUE) + [False] * len(_FALSE), default=None, return_dtype=pl.Boolean)
    return value, value.is_null() & clean.is_not_null()


_SLOW: dict[str, Callable[[pl.Series], Slow]] = {
    "id": _slow_id, "text": _slow_text, "words": _slow_text, "timestamp": _slow_time, "money": _slow_money, "number": _slow_number,
    "double": _slow_number, "int": _slow_int, "bool": _slow_bool,
}  # fmt: skip
