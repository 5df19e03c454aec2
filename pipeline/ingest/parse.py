"""Turn a sheet's text rows into canonical rows of fact tables, and name every row that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
_WORDS = {"text", "reply_text", "note", "detail_text"}
MONTH = "month"
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
_BAD_CODE = {"id": "lost_digits", "people": "lost_digits", "timestamp": "bad_time", "money": "bad_money", "bool": "bad_bool"}
QUARANTINE = pl.Schema({"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String})


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
    with ThreadPoolExecutor(2) as pool:
        ahead: deque[Future[Parsed]] = deque()
        for chunk in chunks:
            ahead.append(pool.submit(parse_rows, chunk, match, owner))
            if len(ahead) == 2:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def parse_sessions(sheet: Sheet, match: Match, owner: Owner) -> Iterator[Parsed]:
    """The messages of a sheet with one session a row and its transcript in one cell."""
    from pipeline.ingest.spoken import own_messages
    from pipeline.ingest.transcripts import read_transcripts

    columns = {source.column: at for source, at in _positions(match).items()}
    for chunk in sheet.chunks(match.row, match.width, sorted({at for places in columns.values() for at in places})):
        cells = chunk.select(ROW, *(_text(source, at).alias(source.column) for source, at in _positions(match).items()))
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
    bad: list[pl.DataFrame] = [_findings(chunk, chunk.get_column(RAGGED), "", None, "ragged")]
    positions = _positions(match)
    done = _columns(chunk, match, positions, owner, bad)
    frames: dict[str, pl.DataFrame] = {}
    for name, sources in match.layout.tables.items():
        stated = [source for source in sources if positions[source] or (source.values and "" in source.values)]
        frames[name] = pl.DataFrame([chunk.get_column(ROW).alias("source_row"), *(done[s].alias(s.column) for s in stated)])
    if match.layout.speaker_account and "agent_id" in frames["messages"].columns:
        theirs = pl.when(pl.col("role") != "buyer").then(pl.col("agent_id").str.replace(r"^.*[:：]", ""))
        frames["messages"] = frames["messages"].with_columns(theirs.alias("agent_id"))
    _fill_ids(frames, match.layout)
    _keep_masks(frames)
    lost = pl.concat([frame.select("row") for frame in bad if frame.height] or [pl.DataFrame(schema={"row": pl.Int64})])
    bad += [frame.join(lost, on="row", how="anti", maintain_order="left") for frame in _missing_keys(frames, match, chunk) if frame.height]
    findings = pl.concat([frame for frame in bad if frame.height] or [pl.DataFrame(schema=QUARANTINE)])
    parsed.quarantine = findings.sort("row", maintain_order=True)
    refused = findings.get_column("row").unique()
    for name, frame in frames.items():
        if refused.len():
            frame = frame.filter(~pl.col("source_row").is_in(refused.implode()))
        if name != match.layout.primary:
            frame = _complete(frame, name)
        parsed.tables[name] = frame
    return parsed


def _drop_non_rows(chunk: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Leave out blank rows, footers and repeated headings; only rows whose first cell is odd are looked at closely."""
    first = pl.col("c0").str.strip_chars(values.WRAPPERS)
    heading = next((h for h, at in match.at.items() if at == (0,)), None)
    repeated = (first.str.to_lowercase().str.replace_all(r"\s", "") == heading) if heading else pl.lit(False)
    odd = chunk.select((first.is_null() | (first == "") | first.str.contains(footer_pattern()) | repeated).fill_null(False).alias("odd")).to_series()
    if not odd.any():
        return chunk
    cells = [name for name in chunk.columns if name not in (ROW, RAGGED)]
    blank = pl.all_horizontal(pl.col(name).is_null() | (pl.col(name).str.strip_chars(" \t\r\n\u3000") == "") for name in cells)
    told = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in ("c0", "c1") if name in cells]
    footer = pl.coalesce(told).str.contains(footer_pattern()).fill_null(False)
    keep = chunk.filter(odd).select(~(blank | footer | repeated.fill_null(False))).to_series()
    return chunk.filter(pl.repeat(True, chunk.height, eager=True).scatter(odd.arg_true(), keep))


def _is_id(source: Source) -> bool:
    return source.type == "text" and (source.column.endswith(("_id", "_no")) and source.column not in ("agent_id", "rule_id"))


def _columns(
    chunk: pl.DataFrame, match: Match, positions: Mapping[Source, tuple[int, ...]], owner: Owner, bad: list[pl.DataFrame]
) -> dict[Source, pl.Series]:
    """Every canonical column: all are read in one pass, then the few odd cells and the mapped values."""
    groups: dict[tuple[Any, ...], list[Source]] = {}
    for stated in match.layout.tables.values():
        for source in stated:
            how = "people" if source.column in PEOPLE else "id" if _is_id(source) else source.type
            how = "words" if source.column in _WORDS else how
            groups.setdefault((how, source.headings, source.extract, id(source.values)), []).append(source)
    plans = [(how, sources[0], sources) for (how, *_), sources in groups.items()]
    texts = chunk.select(_text(source, positions[source]).alias(f"t{n}") for n, (_, source, _) in enumerate(plans))
    asked = []
    for n, (how, source, _) in enumerate(plans):
        column = pl.col(f"t{n}")
        if source.values is not None:
            asked.append(column.unique().implode().alias(f"v{n}"))
            continue
        quick, odd = values.quick("id" if how == "people" else how, column)
        asked += [quick.alias(f"v{n}"), odd.fill_null(False).alias(f"o{n}")]
        if how in ("text", "words"):
            asked.append((column.str.len_bytes() > limits.MAX_CELL_BYTES).any().alias(f"l{n}"))
    lists = texts.select(ask for ask in asked if ask.meta.output_name()[0] in "vl" and _is_small(ask, plans))
    wide = texts.select(ask for ask in asked if not (ask.meta.output_name()[0] in "vl" and _is_small(ask, plans)))
    done: dict[Source, pl.Series] = {}
    for n, (how, source, sources) in enumerate(plans):
        text = texts.get_column(f"t{n}")
        code = _BAD_CODE.get(how, "bad_number")
        if source.values is not None:
            (value, wrong), code = _mapped(text, lists.get_column(f"v{n}").item(), source), "unknown_value"
        else:
            kind = "id" if how == "people" else how
            value, wrong = values.finish(kind, text, wide.get_column(f"v{n}"), wide.get_column(f"o{n}"))
            if how == "people":
                value = hash_people(value, owner.key, owner.realm)
            elif how in ("text", "words") and lists.get_column(f"l{n}").item():
                wrong, code = (text.str.len_bytes() > limits.MAX_CELL_BYTES).fill_null(False), "too_long"
        if wrong.any():
            heading = next((h for h in source.headings if h in match.at), source.column)
            bad.append(_findings(chunk, wrong, heading, text, code, source))
        done |= dict.fromkeys(sources, value)
    return done


def _is_small(ask: pl.Expr, plans: Sequence[tuple[str, Source, Any]]) -> bool:
    name = ask.meta.output_name()
    return name[0] == "l" or plans[int(name[1:])][1].values is not None


def _text(source: Source, positions: Sequence[int]) -> pl.Expr:
    """The text of a column: of several headings the first that says something."""
    if not positions:
        return pl.lit(None, pl.String)
    told = [pl.col(f"c{at}") for at in positions]
    text = told[0] if len(told) == 1 else pl.coalesce(pl.when(~cell.str.strip_chars(values.WRAPPERS).is_in(["", "-", "--"])).then(cell) for cell in told)
    return text.str.extract(source.extract, 1) if source.extract else text


def _mapped(text: pl.Series, unique: pl.Series, source: Source) -> tuple[pl.Series, pl.Series]:
    """Values through the layout's map: exact, then ``~pattern`` in order, then ``*``; unlisted ones are bad."""
    assert source.values is not None
    found = [_look_up(_value_key(value), source.values) for value in unique.to_list()]
    dtype = {"bool": pl.Boolean, "int": pl.Int64}.get(source.type, pl.String)
    if len(found) == 1:
        value, known = found[0]
        return pl.repeat(value, text.len(), dtype=dtype, eager=True), pl.repeat(not known, text.len(), eager=True)
    new = pl.Series([value for value, _ in found], dtype=dtype)
    wrong = pl.Series([not known for _, known in found], dtype=pl.Boolean)
    value = text.replace_strict(unique, new, return_dtype=dtype)
    if not wrong.any():
        return value, pl.repeat(False, text.len(), eager=True)
    return value, text.replace_strict(unique, wrong, return_dtype=pl.Boolean)


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
    if "*" not in mapping:
        return None, False
    return (key if mapping["*"] == "=" else mapping["*"]), True


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
            found.append(_findings(chunk, frame.get_column(column.name).is_null(), heading, None, "missing_key"))
    times = [time for time in TIMES.get(name, ()) if name not in _PLACED_BY_ORDER]
    if times:
        told = [time for time in times if time in frame.columns]
        lost = frame.select(pl.all_horizontal(pl.col(told).is_null()) if told else pl.repeat(True, pl.len())).to_series()
        found.append(_findings(chunk, lost, heading_of(match, times[0]), None, "missing_key"))
    return found


def _complete(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Only the rows that have what a record of a secondary table cannot lack."""
    required = [c.name for c in TABLES[name].columns if c.required and c.name not in _FILLED_LATER]
    if not set(required) <= set(frame.columns):
        return frame.clear()
    frame = frame.drop_nulls(required) if required else frame
    told = [column for column in _SAYS_SOMETHING.get(name, ()) if column in frame.columns]
    return frame.filter(pl.any_horizontal(pl.col(told).is_not_null())) if told else frame


def heading_of(match: Match, column: str) -> str:
    """The heading in the file that states a column, for messages."""
    return next((h for h in match.layout.sources_of.get(column, ()) if h in match.at), normalise(column))
