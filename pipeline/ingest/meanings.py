"""What the words of an export mean: cells through the value maps of exports.yaml."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import polars as pl

from pipeline.ingest.layouts import Source


def mapped(text: pl.Series, unique: pl.Series, source: Source) -> tuple[pl.Series, pl.Series | None]:
    """Values through the layout's map, and the cells that it does not list (None when it lists all)."""
    found = [_look_up(value, source) for value in unique.to_list()]
    dtype = {"bool": pl.Boolean, "int": pl.Int64}.get(source.type, pl.String)
    wrong = pl.Series([not known for _, known in found], dtype=pl.Boolean)
    if len(found) == 1:
        value = pl.repeat(found[0][0], text.len(), dtype=dtype, eager=True)
        return value, pl.repeat(True, text.len(), eager=True) if wrong.any() else None
    value = text.replace_strict(unique, pl.Series([value for value, _ in found], dtype=dtype), return_dtype=dtype)
    return value, text.replace_strict(unique, wrong, return_dtype=pl.Boolean) if wrong.any() else None


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
