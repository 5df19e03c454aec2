"""Write exports byte by byte, read them into a warehouse, and look at the facts."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from pipeline.config import Config
from pipeline.ingest.read import IngestReport, ingest
from pipeline.tables import by_name


def no_hits(messages: pl.DataFrame, lexicons: Any) -> pl.DataFrame:
    """No lexicon matches: ingest is tested apart from the text checks."""
    return pl.DataFrame(schema=by_name()["hits"].polars_schema())


class World:
    """An exports folder and the warehouse that reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exports, self.warehouse = folder / "exports", folder / "warehouse"
        self.config = Config(key_file=folder / "key")
        self.runs = 0

    def put(self, where: str, content: bytes | str, mtime: int = 1_760_000_000) -> Path:
        """Put a file under ``platform/store/name``."""
        path = self.exports / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        os.utime(path, (mtime, mtime))
        return path

    def read(self, packs: Path | None = None) -> IngestReport:
        """One run of ingest."""
        self.runs += 1
        report = ingest(
            self.exports, self.warehouse, self.config, None, f"run-{self.runs}", packs=packs, find_hits=no_hits
        )
        counts = report.files.select("read", "loaded", "superseded", "quarantined").rows()
        assert all(read == loaded + old + bad for read, loaded, old, bad in counts), counts
        return report

    def facts(self, table: str) -> pl.DataFrame:
        """All rows of a fact table, by its first id and time."""
        paths = sorted((self.warehouse / "facts" / table).rglob("*.parquet"))
        schema = by_name()[table].polars_schema()
        if not paths:
            return pl.DataFrame(schema=schema)
        frames = [pl.read_parquet(path, hive_partitioning=False) for path in paths]
        assert all(frame.schema == schema for frame in frames)
        return pl.concat(frames)

    def row(self, table: str) -> dict[str, Any]:
        """The only row of a table."""
        rows = self.facts(table).to_dicts()
        assert len(rows) == 1, rows
        return rows[0]

    def loaded(self, where: str, content: bytes | str) -> IngestReport:
        """Put a file, read it, and expect that nothing is refused or quarantined."""
        self.put(where, content)
        report = self.read()
        assert not report.refused, [str(problem) for problem in report.refused]
        assert report.totals()["quarantined"] == 0, self.quarantine().to_dicts()
        return report

    def quarantine(self) -> pl.DataFrame:
        """Every quarantined cell."""
        from pipeline.ingest.quarantine import read_quarantine

        return read_quarantine(self.warehouse)


def csv_bytes(headings: Sequence[str], *rows: Mapping[str, str], encoding: str = "utf-8-sig", separator: str = ",", end: str = "\r\n") -> bytes:
    """A csv with these headings; rows name their cells by heading."""
    lines = [separator.join(headings)]
    for row in rows:
        assert set(row) <= set(headings), set(row) - set(headings)
        cells = [row.get(heading, "") for heading in headings]
        lines.append(separator.join('"' + cell.replace('"', '""') + '"' if separator in cell or "\n" in cell else cell for cell in cells))
    return (end.join(lines) + end).encode(encoding)


def xlsx_bytes(*sheets: Sequence[Sequence[Any]], names: Sequence[str] = (), wrong_dimension: bool = False) -> bytes:
    """A workbook; text cells are text, numbers are numbers, ``formula:…`` is a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[number] if names else None)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str) and cell.startswith("formula:"):
                    sheet.write_formula(at, column, cell.removeprefix("formula:"))
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                else:
                    sheet.write(at, column, cell)
    book.close()
    data = buffer.getvalue()
    return _with_wrong_dimension(data) if wrong_dimension else data


def _with_wrong_dimension(data: bytes) -> bytes:
    import re
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if "worksheets/" in info.filename:
                content = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', content)
            new.writestr(info.filename, content)
    return out.getvalue()


def table_rows(headings: Sequence[str], *rows: Mapping[str, Any]) -> list[list[Any]]:
    """Rows for ``xlsx_bytes`` below their headings."""
    return [list(headings), *([row.get(heading, "") for heading in headings] for row in rows)]
