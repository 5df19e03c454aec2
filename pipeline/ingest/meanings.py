"""What the words of an export mean: cells through the value maps of exports.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import polars as pl

from pipeline.ingest.layouts import Source

Written = Mapping[str, tuple[pl.Series, Source]]  # by column: its distinct values, and where it comes from


def mapped(texts: pl.DataFrame, columns: Written) -> dict[str, tuple[pl.Series, pl.Series | None]]:
    """Per column its values through the layout's map, and the cells that it does not list (None when it lists all)."""
    found = {name: [_look_up(value, source) for value in unique.to_list()] for name, (unique, source) in columns.items()}
    wanted = []
    for name, (unique, source) in columns.items():
        wanted.append(_replaced(name, unique, [value for value, _ in found[name]], _type_of(source)))
        if not all(known for _, known in found[name]):
            wanted.append(_replaced(name, unique, [not known for _, known in found[name]], pl.Boolean).alias(f"{name} wrong"))
    result = texts.select(wanted)
    return {name: (result.get_column(name), result.get_column(f"{name} wrong") if f"{name} wrong" in result.columns else None) for name in columns}


def mapped_once(texts: pl.Series, at: pl.Series, source: Source) -> tuple[pl.Series, pl.Series | None]:
    """The same for one column that says few texts often, of which ``at`` has the number row by row."""
    found = [_look_up(text, source) for text in [*texts.to_list(), None]]
    at = at.cast(pl.UInt32).fill_null(texts.len())
    value = pl.Series([value for value, _ in found], dtype=_type_of(source)).gather(at)
    wrong = pl.Series([not known for _, known in found]).gather(at)
    return value, wrong if wrong.any() else None


def _type_of(source: Source) -> type[pl.DataType]:
    return {"bool": pl.Boolean, "int": pl.Int64}.get(source.type, pl.String)


def _replaced(name: str, old: pl.Series, new: list[Any], dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    if len(new) == 1:
        return pl.repeat(new[0], pl.len(), dtype=dtype).alias(name)
    return pl.col(name).replace_strict(old, pl.Series(new, dtype=dtype), return_dtype=dtype)


def _value_key(value: str | None) -> str:
    text = unicodedata.normalize("NFKC", value or "").strip(" \t\r\n'\"")
    return "" if text in ("-", "--") else re.sub(r"\s+", "", text)


@lru_cache(10_000)
def _look_up(value: str | None, source: Source) -> tuple[Any, bool]:
    """What a written value means, and whether the layout lists it: exact, then ``~pattern`` in order, then ``*``."""
    key = _value_key(value)
    exact, patterns, rest = _meanings(source)
    if key in exact:
        return exact[key], True
    if key == "":
        return None, True
    for pattern, meaning in patterns:
        if pattern.search(key):
            return meaning, True
    if rest is None:
        return None, False
    return (key if rest[0] == "=" else rest[0]), True


@cache
def _meanings(source: Source) -> tuple[dict[str, Any], list[tuple[re.Pattern[str], Any]], tuple[Any] | None]:
    """A layout's map by normalised value (the first entry of a key counts), its patterns, and what all others mean."""
    assert source.values is not None
    exact: dict[str, Any] = {}
    for written, meaning in source.values.items():
        exact.setdefault(_value_key(str(written)), meaning)
    patterns = [(re.compile(str(written)[1:]), meaning) for written, meaning in source.values.items() if str(written).startswith("~")]
    return exact, patterns, (source.values["*"],) if "*" in source.values else None
