"""Read every canonical column of a block of text columns: typed values, and the cells that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import polars as pl

from pipeline.ingest import limits, values
from pipeline.ingest.findings import PEOPLE, findings_of
from pipeline.ingest.layouts import Match, Source
from pipeline.ingest.meanings import mapped, mapped_once
from pipeline.ingest.often import hold, plain, texts_in
from pipeline.ingest.sheet import RAGGED, ROW

_WORDS = {"text", "reply_text", "note", "detail_text"}
_BAD_CODE = {"id": "lost_digits", "people": "lost_digits", "timestamp": "bad_time", "money": "bad_money", "bool": "bad_bool"}
_FEW = 50  # texts of a column whose values are kept for the next block
Read = tuple[pl.Series, pl.Series | None]  # values, and which cells cannot be read (None when all can)
Hash = Callable[[pl.Series], pl.Series]  # people to keyed hashes
Positions = Mapping[Source, Sequence[int]]


def is_stated(source: Source, positions: Positions) -> bool:
    """Whether a file says anything of a column, be it by the column's absence."""
    return bool(positions[source]) or (source.values is not None and "" in source.values)


def text_of(source: Source, positions: Sequence[int], schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The text of a column: of several headings the first that says something."""
    if not positions:
        return pl.lit(None, pl.String)
    told = [plain(f"c{at}", schema) for at in positions]
    text = told[0] if len(told) == 1 else pl.coalesce(pl.when(~cell.str.strip_chars(values.WRAPPERS).is_in(["", "-", "--"])).then(cell) for cell in told)
    return text.str.extract(source.extract, 1) if source.extract else text


def read_columns(chunk: pl.DataFrame, match: Match, positions: Positions, hashed: Hash, bad: list[pl.DataFrame]) -> dict[Source, pl.Series]:
    """Every column that is stated; what cannot be read is added to ``bad``."""
    groups: dict[tuple[Any, ...], list[Source]] = {}
    for sources in match.layout.tables.values():
        for source in sources:
            if is_stated(source, positions):
                groups.setdefault((_how(source), source.headings, source.extract, id(source.values)), []).append(source)
    plans = [(how, sources[0]) for (how, *_), sources in groups.items()]
    chunk = hold(chunk, sorted({f"c{positions[source][0]}" for _, source in plans if len(positions[source]) == 1}))
    long = _has_long_cells(chunk)
    done: dict[Source, pl.Series] = {}
    for (how, source), alike, (value, wrong) in zip(plans, groups.values(), _read(chunk, plans, positions, hashed), strict=True):
        code = "unknown_value" if source.values is not None else _BAD_CODE.get(how, "bad_number")
        if how in ("text", "words") and source.values is None and long:
            too_long = text_of(source, positions[source], chunk.schema).str.len_bytes() > limits.MAX_CELL_BYTES
            wrong, code = chunk.select(too_long.fill_null(False)).to_series(), "too_long"
        if wrong is not None and wrong.any():
            heading = next((h for h in source.headings if h in match.at), source.column)
            cells = chunk.select(text_of(source, positions[source], chunk.schema)).to_series()
            bad.append(findings_of(chunk, wrong, heading, cells, code, source))
        done |= dict.fromkeys(alike, value)
    return done


def _read(chunk: pl.DataFrame, plans: Sequence[tuple[str, Source]], positions: Positions, hashed: Hash) -> list[Read]:
    """The columns of a block: those that say few things often text by text, the others in one pass, then their few odd cells."""
    done: dict[int, Read] = {}
    for n, (how, source) in enumerate(plans):
        column = chunk.get_column(f"c{positions[source][0]}") if len(positions[source]) == 1 else None
        texts = None if column is None else texts_in(column.dtype)
        if column is not None and texts is not None:
            done[n] = _read_once(how, source, texts, column.to_physical(), hashed)
    left = [n for n in range(len(plans)) if n not in done]
    kinds = {n: _kind(plans[n][0]) for n in left}
    listed = [n for n in left if plans[n][1].values is not None]
    others = [n for n in left if plans[n][1].values is None]
    cells = {n: text_of(plans[n][1], positions[plans[n][1]], chunk.schema) for n in left}
    texts_of = chunk.select((cells[n] if n in listed else values.strip(kinds[n], cells[n])).alias(str(n)) for n in left)
    quick = texts_of.select(values.quick(kinds[n], pl.col(str(n))) for n in others)
    facts = texts_of.select(
        *(pl.col(str(n)).unique().implode() for n in listed),
        *(values.any_wrapped(kinds[n], pl.col(str(n))).alias(str(n)) for n in others),
    )  # fmt: skip
    meant = mapped(texts_of, {str(n): (facts.get_column(str(n)).item(), plans[n][1]) for n in listed})
    for n in left:
        if n in listed:
            done[n] = meant[str(n)]
            continue
        value, wrong = values.finish(kinds[n], texts_of.get_column(str(n)), quick.get_column(str(n)), bool(facts.item(0, str(n))))
        done[n] = (hashed(value) if plans[n][0] == "people" else value), wrong
    return [done[n] for n in range(len(plans))]


def _read_once(how: str, source: Source, texts: pl.Series, at: pl.Series, hashed: Hash) -> Read:
    """A column that says few texts often, of which ``at`` has the number row by row: each is read once."""
    if source.values is not None:
        told = texts.str.extract(source.extract, 1) if source.extract else texts
        return mapped_once(told, at, source)
    few = how != "people" and texts.len() <= _FEW
    value, wrong = _known(how, source, tuple(texts.to_list())) if few else _values(how, source, texts)
    value = hashed(value) if how == "people" else value
    return value.gather(at), None if wrong is None else wrong.gather(at).fill_null(False)


def _values(how: str, source: Source, texts: pl.Series) -> Read:
    value, wrong = values.read_cells(_kind(how), texts.str.extract(source.extract, 1) if source.extract else texts)
    return value, wrong if wrong.any() else None


@lru_cache(1_000)
def _known(how: str, source: Source, texts: tuple[str, ...]) -> Read:
    """The same for texts that block after block says again."""
    return _values(how, source, pl.Series(texts, dtype=pl.String))


def _how(source: Source) -> str:
    """How the cells of a column are read: a kind of ``values``, or ``people``."""
    if source.column in PEOPLE:
        return "people"
    if source.column in _WORDS:
        return "words"
    is_id = source.type == "text" and source.column.endswith(("_id", "_no")) and source.column not in ("agent_id", "rule_id")
    return "id" if is_id else source.type


def _kind(how: str) -> str:
    return "id" if how == "people" else how


def _has_long_cells(chunk: pl.DataFrame) -> bool:
    longest = [
        cast("int | None", (chunk.get_column(name) if dtype == pl.String else dtype.categories).str.len_bytes().max())  # type: ignore[attr-defined]
        for name, dtype in chunk.schema.items() if name not in (ROW, RAGGED)
    ]  # fmt: skip
    return max((size or 0 for size in longest), default=0) > limits.MAX_CELL_BYTES
