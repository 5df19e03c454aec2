"""Turn exported text into typed values: ids, times, money, numbers, yes or no; null where nothing is said.

Reading is done in three steps. ``strip(kind, text)`` takes off wrappers, ``quick(kind, text)`` gives the value as
nearly every cell has it, ``finish`` finds the odd cells among the stripped ones and reads them with ``slow``,
which knows every other way of writing and says what cannot be read at all. Nothing is guessed: what cannot be
read is no value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, cast

import polars as pl

# What exports write where nothing is known.
NOTHING = ["", "-", "--", "—", "/", "无", "null", "NULL", "None", "nan", "NaN", "N/A", "无退款申请"]
WRAPPERS = " \t\r\n\u3000\ufeff\"'‘’“”"
_BLANK = " \t\r\n\u3000\ufeff"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋：／，％　", "0123456789.-+:/,% ")
_FULL_FROM, _FULL_TO = zip(*((chr(a), chr(b)) for a, b in _FULL_WIDTH.items()), strict=True)
_EMPTY_TIMES = "^(0001-0?1-0?1|0000-00-00|1970-0?1-0?1 0?[08]:00:00|1900-0?1-0?[01]|9999-12-31)"
_PARTS = r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:-?\s*(\d{1,2})[:时](\d{1,2})[:分]?(?:(\d{1,2})(?:[-,](\d{1,9}))?秒?)?(?:Z|\+08:?00)?)?$"
_CHINA = 8 * 3600
_EXACT = 2**53
_FIRST_TIME, _LAST_TIME = datetime(1971, 1, 1), datetime(9999, 1, 1)
# What ids that lost their digits and texts still in quotes look like.
_WRAPPED = {"id": r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d+$|^\d+\.0+$", "text": '^="'}
_TRUE = ["是", "true", "TRUE", "True", "1", "Y", "y", "yes", "有", "√", "成立"]
_FALSE = ["否", "false", "FALSE", "False", "0", "N", "n", "no", "不是", "×", "不成立"]

Slow = tuple[pl.Series, pl.Series]  # values, and which cells cannot be read


def strip(kind: str, text: pl.Expr) -> pl.Expr:
    """Text without what a kind of column is wrapped in."""
    return text.str.strip_chars(_STRIPPED[kind])


def quick(kind: str, text: pl.Expr) -> pl.Expr:
    """The value of stripped text as nearly every cell has it; null where there is none or it is odd."""
    return _QUICK[kind](text)


def slow(kind: str, text: pl.Series) -> Slow:
    """Values of odd cells, and which of them cannot be read."""
    return _SLOW[kind](text)


def read_cells(kind: str, text: pl.Series) -> Slow:
    """All steps for one column."""
    stripped = text.alias("text").to_frame().select(strip(kind, pl.col("text")))
    value = stripped.select(quick(kind, pl.col("text")).alias("value")).to_series()
    value, wrong = finish(kind, stripped.to_series(), value)
    return value, pl.repeat(False, text.len(), eager=True) if wrong is None else wrong


def finish(kind: str, text: pl.Series, value: pl.Series, wrapped: bool = True) -> tuple[pl.Series, pl.Series | None]:
    """Fill the odd cells of a column read quickly; with the cells that cannot be read, or None when all can.

    ``wrapped`` is what ``any_wrapped`` found: whether ids or texts may be odd.
    """
    odd = _odd(kind, text, value) if wrapped or kind not in _WRAPPED else None
    if odd is None or not odd.any():
        return value, None
    at = odd.arg_true()
    better, bad = slow(kind, text.gather(at))
    value = value.scatter(at, better.cast(value.dtype))
    if not bad.any():
        return value, None
    return value, pl.repeat(False, text.len(), eager=True).scatter(at, bad)


def any_wrapped(kind: str, text: pl.Expr) -> pl.Expr:
    """Whether some cell of stripped ids or texts is odd."""
    return text.str.contains(_WRAPPED[kind]).any() if kind in _WRAPPED else pl.lit(False)


def _odd(kind: str, text: pl.Series, value: pl.Series) -> pl.Series | None:
    """Which cells the quick reading missed; None when it missed none."""
    if kind == "words":
        return None
    if kind in _WRAPPED:
        return value.str.contains(_WRAPPED[kind]).fill_null(False)
    far = None
    if kind == "timestamp":
        first, last = cast("datetime | None", value.min()), cast("datetime | None", value.max())
        if first and last and (first < _FIRST_TIME or last >= _LAST_TIME):
            far = ~value.is_between(_FIRST_TIME, _LAST_TIME, closed="left").fill_null(True)
    elif kind in ("number", "double") and not value.is_finite().all():
        far = ~value.is_finite().fill_null(True)
    missed = None
    if value.null_count() > text.null_count():
        missed = value.is_null() & (text != "").fill_null(False)
    return missed if far is None else far if missed is None else missed | far


# -- quick: what nearly every cell looks like


def _quick_id(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.is_in(["", "-", "--", "无"])).then(text)


def _quick_text(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.is_in(["", "-", "--"])).then(text)


def _quick_words(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _quick_time(text: pl.Expr) -> pl.Expr:
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us", cache=False)


def _quick_money(text: pl.Expr) -> pl.Expr:
    plain = text.str.contains(r"^-?\d{1,15}(?:\.\d{1,2})?$")
    return pl.when(plain).then(text).cast(pl.Decimal(18, 2), strict=False)


def _quick_number(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Float64, strict=False)


def _quick_int(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Int64, strict=False)


def _quick_bool(text: pl.Expr) -> pl.Expr:
    return text.replace_strict(_TRUE + _FALSE, [True] * len(_TRUE) + [False] * len(_FALSE), default=None, return_dtype=pl.Boolean)


_QUICK: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "id": _quick_id, "text": _quick_text, "words": _quick_words, "timestamp": _quick_time, "money": _quick_money, "number": _quick_number,
    "double": _quick_number, "int": _quick_int, "bool": _quick_bool,
}  # fmt: skip
_STRIPPED = {kind: _BLANK if kind in ("text", "words") else WRAPPERS + "=" * (kind == "id") for kind in _QUICK}


# -- slow: every other way of writing


def _clean(text: pl.Series) -> pl.Series:
    """Strip wrappers and make full-width digits half-width; what says nothing becomes null."""
    return text.to_frame().select(_cleaned(pl.col(text.name))).to_series()


def _cleaned(text: pl.Expr) -> pl.Expr:
    told = text.str.strip_chars(WRAPPERS + "=").str.replace_many(list(_FULL_FROM), list(_FULL_TO)).str.strip_chars(WRAPPERS)
    return pl.when(~told.is_in(NOTHING)).then(told)


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
    written = _clean(text.alias("written"))
    if written.null_count() == written.len():
        return pl.repeat(None, text.len(), dtype=pl.Datetime("us"), eager=True), pl.repeat(False, text.len(), eager=True)
    told = pl.col("written").str.replace_all("[年月/.]", "-").str.replace_all("日", " ").str.replace_all("[T ]+", " ").str.strip_chars(" ")
    empty = pl.col("told").str.contains(_EMPTY_TIMES)
    said = (
        written.to_frame().lazy().with_columns(told.alias("told"))
        .with_columns(pl.when(~empty).then(pl.col(name)).alias(name) for name in ("told", "written"))
        .with_columns(pl.col("told").str.extract_groups(_PARTS).alias("part"), pl.col("written").str.extract(r"^(\d+(?:\.\d+)?)$").alias("digits"))
    )
    times = pl.coalesce(_dashed(pl.col("part").struct), *_numeric(pl.col("digits")))
    result = said.select(times.alias("time"), pl.col("told").is_not_null().alias("said")).collect()
    return result.get_column("time"), result.get_column("time").is_null() & result.get_column("said")


def _dashed(part: Any) -> pl.Expr:
    """Year, month, day and what follows, as numbers; an impossible date (31 September) is no time and stops no other."""
    told = [part.field(str(i)).cast(pl.Int64, strict=False) for i in range(1, 7)]
    number = [told_part.fill_null(0) if place > 2 else told_part for place, told_part in enumerate(told)]
    # The text is parsed, not the numbers: polars would raise on the 31st of September.
    time = pl.format("{}-{}-{} {}:{}:{}", *(n.cast(pl.String).str.zfill(4 if i == 0 else 2) for i, n in enumerate(number))).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"
    )
    fraction = part.field("7").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64, strict=False)
    return pl.when(time.dt.year().is_between(1971, 9998)).then(time + pl.duration(microseconds=fraction))


def _numeric(digits: pl.Expr) -> list[pl.Expr]:
    """Epoch seconds and milliseconds, yyyyMMddHHmmss and yyyyMMdd, Excel's days."""
    whole = digits.str.extract(r"^(\d+)")
    length = whole.str.len_chars()
    count = whole.cast(pl.Int64, strict=False)
    instant = pl.when(length == 13).then(count * 1000).when(length == 10).then(count * 1_000_000)
    compact = pl.when(length == 14).then(whole).when((length == 8) & whole.str.starts_with("20")).then(whole + "000000")
    value = digits.cast(pl.Float64, strict=False)
    days = pl.when((length == 5) & value.is_between(20_000, 80_000)).then(value)
    serial = ((days - 25_569) * 86_400).round().cast(pl.Int64).mul(1_000_000).cast(pl.Datetime("us"))
    return [
        (instant + _CHINA * 1_000_000).cast(pl.Datetime("us")),
        compact.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us"), serial,
    ]  # fmt: skip


def _slow_money(text: pl.Series) -> Slow:
    rest = _clean(text).str.replace_all(r"[¥￥,，\s元]|CNY|RMB", "")
    rest = rest.set(rest.is_in(NOTHING).fill_null(False), None)
    exact = pl.Series([_cents(value) for value in rest.to_list()], dtype=pl.Decimal(18, 2))
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
