"""The fact files of a warehouse while a run merges into them: read, compared, and replaced in one rename."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ingest.ahead import in_pairs
from pipeline.ingest.beside import Beside, Change
from pipeline.ingest.layouts import TABLES
from pipeline.ingest.parse import MONTH
from pipeline.ingest.restated import NOTE, has_note, notes_of, statements_of
from pipeline.ingest.staging import UNPLACED, Unit
from pipeline.ingest.statements import repeated

PLACE = ("store_id", MONTH)
_NO_COUNT = pl.Schema({"source_file": pl.String, "ingested_run": pl.String, "rows": pl.Int64})
_GROUP_BYTES = 60_000_000  # of rows merged at once
_UNPACKED = 8  # a fact file in memory, times its size on disk


@dataclass
class Merged:
    """What a merge did: rows superseded per file and table, and the store-months written."""

    superseded: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def count(self, table: str, rows: pl.DataFrame) -> None:
        """Remember rows that a newer statement replaced."""
        if rows.height:
            self.superseded.setdefault(table, []).append(rows)

    def superseded_of(self, table: str) -> pl.DataFrame:
        """Rows superseded per file, by source_file and ingested_run."""
        frames = self.superseded.get(table, [])
        together = pl.concat([frame.cast(_NO_COUNT) for frame in frames]) if frames else pl.DataFrame(schema=_NO_COUNT)
        return together.group_by("source_file", "ingested_run").agg(pl.col("rows").sum())


class FactFiles:
    """Reads and writes one run's store-months; ``exported`` tells each file's export time by source_file and run.

    Files are written beside the merge, two at a time; whoever reads one waits for it first.
    """

    def __init__(self, facts: Path, state: Path, exported: pl.DataFrame) -> None:
        self.facts, self.state, self.exported = facts, state, exported
        self.done = Merged()
        # Without the list of files read, earlier facts are nobody's word: everything is read again.
        self._knows = (state / "files.parquet").exists()
        self._noted: set[Path] = set()  # facts written by this run that repeat their statements
        self._files = Beside()

    def close(self) -> None:
        """Wait until everything is written."""
        self._files.close()

    def _folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.facts / table / f"platform={platform}" / f"store={store}"

    def _state_folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.state / "statements" / table / f"platform={platform}" / f"store={store}"

    def _fact(self, table: str, unit: Unit, name: str = "part.parquet") -> Path:
        return self._folder(table, unit[0]) / f"month={unit[1]}" / name

    def _statement(self, table: str, unit: Unit) -> Path:
        return self._state_folder(table, unit[0]) / f"month={unit[1]}" / "part.parquet"

    def _read(self, table: str, units: Iterable[Unit]) -> pl.DataFrame | None:
        """The facts of some stores and months, with the column ``month``."""
        return self._load({unit: self._fact(table, unit) for unit in units})

    def _stated(self, table: str, store_id: str) -> dict[str, Path]:
        """The months for which there are statements of a table, in order, each with the file whose rows they are."""
        found = {}
        folders = [*self._folder(table, store_id).glob("month=*"), *self._state_folder(table, store_id).glob("month=*")]
        for month in sorted({folder.name.removeprefix("month=") for folder in folders}):
            path = self._stated_in(table, (store_id, month))
            if path is not None:
                found[month] = path
        return found

    def _written(self, table: str, store_id: str) -> dict[str, Path]:
        """The months for which there are facts, each with its file."""
        return {path.parent.name.removeprefix("month="): path for path in self._folder(table, store_id).glob("month=*/part.parquet")}

    def _stated_in(self, table: str, unit: Unit) -> Path | None:
        """The file of a month's statements: their own, or the facts when these repeat them; None when there are none."""
        own, facts = self._statement(table, unit), self._fact(table, unit)
        self._files.wait(own)
        self._files.wait(facts)
        if own.exists():
            return own
        return facts if facts in self._noted or (self._knows and has_note(facts)) else None

    def _read_statements(self, table: str, units: Iterable[Unit]) -> pl.DataFrame | None:
        frames = []
        for unit in units:
            path = self._stated_in(table, unit)
            if path is not None:
                rows = statements_of(path) if path == self._fact(table, unit) else pl.read_parquet(path, hive_partitioning=False)
                frames.append(rows.with_columns(pl.lit(unit[1]).alias(MONTH)))
        read: pl.DataFrame | None = together(frames)
        return read

    def _load(self, paths: Mapping[Unit, Path]) -> pl.DataFrame | None:
        frames = []
        for (_, month), path in paths.items():
            self._files.wait(path)
            if path.exists():
                frames.append(pl.read_parquet(path, hive_partitioning=False).with_columns(pl.lit(month).alias(MONTH)))
        loaded: pl.DataFrame | None = together(frames)
        return loaded

    def _write(self, table: str, units: Iterable[Unit], frame: pl.DataFrame | None) -> None:
        """Replace the facts of some stores and months; those without rows are removed."""
        parts = _parts(frame, table)
        for unit in units:
            self.done.touched.add(unit)
            if unit in parts:
                self._files.put(Change(self._fact(table, unit), parts[unit]))
            else:
                self._files.put(Change(self._fact(table, unit), None))

    def _write_statements(self, table: str, units: Iterable[Unit], frame: pl.DataFrame | None) -> None:
        """Replace the statements alone; the facts made of them follow."""
        parts = _parts(frame)
        for unit in units:
            rows = parts.get(unit)
            if rows is None and self._stated_in(table, unit) == self._fact(table, unit):
                rows = pl.DataFrame(schema=TABLES[table].polars_schema())  # none, whatever the facts still note
            self._files.put(Change(self._statement(table, unit), rows, "lz4"))

    def _write_stated(self, table: str, units: Iterable[Unit], statements: pl.DataFrame | None, facts: pl.DataFrame | None, same: bool) -> None:
        """Replace statements and the facts made of them, in this order, so that nothing stated is lost whatever stops the run.

        Where both are the ``same`` rows, the facts take a note along and the statements go.
        """
        notes = notes_of(facts, table) if same and facts is not None else {}
        kept = {} if all(unit in notes for unit in units) else _parts(statements)
        parts = _parts(facts, table)
        for unit in units:
            rows = None if unit in notes else kept.get(unit)
            changes = [Change(self._statement(table, unit), rows, "lz4")]
            if unit[1] != UNPLACED:
                self.done.touched.add(unit)
                path, note = self._fact(table, unit), notes.get(unit)
                (self._noted.discard if note is None else self._noted.add)(path)
                changes.insert(rows is not None, Change(path, parts.get(unit), notes=None if note is None else {NOTE: note}))
            self._files.put(*changes)

    def _groups(self, table: str, units: Mapping[Unit, int]) -> list[list[Unit]]:
        """Stores and months in lots that fit into memory together with what is there of them."""
        lots: list[list[Unit]] = [[]]
        total = 0
        for unit, size in units.items():
            path = self._fact(table, unit)
            size += path.stat().st_size * _UNPACKED if path.exists() else 0
            if lots[-1] and total + size > _GROUP_BYTES:
                lots.append([])
                total = 0
            lots[-1].append(unit)
            total += size
        return lots if lots[0] else []

    def _each(self, work: Callable[[list[Unit]], None], table: str, units: Mapping[Unit, int]) -> None:
        """Do the lots two at a time, since one alone leaves a core idle; one at a time where a month is large."""
        groups = self._groups(table, units)
        if max(units.values(), default=0) > _GROUP_BYTES:
            for group in groups:
                work(group)
        else:
            for _ in in_pairs(work, groups):
                pass

    def _with_export(self, frame: pl.DataFrame | None) -> Any:
        """Add the export time of each row's file, where the rows do not carry it."""
        if frame is None or "exported_at" in frame.columns:
            return frame
        return frame.join(self.exported, on=["source_file", "ingested_run"], how="left", maintain_order="left")

    def _supersede(self, table: str, rows: pl.DataFrame) -> None:
        self.done.count(table, rows)

    def _newest(self, table: str, rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
        """The newest row of each key in each store and month; the others are superseded."""
        again = repeated(rows, [*PLACE, *keys])
        if again is None:
            return rows
        own = [*PLACE, *keys]
        several = rows.filter(again).sort(
            [*own, "exported_at", "source_file", "ingested_run", "source_row"], descending=[False] * len(own) + [True] * 4, nulls_last=True
        )
        first = several.select(pl.struct(own).is_first_distinct()).to_series()
        falls = several.filter(~first).with_columns(pl.lit(1, pl.Int64).alias("rows"))
        self._supersede(table, falls.group_by("source_file", "ingested_run").agg(pl.col("rows").sum()))
        return pl.concat([rows.filter(~again), several.filter(first)])


def _parts(frame: pl.DataFrame | None, table: str | None = None) -> dict[Unit, pl.DataFrame]:
    """Rows by store and month; with the columns of a table where one is named."""
    if frame is None or frame.is_empty():
        return {}
    runs = frame.select(pl.struct(PLACE).rle().alias("run")).unnest("run")
    if runs.get_column("value").is_duplicated().any():
        return _parts(frame.sort(PLACE, maintain_order=True), table)
    columns = frame if table is None else to_schema(frame, table)
    parts, at = {}, 0
    for length, place in runs.rows():
        parts[place["store_id"], place[MONTH]] = columns.slice(at, length)
        at += length
    return parts


def together(frames: Iterable[pl.DataFrame | None]) -> Any:
    """The rows of several frames in one, or None when there are none."""
    held = [frame for frame in frames if frame is not None and frame.height]
    return pl.concat(held, how="diagonal_relaxed") if held else None


def of_units(frame: pl.DataFrame | None, units: Sequence[Unit]) -> pl.DataFrame | None:
    """The rows of some stores and months."""
    if frame is None:
        return None
    wanted = pl.DataFrame(units, schema=dict.fromkeys(PLACE, pl.String), orient="row")
    return frame.join(wanted, on=list(PLACE), how="semi", maintain_order="left")


def fit(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give a frame every column of its table, so that frames of different layouts meet."""
    schema = TABLES[table].polars_schema()
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    odd = [pl.col(name).cast(schema[name]) for name, dtype in frame.schema.items() if name in schema and dtype != schema[name]]
    return frame.with_columns(*missing, *odd)


def to_schema(frame: pl.DataFrame, table: str, also: tuple[str, ...] = ()) -> pl.DataFrame:
    """The columns of a table in their order and types, and those named beside."""
    schema = TABLES[table].polars_schema()
    columns = [
        pl.lit(None, dtype).alias(name) if name not in frame.columns else pl.col(name) if frame.schema[name] == dtype else pl.col(name).cast(dtype)
        for name, dtype in schema.items()
    ]  # fmt: skip
    return frame.select(*columns, *also)
