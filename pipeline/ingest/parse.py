"""Turn a sheet's text rows into canonical rows of fact tables, and name every row that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.ingest import limits, values
from pipeline.ingest.headings import footer_pattern, normalise
from pipeline.ingest.layouts import TABLES, Layout, Match, Source
from pipeline.ingest.masking import mask, mask_texts
from pipeline.ingest.people import hash_people
from pipeline.ingest.sheet import RAGGED, ROW, Sheet

FREE_TEXT = {"text", "reply_text", "note", "reason", "close_reason", "detail_text"}
PEOPLE = {"buyer_key"}
MONTH = "month"
# What places a row in a month; the first that is known counts.
TIMES: Mapping[str, tuple[str, ...]] = {
    "orders": ("created_at",), "order_items": ("created_at",), "shipments": ("created_at", "shipped_at", "picked_up_at", "delivered_at"),
    "tracking_events": ("happened_at",), "aftersales": ("requested_at",), "complaints": ("raised_at", "accepted_at"),
    "complaint_followups": ("followed_at",), "messages": ("sent_at",), "agent_status": ("started_at",),
    "reviews": ("reviewed_at",), "ratings": ("rated_at",), "blocks": ("blocked_at",), "listings": ("captured_at",),
    "platform_notices": ("issued_at",), "annotations": ("happened_at",),
}  # fmt: skip
_PARSERS: Mapping[str, Callable[[pl.Series], values.Parsed]] = {
    "text": values.parse_text, "timestamp": values.parse_time, "money": values.parse_money, "int": values.parse_int,
    "double": values.parse_number, "number": values.parse_number, "bool": values.parse_bool,
}  # fmt: skip
_BAD_CODE = {"id": "lost_digits", "timestamp": "bad_time", "money": "bad_money", "bool": "bad_bool"}
QUARANTINE = {"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String}


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
    for chunk in sheet.chunks(match.row, match.width, wanted):
        yield parse_rows(chunk, match, owner)


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
    bad: list[pl.DataFrame] = [_findings(chunk, chunk.get_column(RAGGED), "", None, "ragged")]
    done: dict[Source, pl.Series] = {}
    cache: dict[tuple[Any, ...], pl.Series] = {}
    positions = _positions(match)
    for name, sources in match.layout.tables.items():
        for source in sources:
            same = (source.type, source.column in PEOPLE, source.column in FREE_TEXT, _is_id(source), source.headings, source.extract, id(source.values))
            if same not in cache:
                cache[same] = _column(chunk, source, positions[source], owner, bad)
            done[source] = cache[same]
    frames: dict[str, pl.DataFrame] = {}
    for name, sources in match.layout.tables.items():
        stated = [source for source in sources if positions[source] or source.values and "" in source.values]
        frames[name] = pl.DataFrame([chunk.get_column(ROW).alias("source_row"), *(done[s].alias(s.column) for s in stated)])
    _fill_ids(frames, match.layout)
    _keep_masks(frames, cache)
    bad += _missing_keys(frames, match, chunk)
    findings = pl.concat([frame for frame in bad if frame.height] or [pl.DataFrame(schema=QUARANTINE)])
    parsed.quarantine = findings.sort("row", maintain_order=True)
    refused = findings.get_column("row").unique()
    for name, frame in frames.items():
        if refused.len():
            frame = frame.filter(~pl.col("source_row").is_in(refused.implode()))
        if name != match.layout.primary:
            frame = _complete(frame, name)
        parsed.tables[name] = _owned(frame, owner)
    return parsed


def _drop_non_rows(chunk: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Leave out blank rows, footers and repeated headings."""
    cells = [name for name in chunk.columns if name not in (ROW, RAGGED)]
    first = pl.coalesce(pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in ("c0", "c1") if name in cells)
    blank = pl.all_horizontal(pl.col(name).is_null() | (pl.col(name).str.strip_chars(" \t\r\n\u3000") == "") for name in cells)
    footer = first.str.contains(footer_pattern()).fill_null(False)
    heading = next((h for h, at in match.at.items() if at == (0,)), None)
    repeated = (pl.col("c0").str.to_lowercase().str.replace_all(r"[\s\"']", "") == heading) if heading else pl.lit(False)
    return chunk.filter(~(blank | footer | repeated.fill_null(False)))


def _is_id(source: Source) -> bool:
    return source.type == "text" and (source.column.endswith(("_id", "_no")) and source.column not in ("agent_id", "rule_id"))


def _column(
    chunk: pl.DataFrame, source: Source, positions: Sequence[int], owner: Owner, bad: list[pl.DataFrame]
) -> pl.Series:
    """One canonical column: the first heading that says something, read by the column's type."""
    if not positions:
        text = pl.repeat(None, chunk.height, dtype=pl.String, eager=True)
    elif len(positions) == 1:
        text = chunk.get_column(f"c{positions[0]}")
    else:
        told = [pl.when(pl.col(f"c{at}").str.strip_chars() != "").then(pl.col(f"c{at}")) for at in positions]
        text = chunk.select(pl.coalesce(told).alias("text")).to_series()
    if source.extract:
        text = text.str.extract(source.extract, 1)
    if source.values is not None:
        value, wrong, code = *_mapped(text, source), "unknown_value"
    elif source.column in PEOPLE:
        value, wrong = values.parse_id(text)
        value, code = hash_people(value.fill_null("").set(value.is_null(), None) if wrong.any() else value, owner.key, owner.realm), "lost_digits"
    elif _is_id(source):
        value, wrong = values.parse_id(text)
        code = "lost_digits"
    else:
        value, wrong = _PARSERS[source.type](text)
        code = _BAD_CODE.get(source.type, "bad_number")
        if source.type == "text":
            wrong, code = (value.str.len_bytes() > limits.MAX_CELL_BYTES).fill_null(False), "too_long"
    bad.append(_findings(chunk, wrong, source.headings[0] if source.headings else source.column, text, code, source))
    return value


def _mapped(text: pl.Series, source: Source) -> tuple[pl.Series, pl.Series]:
    """Values through the layout's map: exact, then ``~pattern`` in order, then ``*``; unlisted ones are bad."""
    assert source.values is not None
    unique = text.unique()
    new: list[Any] = []
    wrong: list[bool] = []
    for value in unique.to_list():
        key = _value_key(value)
        found = _look_up(key, source.values)
        new.append(found[0])
        wrong.append(not found[1])
    dtype = {"bool": pl.Boolean, "int": pl.Int64}.get(source.type, pl.String)
    frame = pl.DataFrame({"k": unique, "v": pl.Series(new, dtype=dtype), "w": wrong})
    joined = text.alias("k").to_frame().join(frame, on="k", how="left", nulls_equal=True, maintain_order="left")
    return joined.get_column("v"), joined.get_column("w")


def _value_key(value: str | None) -> str:
    text = unicodedata.normalize("NFKC", value or "").strip(" \t\r\n'\"")
    return "" if text in ("-", "--") else re.sub(r"\s+", "", text)


def _look_up(key: str, mapping: Mapping[str, Any]) -> tuple[Any, bool]:
    for written, value in mapping.items():
        if _value_key(str(written)) == key:
            return value, True
    if key == "":
        return None, True
    for written, value in mapping.items():
        if str(written).startswith("~") and re.search(str(written)[1:], key):
            return value, True
    return (mapping["*"], True) if "*" in mapping else (None, False)


def _findings(
    chunk: pl.DataFrame, wrong: pl.Series, column: str, text: pl.Series | None, code: str, source: Source | None = None
) -> pl.DataFrame:
    if not wrong.any():
        return pl.DataFrame(schema=QUARANTINE)
    rows = chunk.get_column(ROW).filter(wrong)
    shown = [None] * rows.len() if text is None else [shown_value(value, source) for value in text.filter(wrong).to_list()]
    return pl.DataFrame(
        {"row": rows, "column": [column] * rows.len(), "value": pl.Series(shown, dtype=pl.String), "reason": [code] * rows.len()},
        schema=QUARANTINE,
    )


def shown_value(value: str | None, source: Source | None = None) -> str | None:
    """A value as quarantine shows it: masked, short, and never a live formula."""
    if value is None:
        return None
    if source is not None and source.column in PEOPLE:
        return "[买家]"
    text = mask(value[:400])[0][:80]
    return "'" + text if text[:1] in "=+-@\t\r" and not re.fullmatch(r"[+-]?[\d.,eE+-]+%?", text) else text


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


def _keep_masks(frames: dict[str, pl.DataFrame], cache: Mapping[tuple[Any, ...], pl.Series]) -> None:
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
        if column.required and column.name in frame.columns and column.name not in ("store_id", "platform", "source_row"):
            headings = next((s.headings for s in match.layout.tables[name] if s.column == column.name), ())
            heading = next((h for h in headings if h in match.at), column.name)
            found.append(_findings(chunk, frame.get_column(column.name).is_null(), heading, None, "missing_key"))
    return found


def _complete(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Only the rows that have what a record of a secondary table cannot lack."""
    required = [c.name for c in TABLES[name].columns if c.required and c.name in frame.columns]
    return frame.drop_nulls(required) if required else frame


def _owned(frame: pl.DataFrame, owner: Owner) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(owner.store_id).alias("store_id"), pl.lit(owner.platform).alias("platform"),
        pl.lit(owner.source_file).alias("source_file"), pl.lit(owner.run_id).alias("ingested_run"),
    )  # fmt: skip


def heading_of(match: Match, column: str) -> str:
    """The heading in the file that states a column, for messages."""
    return next((h for h in match.layout.sources_of.get(column, ()) if h in match.at), normalise(column))
