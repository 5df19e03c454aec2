"""Statements that the facts repeat word for word: a note in the fact file says what it leaves out, and no second file is written."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.ingest.layouts import TABLES
from pipeline.ingest.parse import MONTH
from pipeline.ingest.staging import Unit

NOTE = "guize.statements"  # a key of the Parquet file's own metadata
_FILE = ("source_file", "ingested_run")
_SAME = ("exported_at", "signature")  # what all statements of one file have in common


def notes_of(statements: pl.DataFrame, table: str) -> dict[Unit, str]:
    """Per store and month whose statements (one per key) can be made again of the facts, the note that tells the rest.

    That is where each stands for one row and says nothing for which the table has no column.
    """
    place = ("store_id", MONTH)
    known = {*TABLES[table].polars_schema(), *place, *_SAME, "rows"}
    more = [pl.col(name).is_not_null() for name in statements.columns if name not in known]
    odd = set(statements.filter(pl.any_horizontal(pl.col("rows") != 1, *more)).select(place).unique().iter_rows())
    told: dict[Unit, dict[tuple[str, str], tuple[str | None, str]]] = {}
    runs = statements.select(pl.struct(*place, *_FILE, *_SAME).rle().struct.field("value").alias("run")).unnest("run")
    for store, month, file, run, exported, signature in runs.unique().sort(pl.all()).iter_rows():
        files = told.setdefault((store, month), {})
        if (file, run) in files:
            odd.add((store, month))
        files[file, run] = (exported.isoformat() if exported else None, signature)
    return {unit: json.dumps([[*file, *same] for file, same in files.items()], ensure_ascii=False) for unit, files in told.items() if unit not in odd}


def has_note(path: Path) -> bool:
    """Whether a fact file is there and its rows are all statements that there are."""
    return path.exists() and NOTE in pl.read_parquet_metadata(path)


def statements_of(path: Path) -> pl.DataFrame:
    """The statements that a fact file with a note repeats."""
    facts = pl.read_parquet(path, hive_partitioning=False).drop("exported_at", strict=False)
    files = [
        (file, run, exported and datetime.fromisoformat(exported), signature)
        for file, run, exported, signature in json.loads(pl.read_parquet_metadata(path)[NOTE])
    ]
    schema = pl.Schema({"source_file": pl.String(), "ingested_run": pl.String(), "exported_at": pl.Datetime("us"), "signature": pl.String()})
    same = pl.DataFrame(files, schema=schema, orient="row")
    return facts.join(same, on=_FILE, how="left", maintain_order="left").with_columns(pl.lit(1, pl.Int64).alias("rows"))
