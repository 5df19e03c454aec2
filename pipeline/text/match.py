"""Match a table of messages with the lexicons: a fast scan for candidates, then terms, spans and contexts."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from pipeline.text.find import Finder, finder_of
from pipeline.text.judged import Judged, keyed
from pipeline.text.lexicon import Lexicons
from pipeline.text.normalise import normalise
from pipeline.text.scan import Scan

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "store_id": pl.String,
    "message_id": pl.String,
    "conversation_id": pl.String,
    "sent_at": pl.Datetime("us"),
    "role": pl.String,
    "agent_id": pl.String,
    "lexicon": pl.String,
    "category": pl.String,
    "term": pl.String,
    "tier": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "matched_text": pl.String,
    "whole_message": pl.Boolean,
}
_KEYS = ("store_id", "message_id", "conversation_id", "sent_at", "role", "agent_id")


def find_hits(messages: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Return one row per match, in the order of the messages.

    `messages` holds store_id, message_id, conversation_id, sent_at, role, agent_id, text and is sorted by
    conversation and time. start and end count characters of `text`, end exclusive.
    """
    rows = messages.with_row_index("row").with_columns(pl.col("role", "text").cast(pl.String))
    roles = sorted({role for lexicon in lexicons.lexicons.values() for role in lexicon.roles})
    spoken = rows.filter(pl.col("role").is_in(roles) & pl.col("text").is_not_null()).select("row", "text")
    texts = keyed(spoken)
    found = texts.select("row", "key").join(_judged(finder_of(lexicons)).hits(texts), on="key").drop("key")
    hits = _first_only(_meant(found, rows, lexicons), rows)
    hits = pl.concat([rows.select(*_KEYS, "text")[hits["row"]], hits], how="horizontal").with_columns(
        matched_text=pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    )
    return (
        _without_allowed(hits, lexicons)
        .sort("row", "start", "end", "lexicon", "term")
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    )


def scan_of(lexicons: Lexicons) -> Scan:
    """The scan of these lexicons, built once."""
    return _judged(finder_of(lexicons)).scan


@lru_cache(maxsize=2)
def _judged(finder: Finder) -> Judged:
    return Judged(finder)


def _meant(found: pl.DataFrame, rows: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Name the terms; leave out what was said by somebody whom the lexicon does not mean."""
    terms = pl.DataFrame(
        [
            (no, term.lexicon, term.category, term.term, term.tier, lexicon.keep == "first_in_conversation", role)
            for no, term in enumerate(lexicons.terms)
            for lexicon in (lexicons.lexicons[term.lexicon],) for role in lexicon.roles
        ],
        schema={"no": pl.UInt32, "lexicon": pl.String, "category": pl.String, "term": pl.String, "tier": pl.String,
                "first": pl.Boolean, "role": pl.String},
        orient="row",
    )  # fmt: skip
    spoken = found.with_columns(role=rows["role"].gather(found["row"]))
    return spoken.join(terms, on=["no", "role"]).drop("no", "role")


def _first_only(hits: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the first of a conversation only, of lexicons that ask for no more."""
    changed = [pl.col(name).ne_missing(pl.col(name).shift()) for name in ("conversation_id", "store_id")]
    runs = rows.select(pl.any_horizontal(changed).cum_sum()).to_series()
    first = hits.filter("first").sort("row")
    first = first.with_columns(run=runs.gather(first["row"])).filter(pl.struct("lexicon", "run").is_first_distinct()).drop("run")
    return pl.concat([hits.filter(~pl.col("first")), first])


def _without_allowed(hits: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Leave out what lies inside a word that the store may use."""
    if not lexicons.allowed or hits.is_empty():
        return hits
    spans = hits.select("tier", "store_id", "text", "start", "end").iter_rows()
    kept = [tier == "wanted" or not is_allowed(lexicons, *span) for tier, *span in spans]
    return hits.filter(pl.Series(kept, dtype=pl.Boolean))


def is_allowed(lexicons: Lexicons, store: str | None, text: str, start: int, end: int) -> bool:
    """Whether the span lies inside one of the words that this store may use."""
    words = [*lexicons.allowed.get("*", ()), *lexicons.allowed.get(store or "", ())]
    if not words:
        return False
    normal = normalise(text)
    for word in words:
        for match in re.finditer(re.escape(word), normal.text):
            first, last = normal.source_span(*match.span())
            if first <= start and end <= last:
                return True
    return False
