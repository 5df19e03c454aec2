"""Find the wording that ought to be said: the first place of it in each text."""

from __future__ import annotations

import re

import polars as pl

from pipeline.text.lexicon import Lexicon, Lexicons


def find_wanted(texts: pl.DataFrame, lexicon: Lexicon, lexicons: Lexicons) -> pl.DataFrame:
    """Return key, no (of the term), start, end, whole_message for those texts (columns key, text) that hold some."""
    numbered = [(no, term) for no, term in enumerate(lexicons.terms) if term.lexicon == lexicon.id]
    expressions = [
        (re.compile(lexicons.forms[form].pattern), no) for no, term in numbered for form in term.forms
    ]
    union = "|".join(
        sorted({e.pattern for e, _ in expressions}, key=lambda pattern: (-len(pattern), pattern))
    )
    matched, text = pl.col("matched"), pl.col("text")
    found = texts.with_columns(matched=text.str.extract(f"({union})")).filter(matched.is_not_null())
    named = {
        said: next(no for expression, no in expressions if expression.fullmatch(said))
        for said in found["matched"].unique().to_list()
    }
    before = text.cast(pl.Binary).bin.slice(0, text.str.find(matched, literal=True)).cast(pl.String)
    return found.with_columns(start=before.str.len_chars().cast(pl.Int64)).select(
        "key",
        matched.replace_strict(named, return_dtype=pl.UInt32).alias("no"),
        "start",
        (pl.col("start") + matched.str.len_chars()).alias("end"),
        (text.str.strip_chars() == matched).alias("whole_message"),
    )
