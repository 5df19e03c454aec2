"""Name the cells that cannot be read, as quarantine shows them."""

from __future__ import annotations

import re

import polars as pl

from pipeline.ingest.layouts import Source
from pipeline.ingest.masking import mask
from pipeline.ingest.sheet import ROW

PEOPLE = {"buyer_key"}
QUARANTINE = pl.Schema({"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String})


def findings_of(
    chunk: pl.DataFrame, wrong: pl.Series, column: str, text: pl.Series | None, code: str, source: Source | None = None
) -> pl.DataFrame:
    """One row per wrong cell: its row of the sheet, column, value (masked) and reason."""
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
