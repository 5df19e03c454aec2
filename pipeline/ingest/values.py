"""Turn exported text into typed values: ids, times, money, numbers, yes or no; null where nothing is said.

Every function takes a text Series and returns ``(values, bad)``: ``bad`` marks cells that say something
which cannot be read. Nothing is guessed: what cannot be read is never a value.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import polars as pl

Parsed = tuple[pl.Series, pl.Series]

# What exports write where nothing is known.
NOTHING = ["", "-", "--", "—", "/", "无", "null", "NULL", "None", "nan", "NaN", "N/A", "无退款申请"]
_WRAPPERS = " \t\r\n\u3000\ufeff\"'‘’“”"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋：／，％　", "0123456789.-+:/,% ")
_FULL_FROM, _FULL_TO = zip(*((chr(a), chr(b)) for a, b in _FULL_WIDTH.items()), strict=True)
_FULL_ANY = "[０-９．－＋：／，％　]"
_EXCEL_EPOCH = pl.lit("1899-12-30 00:00:00").str.to_datetime("%Y-%m-%d %H:%M:%S")
_EMPTY_TIMES = "^(0001-01-01|0000-00-00|1970-01-01 0[08]:00:00|1900-01-0[01]|9999-12-31)"
_CHINA = 8 * 3600
_EXACT = 2**53


def _clean(text: pl.Series) -> pl.Series:
    """Strip wrappers and make full-width digits half-width; what says nothing becomes null."""
    text = text.str.strip_chars(_WRAPPERS)
    if text.str.contains(_FULL_ANY).any():
        text = text.str.replace_many(list(_FULL_FROM), list(_FULL_TO))
    return text.set(text.is_in(NOTHING).fill_null(False), None)


def _frame(value: pl.Expr, text: pl.Series) -> pl.Series:
    return text.to_frame("text").select(value.alias(text.name)).to_series()


def parse_id(text: pl.Series) -> Parsed:
    """Ids as text: without ``="…"``, ``'``, tabs and ``.0``; bad where digits were lost."""
    text = text.str.strip_chars(_WRAPPERS)
    if text.str.starts_with("=").any():
        text = text.str.replace(r'^="*([^"]*)"*$', "$1").str.strip_chars(_WRAPPERS)
    text = text.set(text.is_in(["", "-", "--", "无"]).fill_null(False), None)
    odd = text.str.contains(r"^[+-]?\d+(\.\d+)?[eE][+-]?\d+$|^\d+\.0+$").fill_null(False)
    if not odd.any():
        return text, odd
    plain = text.str.replace(r"\.0+$", "")
    lost = odd & (text.str.contains("[eE]") | (plain.str.len_chars() > 15)).fill_null(False)
    return plain.set(lost, None), lost


def parse_time(text: pl.Series) -> Parsed:
    """Times in every form seen: dashed, slashed, Chinese, dates, Excel serials, epoch seconds, milliseconds."""
    text = text.str.strip_chars(_WRAPPERS)
    quick = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    odd = quick.is_null() & text.is_not_null()
    if not odd.any():
        return quick.set(quick.dt.year().is_in([1, 9999]).fill_null(False), None), odd
    rest = _clean(text.filter(odd)).str.replace_all("[年月/.]", "-").str.replace_all("日", " ")
    rest = rest.str.replace_all("[T ]+", " ").str.strip_chars(" ")
    rest = rest.set(rest.str.contains(_EMPTY_TIMES).fill_null(False), None)
    slow = _slow_time(rest, text.filter(odd))
    values = quick.set(quick.dt.year().is_in([1, 9999]).fill_null(False), None)
    values = values.scatter(odd.arg_true(), slow)
    bad = pl.repeat(False, len(text), eager=True).scatter(odd.arg_true(), slow.is_null() & rest.is_not_null())
    return values, bad


def _slow_time(text: pl.Series, written: pl.Series) -> pl.Series:
    """Times that are not plain ``yyyy-mm-dd hh:mm:ss``; ``written`` still has its dots and slashes."""
    part = pl.col("text").str.extract_groups(
        r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:-?\s*(\d{1,2})[:时](\d{1,2})[:分]?(?:(\d{1,2})(?:[-.,]\d+)?秒?)?(?:Z|\+08:?00)?)?$"
    )
    frame = pl.DataFrame({"text": text, "written": written.str.strip_chars(_WRAPPERS)}).with_columns(part.alias("p"))
    said = [pl.col("p").struct.field(str(i)).cast(pl.Int64, strict=False) for i in range(1, 7)]
    number = [part.fill_null(0) if place > 2 else part for place, part in enumerate(said)]
    # An impossible date (31 September) must not stop the rest: the text is parsed, not the numbers.
    dashed = pl.format(
        "{}-{}-{} {}:{}:{}", *(n.cast(pl.String).str.zfill(4 if i == 0 else 2) for i, n in enumerate(number))
    ).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    digits = pl.col("written").str.extract(r"^(\d+(?:\.\d+)?)$")
    value = digits.cast(pl.Float64, strict=False)
    whole = digits.str.extract(r"^(\d+)")
    length = whole.str.len_chars()
    seconds = (
        pl.when(length == 13).then(whole.cast(pl.Int64, strict=False) // 1000)
        .when(length == 10).then(whole.cast(pl.Int64, strict=False))
    )  # fmt: skip
    epoch = pl.from_epoch(seconds + _CHINA, time_unit="s").cast(pl.Datetime("us"))
    compact = pl.when(length == 14).then(whole).when(length == 8).then(whole + "000000")
    joined = compact.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us")
    serial = _EXCEL_EPOCH + pl.duration(seconds=(pl.when((length == 5) & value.is_between(20000, 80000)).then(value) * 86400).round())
    return frame.select(pl.coalesce(dashed, epoch, joined, serial.cast(pl.Datetime("us")))).to_series()


def parse_money(text: pl.Series) -> Parsed:
    """Yuan with two decimals, rounded half up; ``¥``, ``元`` and thousands commas are read through."""
    clean = _clean(text)
    quick = clean.cast(pl.Decimal(18, 2), strict=False)
    odd = (quick.is_null() & clean.is_not_null()) | clean.str.contains(r"\.\d{3,}|[^0-9.-]").fill_null(False)
    if not odd.any():
        return quick, odd
    rest = clean.filter(odd).str.replace_all(r"[¥￥,，\s元]|CNY|RMB", "")
    rest = rest.set(rest.is_in(NOTHING).fill_null(False), None)
    exact = pl.Series([_cents(value) for value in rest], dtype=pl.Decimal(18, 2))
    bad = pl.repeat(False, len(text), eager=True).scatter(odd.arg_true(), exact.is_null() & rest.is_not_null())
    return quick.scatter(odd.arg_true(), exact), bad


def _cents(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15 or "_" in text:
        return None
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def parse_number(text: pl.Series) -> Parsed:
    """Plain numbers; a percent sign divides by a hundred."""
    clean = _clean(text).str.replace_all(r"[,，\s]", "")
    percent = clean.str.ends_with("%").fill_null(False)
    body = clean.str.strip_suffix("%").str.replace(r"(分|件|个|条|次|秒|天)$", "")
    body = body.set(~body.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)$").fill_null(False), None)
    value = body.cast(pl.Float64, strict=False)
    value = value.set(percent.fill_null(False) & value.is_not_null(), None).fill_null(
        (value / 100).set(~percent, None)
    )
    return value, value.is_null() & clean.is_not_null()


def parse_int(text: pl.Series) -> Parsed:
    """Whole numbers; ``3.0`` is 3, ``3.5`` is bad."""
    value, bad = parse_number(text)
    broken = ((value != value.floor()) | (value.abs() >= _EXACT)).fill_null(False)
    return value.set(broken, None).cast(pl.Int64), bad | broken


_TRUE = ["是", "true", "TRUE", "True", "1", "Y", "y", "yes", "有", "√", "成立"]
_FALSE = ["否", "false", "FALSE", "False", "0", "N", "n", "no", "不是", "×", "不成立"]


def parse_bool(text: pl.Series) -> Parsed:
    """Yes and no; an empty cell is unknown, not no."""
    clean = _clean(text)
    value = clean.replace_strict(_TRUE + _FALSE, [True] * len(_TRUE) + [False] * len(_FALSE), default=None, return_dtype=pl.Boolean)
    return value, value.is_null() & clean.is_not_null()


def parse_text(text: pl.Series) -> Parsed:
    """Text as written, without wrappers; empty is null."""
    text = text.str.strip_chars(" \t\r\n\u3000\ufeff")
    if text.str.starts_with("=").any():
        text = text.str.replace(r'^="([^"]*)"$', "$1")
    return text.set((text == "").fill_null(False), None), pl.repeat(False, len(text), eager=True)
