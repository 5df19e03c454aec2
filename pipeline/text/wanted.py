"""Find the wording that ought to be said: the first place of it in each message."""

from __future__ import annotations

import re

import polars as pl

from pipeline.text.lexicon import Lexicon, Lexicons, Term


def find_wanted(rows: pl.DataFrame, lexicon: Lexicon, lexicons: Lexicons) -> pl.DataFrame:
    """Return row, lexicon, category, term, tier, start, end, matched_text, whole_message.

    `rows` has row, run (numbers the conversations), role, text, in the order of conversations and time.
    """
    terms = [term for term in lexicons.terms if term.lexicon == lexicon.id]
    expressions = [(re.compile(lexicons.forms[form].pattern), term) for term in terms for form in term.forms]
    union = "|".join(
        sorted({e.pattern for e, _ in expressions}, key=lambda pattern: (-len(pattern), pattern))
    )
    spoken = (
        rows.lazy().filter(pl.col("role").is_in(list(lexicon.roles)) & pl.col("text").str.contains(union))
        .select("row", "run", "text")
    )  # fmt: skip
    if lexicon.keep == "first_in_conversation":
        spoken = spoken.filter(pl.col("run").is_first_distinct())
    matched, text = pl.col("matched_text"), pl.col("text")
    hits = (
        spoken.with_columns(matched_text=text.str.extract(f"({union})"))
        .with_columns(byte=text.str.find(matched, literal=True))
        .with_columns(
            start=text.cast(pl.Binary)
            .bin.slice(0, pl.col("byte"))
            .cast(pl.String)
            .str.len_chars()
            .cast(pl.Int64)
        )
        .collect()
    )
    named: dict[str, Term] = {
        said: next(term for expression, term in expressions if expression.fullmatch(said))
        for said in hits["matched_text"].unique().to_list()
    }

    def of_term(value: dict[str, str]) -> pl.Expr:
        return matched.replace_strict(value, return_dtype=pl.String)

    return hits.select(
        "row",
        pl.lit(lexicon.id).alias("lexicon"),
        of_term({said: term.category for said, term in named.items()}).alias("category"),
        of_term({said: term.term for said, term in named.items()}).alias("term"),
        of_term({said: term.tier for said, term in named.items()}).alias("tier"),
        "start",
        (pl.col("start") + matched.str.len_chars()).alias("end"),
        "matched_text",
        (text.str.strip_chars() == matched).alias("whole_message"),
    )
