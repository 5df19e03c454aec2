"""Look through a warehouse for personal data that slipped through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.ingest.masking import KINDS, mask_texts

# Numbers of orders, parcels, messages: what they hold is no text that people wrote.
_NUMBERS = ("_id", "_no", "_key", "_run", "content", "signature", "signatures", "version", "combo", "shape", "fingerprint")
_TEXT_IDS = {"agent_id"}


@dataclass(frozen=True)
class Slip:
    """Personal data found: where, which kind, how often. The data itself is never shown."""

    file: str
    column: str
    kind: str
    cells: int
    first_row: int


def scan_warehouse(warehouse: Path) -> tuple[list[Slip], int]:
    """Every slip in the Parquet files of a warehouse, and how many text cells were looked at."""
    slips: list[Slip] = []
    cells = 0
    for path in sorted(warehouse.rglob("*.parquet")):
        if any(part.startswith("staging-") for part in path.parts):
            continue
        for column, texts in _text_columns(path):
            cells += texts.len() - texts.null_count()
            masked, kinds = mask_texts(texts)
            if kinds.null_count() == kinds.len():
                continue
            changed = (masked != texts).fill_null(False)
            found = kinds.filter(changed)
            where = changed.arg_true()
            for kind in KINDS:
                has = found.list.contains(kind).fill_null(False)
                if has.any():
                    slips.append(Slip(str(path.relative_to(warehouse)), column, kind, int(has.sum()), int(where.filter(has)[0]) + 1))
    return slips, cells


def _text_columns(path: Path) -> Iterator[tuple[str, pl.Series]]:
    schema = pl.read_parquet_schema(path)
    names = [name for name, dtype in schema.items() if dtype == pl.String and (name in _TEXT_IDS or not name.endswith(_NUMBERS))]
    for name in names:
        yield name, pl.read_parquet(path, columns=[name], hive_partitioning=False).get_column(name)
