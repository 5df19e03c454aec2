"""One table of an exported file as text, before anybody knows what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

# Frames of a sheet: text columns named by position (c0, c1, …), `row` (1-based row of the sheet) and
# `ragged` (the row has more fields than the heading). A text column that says few things often may be an Enum.
Chunks = Callable[[int, int, Sequence[int]], Iterator[pl.DataFrame]]
ROW = "row"
RAGGED = "ragged"


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its first rows, and how to read what is below a heading.

    ``chunks(heading_row, width, columns)`` yields the rows below row ``heading_row`` (from 0), only the
    columns asked for.
    """

    name: str
    head: list[list[str | None]]
    chunks: Chunks
    preamble: str = ""


def from_frame(name: str, frame: pl.DataFrame) -> Sheet:
    """A sheet held in memory: ``frame`` has text columns c0, c1, … in order."""

    def chunks(heading: int, width: int, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        body = frame.slice(heading + 1)
        wanted = [f"c{at}" for at in columns if at < frame.width]
        beyond = [f"c{at}" for at in range(width, frame.width)]
        ragged = pl.any_horizontal(pl.col(beyond).is_not_null()) if beyond else pl.lit(False)
        yield body.select(
            *wanted,
            *(pl.lit(None, pl.String).alias(f"c{at}") for at in columns if at >= frame.width),
            pl.int_range(heading + 2, heading + 2 + pl.len(), dtype=pl.Int64).alias(ROW),
            ragged.alias(RAGGED),
        )

    head = [list(row) for row in frame.head(40).rows()]
    return Sheet(name, head, chunks, " ".join(cell for row in head[:10] for cell in row if cell))


def from_rows(name: str, rows: Sequence[Sequence[str | None]]) -> Sheet:
    """A sheet of rows of text."""
    width = max((len(row) for row in rows), default=0)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    schema = {f"c{at}": pl.String for at in range(width)}
    return from_frame(name, pl.DataFrame(padded, schema=schema, orient="row"))
