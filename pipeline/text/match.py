"""Match a table of messages with the lexicons: a fast scan for candidates, then terms, spans and contexts."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import polars as pl

from pipeline.text.find import Finder, finder_of
from pipeline.text.lexicon import Lexicons
from pipeline.text.normalise import normalise
from pipeline.text.scan import Scan
from pipeline.text.wanted import find_wanted

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
_FOUND = tuple(name for name in SCHEMA if name not in _KEYS)
_THREADS = 2
_WORTH_A_THREAD = 50_000  # rows


def find_hits(messages: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Return one row per match, in the order of the messages.

    `messages` holds store_id, message_id, conversation_id, sent_at, role, agent_id, text and is sorted by
    conversation and time. start and end count characters of `text`, end exclusive.
    """
    rows = messages.with_row_index("row").with_columns(pl.col("text").cast(pl.String), _runs())
    wanted = [lexicon for lexicon in lexicons.lexicons.values() if lexicon.purpose == "wanted"]
    parts = [_risks(rows, lexicons), *(find_wanted(rows, lexicon, lexicons) for lexicon in wanted)]
    hits = pl.concat([part.select("row", *_FOUND) for part in parts]).sort(
        "row", "start", "end", "lexicon", "term"
    )
    keys = rows.select(_KEYS)[hits["row"]]
    return pl.concat([keys, hits.drop("row")], how="horizontal").select(
        [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    )


def _runs() -> pl.Expr:
    """Number the conversations, whose messages stand together."""
    changed = [pl.col(name).ne_missing(pl.col(name).shift()) for name in ("conversation_id", "store_id")]
    return pl.any_horizontal(changed).cum_sum().alias("run")


def _risks(rows: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Hits of the lexicons of what must not be said, as row, lexicon, … without the message's keys."""
    finder, terms = finder_of(lexicons), lexicons.terms
    roles = sorted(
        {
            role
            for listed in finder.terms_of_form.values()
            for no in listed
            for role in finder.lexicon(terms[no]).roles
        }
    )
    spoken = rows.lazy().filter(pl.col("role").is_in(roles) & pl.col("text").is_not_null())
    candidates = _candidates(spoken.select("row", "store_id", "role", "text").collect(), scan_of(lexicons))
    found = finder.find(candidates["text"].unique(maintain_order=True).to_list())
    hits = pl.DataFrame(
        [
            (text, no.lexicon, no.category, no.term, no.tier, hit.start, hit.end, text[hit.start : hit.end], hit.whole,
             list(finder.lexicon(no).roles))
            for text, listed in found.items() for hit in listed for no in (terms[hit.term],)
        ],
        schema={"text": pl.String, **{name: SCHEMA[name] for name in _FOUND}, "roles": pl.List(pl.String)},
        orient="row",
    )  # fmt: skip
    hits = candidates.join(hits, on="text", how="inner").filter(pl.col("role").is_in(pl.col("roles")))
    return _without_allowed(hits, lexicons)


def scan_of(lexicons: Lexicons) -> Scan:
    """The scan of these lexicons, built once."""
    return _scan(finder_of(lexicons))


@lru_cache(maxsize=4)
def _scan(finder: Finder) -> Scan:
    return Scan(finder)


def _candidates(spoken: pl.DataFrame, scan: Scan) -> pl.DataFrame:
    """The candidates of all rows, a part of them on each core."""
    if spoken.height < _WORTH_A_THREAD:
        return scan.candidates(spoken)
    ends = [spoken.height * no // _THREADS for no in range(_THREADS + 1)]
    parts = [spoken[start:end] for start, end in pairwise(ends)]
    with ThreadPoolExecutor(_THREADS) as pool:
        return pl.concat(pool.map(scan.candidates, parts))


def _without_allowed(hits: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Leave out what lies inside a word that the store may use."""
    if not lexicons.allowed or hits.is_empty():
        return hits
    spans = hits.select("store_id", "text", "start", "end").iter_rows()
    kept = [not is_allowed(lexicons, store, text, start, end) for store, text, start, end in spans]
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
