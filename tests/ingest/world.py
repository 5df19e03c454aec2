"""Write exports byte by byte, read them into a warehouse, and look at the facts."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from pipeline.config import Config
from pipeline.ingest.read import IngestReport, ingest
from pipeline.tables import by_name


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
            self.exports, self.warehouse, self.config, f"run-{self.runs}", packs=packs
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


def xls_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of the old format: text cells (BIFF8 LABEL records) in an OLE2 file with one stream."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def text(value: str, count: str) -> bytes:
        return struct.pack(f"<{count}B", len(value), 1) + value.encode("utf-16-le")

    cells = b"".join(
        record(0x0204, struct.pack("<HHH", at, column, 0) + text(cell, "H"))
        for at, row in enumerate(rows) for column, cell in enumerate(row) if cell
    )  # fmt: skip
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)) + cells + record(0x000A)
    name = text("Sheet1", "B")
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)) + record(0x0042, struct.pack("<H", 1200))
    bound = len(start) + 4 + 6 + len(name) + 4
    book = start + record(0x0085, struct.pack("<IH", bound, 0) + name) + record(0x000A) + sheet
    return _ole2("Workbook", book)


def _ole2(stream: str, content: bytes) -> bytes:
    """An OLE2 file with one stream of at least 4,096 bytes: header, FAT, directory, stream."""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    count = len(content) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    assert len(fat) <= 128
    fat += [0xFFFFFFFF] * (128 - len(fat))

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0" if name else b""
        return raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36 + struct.pack("<IQ", first, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(stream, 2, 0xFFFFFFFF, 2, len(content)) + entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0) + b"\xff" * 432
    return header + struct.pack("<128I", *fat) + directory + content
