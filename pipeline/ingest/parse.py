"""Turn a sheet's text rows into canonical rows of fact tables, and name every row that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import cast

import polars as pl

from pipeline.ingest import values
from pipeline.ingest.ahead import in_pairs
from pipeline.ingest.columns import is_stated, read_columns, text_of
from pipeline.ingest.findings import QUARANTINE, findings_of
from pipeline.ingest.headings import footer_beginnings, footer_pattern, normalise
from pipeline.ingest.layouts import TABLES, Layout, Match, Source
from pipeline.ingest.masking import mask_texts
from pipeline.ingest.often import plain
from pipeline.ingest.people import hash_people
from pipeline.ingest.sheet import RAGGED, ROW, Sheet

FREE_TEXT = {"text", "reply_text", "note", "reason", "close_reason", "detail_text"}
MONTH = "month"
PER_ITEM = "per_item"  # rows of orders whose amounts may be those of single items
# What places a row in a month; the first that is known counts.
TIMES: Mapping[str, tuple[str, ...]] = {
    "orders": ("created_at",), "order_items": ("created_at",), "shipments": ("created_at", "shipped_at", "picked_up_at", "delivered_at"),
    "tracking_events": ("happened_at",), "aftersales": ("requested_at",), "complaints": ("raised_at", "accepted_at"),
    "complaint_followups": ("followed_at",), "messages": ("sent_at",), "agent_status": ("started_at",),
    "reviews": ("reviewed_at",), "ratings": ("rated_at",), "blocks": ("blocked_at",), "listings": ("captured_at",),
    "platform_notices": ("issued_at",), "annotations": ("happened_at",),
}  # fmt: skip
# A secondary row without any of these says nothing: an order that is not shipped has no parcel.
_SAYS_SOMETHING = {"shipments": ("tracking_no", "shipped_at", "picked_up_at", "delivered_at")}
# Tables whose rows may lack a time of their own: their order places them.
_PLACED_BY_ORDER = {"orders", "order_items", "shipments"}
_FILLED_LATER = {"store_id", "platform", "source_file", "source_row", "ingested_run", "item_no"}


@dataclass(frozen=True)
class Owner:
    """Whose file is read: its store, and the key under which people are hashed."""

    platform: str
    store_id: str
    source_file: str
    run_id: str
    key: bytes
    realm: str


@dataclass
class Parsed:
    """What one block of a file became. ``read`` counts data rows; headings, footers and blank rows are ``skipped``."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    quarantine: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=QUARANTINE))
    read: int = 0
    skipped: int = 0


def parse_sheet(sheet: Sheet, match: Match, owner: Owner) -> Iterator[Parsed]:
    """The canonical rows of a sheet whose layout is known, block by block."""
    wanted = sorted({at for positions in _positions(match).values() for at in positions} | {0, min(1, match.width - 1)})
    chunks = sheet.chunks(match.row, match.width, wanted)
    # Two blocks at a time: while one waits for Python (hashing people), the other runs in polars.
    yield from in_pairs(lambda chunk: parse_rows(chunk, match, owner), chunks)


def parse_sessions(sheet: Sheet, match: Match, owner: Owner) -> Iterator[Parsed]:
    """The messages of a sheet with one session a row and its transcript in one cell."""
    from pipeline.ingest.spoken import own_messages
    from pipeline.ingest.transcripts import read_transcripts

    columns = {source.column: at for source, at in _positions(match).items()}
    for chunk in sheet.chunks(match.row, match.width, sorted({at for places in columns.values() for at in places})):
        cells = chunk.select(ROW, *(text_of(source, at, chunk.schema).alias(source.column) for source, at in _positions(match).items()))
        told = cells.filter(pl.col("text").str.strip_chars() != "")
        for name in ("conversation_id", "agent_id", "buyer_key"):
            if name not in told.columns:
                told = told.with_columns(pl.lit(None, pl.String).alias(name))
        talk = read_transcripts(told)
        yield own_messages(talk.messages, owner, talk.orphans, talk.skipped + cells.height - told.height)


def _positions(match: Match) -> dict[Source, tuple[int, ...]]:
    found = {}
    for sources in match.layout.tables.values():
        for source in sources:
            found[source] = tuple(at for heading in source.headings for at in match.at.get(heading, ()))
    return found


def parse_rows(chunk: pl.DataFrame, match: Match, owner: Owner) -> Parsed:
    """Canonical rows of one block of text columns ``c0 … cN`` with ``row`` and ``ragged``."""
    total = chunk.height
    chunk = _drop_non_rows(chunk, match)
    parsed = Parsed(read=chunk.height, skipped=total - chunk.height)
    bad: list[pl.DataFrame] = [findings_of(chunk, chunk.get_column(RAGGED), "", None, "ragged")]
    positions = _positions(match)
    done = read_columns(chunk, match, positions, lambda people: hash_people(people, owner.key, owner.realm), bad)
    frames: dict[str, pl.DataFrame] = {}
    for name, sources in match.layout.tables.items():
        stated = [source for source in sources if is_stated(source, positions)]
        frames[name] = pl.DataFrame([chunk.get_column(ROW).alias("source_row"), *(done[s].alias(s.column) for s in stated)])
    if any(source.column == "item_price_cny" for source in match.layout.tables.get("orders", ())):
        frames["orders"] = frames["orders"].with_columns(pl.lit(True).alias(PER_ITEM))
    if match.layout.speaker_account and "agent_id" in frames["messages"].columns:
        theirs = pl.when(pl.col("role") != "buyer").then(pl.col("agent_id").str.replace(r"^.*[:：]", ""))
        frames["messages"] = frames["messages"].with_columns(theirs.alias("agent_id"))
    _fill_ids(frames, match.layout)
    _keep_masks(frames)
    lost = pl.concat([frame.select("row") for frame in bad if frame.height] or [pl.DataFrame(schema={"row": pl.Int64})])
    bad += [frame.join(lost, on="row", how="anti", maintain_order="left") for frame in _missing_keys(frames, match, chunk) if frame.height]
    bad = [frame for frame in bad if frame.height]
    if bad:
        parsed.quarantine = pl.concat(bad).sort("row", maintain_order=True)
    refused = parsed.quarantine.get_column("row").unique()
    for name, frame in frames.items():
        if refused.len():
            frame = frame.filter(~pl.col("source_row").is_in(refused.implode()))
        if name != match.layout.primary:
            frame = _complete(frame, name)
        parsed.tables[name] = frame
    return parsed


def _drop_non_rows(chunk: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Leave out blank rows, footers and repeated headings; only rows whose first cell is odd are looked at closely."""
    heading = next((h for h, at in match.at.items() if at == (0,)), None)
    begins = plain("c0", chunk.schema)
    odd = chunk.select((begins.is_null() | begins.str.contains(_odd_beginning(heading))).alias("odd")).to_series()
    if not odd.any():
        return chunk
    first = pl.col("c0").str.strip_chars(values.WRAPPERS)
    repeated = (first.str.to_lowercase().str.replace_all(r"\s", "") == heading) if heading else pl.lit(False)
    cells = [name for name in chunk.columns if name not in (ROW, RAGGED)]
    blank = pl.all_horizontal(pl.col(name).is_null() | (pl.col(name).str.strip_chars(" \t\r\n\u3000") == "") for name in cells)
    told = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in ("c0", "c1") if name in cells]
    footer = pl.coalesce(told).str.contains(footer_pattern()).fill_null(False)
    keep = chunk.filter(odd).with_columns(plain(name, chunk.schema) for name in cells).select(~(blank | footer | repeated.fill_null(False))).to_series()
    return chunk if keep.all() else chunk.filter(pl.repeat(True, chunk.height, eager=True).scatter(odd.arg_true(), keep))


@cache
def _odd_beginning(heading: str | None) -> str:
    """How the first cell of a blank row, a footer or a repeated heading can begin; other rows begin otherwise."""
    letters = {letter for first in (heading or "")[:1] for letter in (first, first.upper())} | footer_beginnings()
    return rf"^[\s{re.escape(values.WRAPPERS)}]*(?:$|[-#=]{{3}}|[#{re.escape(''.join(sorted(letters)))}])"


def _fill_ids(frames: dict[str, pl.DataFrame], layout: Layout) -> None:
    """Ids that an export does not give, made of columns that tell the record from others."""
    for target, spec in layout.ids.items():
        name, _, column = target.partition(".")
        frame = frames[name]
        parts = [part for part in spec.split("+") if part in frame.columns]
        if not parts:
            continue
        made = pl.concat_str([pl.col(part).cast(pl.String) for part in parts], separator="#", ignore_nulls=True)
        made = pl.when(pl.any_horizontal(pl.col(part).is_not_null() for part in parts)).then(made)
        frames[name] = frame.with_columns((pl.coalesce(column, made) if column in frame.columns else made).alias(column))


def _keep_masks(frames: dict[str, pl.DataFrame]) -> None:
    for name, frame in frames.items():
        for column in FREE_TEXT & set(frame.columns):
            masked, kinds = mask_texts(frame.get_column(column))
            frame = frame.with_columns(masked.alias(column))
            if name == "messages" and column == "text":
                frame = frame.with_columns(kinds.alias("pii_kinds"))
        frames[name] = frame


def _missing_keys(frames: Mapping[str, pl.DataFrame], match: Match, chunk: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows whose primary record lacks a column that can never be null, or any time that places it."""
    name = match.layout.primary
    frame = frames[name]
    found = []
    for column in TABLES[name].columns:
        if column.required and column.name in frame.columns and column.name not in _FILLED_LATER:
            headings = next((s.headings for s in match.layout.tables[name] if s.column == column.name), ())
            heading = next((h for h in headings if h in match.at), column.name)
            if frame.get_column(column.name).null_count():
                found.append(findings_of(chunk, frame.get_column(column.name).is_null(), heading, None, "missing_key"))
    times = [time for time in TIMES.get(name, ()) if name not in _PLACED_BY_ORDER]
    if times:
        told = [time for time in times if time in frame.columns]
        if any(frame.get_column(time).null_count() == 0 for time in told):
            return found
        lost = frame.select(pl.all_horizontal(pl.col(told).is_null()) if told else pl.repeat(True, pl.len())).to_series()
        found.append(findings_of(chunk, lost, heading_of(match, times[0]), None, "missing_key"))
    return found


def _complete(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Only the rows that have what a record of a secondary table cannot lack."""
    required = [c.name for c in TABLES[name].columns if c.required and c.name not in _FILLED_LATER]
    if not set(required) <= set(frame.columns):
        return frame.clear()
    if any(frame.get_column(column).null_count() for column in required):
        frame = frame.drop_nulls(required)
    told = [column for column in _SAYS_SOMETHING.get(name, ()) if column in frame.columns]
    if not told or any(frame.get_column(column).null_count() == 0 for column in told):
        return frame
    return frame.filter(pl.any_horizontal(pl.col(told).is_not_null()))


def months_of(times: pl.Series) -> pl.Series:
    """The month ``YYYY-MM`` of each time, looked up in a list of them: writing each one anew takes five times as long."""
    begin, end = cast("datetime | None", times.min()), cast("datetime | None", times.max())
    if begin is None or end is None:
        return pl.repeat(None, times.len(), dtype=pl.String, eager=True)
    first, last = begin.year * 12 + begin.month - 1, end.year * 12 + end.month - 1
    months = pl.Series([f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)])
    if months.len() == 1 and times.null_count() == 0:
        return months.new_from_index(0, times.len())
    return months.gather(times.dt.year().cast(pl.Int32) * 12 + (times.dt.month().cast(pl.Int32) - 1) - first)


def heading_of(match: Match, column: str) -> str:
    """The heading in the file that states a column, for messages."""
    return next((h for h in match.layout.sources_of.get(column, ()) if h in match.at), normalise(column))
