"""Read large xlsx sheets as streams of text columns: on two cores and in bounded memory, where a general reader has one and holds all.

The XML of a sheet is unpacked piece by piece; the places of tags are found with numpy, the text of cells is
cut out without a loop over cells. What is not plain (prefixed tags, rich text inside cells, cells without an
address) raises ``NotPlain``, and the caller takes the general reader.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
import polars as pl
from lxml import etree

from pipeline.ingest import limits
from pipeline.ingest.ahead import in_pairs
from pipeline.ingest.sheet import RAGGED, ROW, Sheet
from pipeline.ingest.xlsx_cells import Cells, NotPlain, TooFar, cells_of, strings_of, texts_of
from pipeline.ingest.xlsx_uniform import BEHIND

Bound = Callable[[str, int], None]  # told each member's name and how much of it was unpacked
_PIECE = 3_000_000  # the numbers found in it stay in the processor's cache
_TOGETHER = 5  # blocks that become one frame, since polars likes them larger
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def open_sheets(archive: zipfile.ZipFile, bound: Bound) -> list[Sheet]:
    """The worksheets of a workbook in their order.

    Raises:
        NotPlain, TooFar: see there.
    """
    places = _places(archive)
    strings: list[pl.Series] = []

    def shared() -> pl.Series:
        if not strings:
            strings.append(_shared_strings(archive, bound))
        return strings[0]

    return [_sheet(archive, name, place, shared, bound) for name, place in places[: limits.MAX_SHEETS]]


def _places(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and member of each worksheet."""
    names = set(archive.namelist())
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        book = etree.fromstring(_small(archive, "xl/workbook.xml"), parser)
        links = etree.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"), parser)
    except (KeyError, etree.XMLSyntaxError) as error:
        raise NotPlain from error
    targets = {link.get("Id"): link.get("Target") or "" for link in links}
    found = []
    for sheet in book.iter("{*}sheet"):
        target = targets.get(sheet.get(_REL), "")
        place = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if place in names and "worksheets/" in place:
            found.append((sheet.get("name") or "", place))
    if not found:
        raise NotPlain
    return found


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        content = member.read(5_000_001)
    if len(content) > 5_000_000:
        raise NotPlain
    return content


def _sheet(archive: zipfile.ZipFile, name: str, place: str, shared: Callable[[], pl.Series], bound: Bound) -> Sheet:
    def chunks(heading: int, width: int, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        shared()  # read once, before the blocks that need it are read side by side

        def work(blocks: Sequence[bytes]) -> pl.DataFrame:
            frame = pl.concat([_frame(cells_of(data), columns, width, shared) for data in blocks], rechunk=True)
            return frame.filter(pl.col(ROW) > heading + 1) if frame.height and frame.item(0, ROW) <= heading + 1 else frame

        yield from in_pairs(work, _some(_blocks(archive, place, bound, _PIECE), _TOGETHER))

    first = next(_blocks(archive, place, bound, 400_000), None)
    head = _head(None if first is None else cells_of(first), shared)
    return Sheet(name, head, chunks, " ".join(cell for row in head[:10] for cell in row if cell))


def _head(cells: Cells | None, shared: Callable[[], pl.Series]) -> list[list[str | None]]:
    """The first forty rows, blank ones included, so that the place in the list is the row's number."""
    if cells is None or cells.column.size == 0:
        return []
    number = cells.rows[cells.place]
    width = int(cells.column[number <= 40].max(initial=-1)) + 1
    frame = _frame(cells, range(width), width, shared)
    rows: list[list[str | None]] = [[None] * width for _ in range(min(40, int(number.max())))]
    for *values, number, _ in frame.select(*(f"c{at}" for at in range(width)), ROW, RAGGED).rows():
        if number <= len(rows):
            rows[number - 1] = list(values)
    return rows


def _blocks(archive: zipfile.ZipFile, place: str, bound: Bound, size: int) -> Iterator[bytes]:
    """The XML of a sheet in blocks of whole rows, with some bytes of nothing behind, so that one may look ahead."""
    with archive.open(place) as member:
        kept = b""
        total = 0
        while piece := member.read(size):
            total += len(piece)
            bound(place, total)
            end = piece.rfind(b"</row>") + 6
            if end < 6:
                kept, piece = b"", kept + piece  # the end tag of a row may lie across
                end = piece.rfind(b"</row>") + 6
            if end < 6:
                if len(piece) > limits.MAX_RECORD_BYTES:
                    raise TooFar
                kept = piece
                continue
            yield b"".join((kept, memoryview(piece)[:end], BEHIND))
            kept = piece[end:]
        if b"<row " in kept and b"</sheetData>" not in kept and b"</row>" not in kept:
            raise NotPlain  # cut off within a row, or rows without an end tag
        if total and b"<x:" in kept:
            raise NotPlain


def _some(blocks: Iterator[bytes], count: int) -> Iterator[list[bytes]]:
    while some := list(islice(blocks, count)):
        yield some


def _frame(cells: Cells, columns: Sequence[int], width: int, shared: Callable[[], pl.Series]) -> pl.DataFrame:
    """Wanted columns as text, one row per row of the sheet (absent rows stay absent: they are blank)."""
    height = cells.rows.size
    beyond = np.zeros(height, bool)
    if cells.column.max(initial=0) >= width:
        far = cells.column >= width
        beyond[cells.place[far & (cells.text.str.len_bytes() > 0).to_numpy()]] = True
    # All cells at once, column after column: one long text column, of which each wanted column is a slice.
    order = np.full(max(width, int(cells.column.max(initial=0)) + 1, max(columns, default=0) + 1), -1, np.int64)
    order[list(columns)] = np.arange(len(columns))
    at = order[cells.column]
    mine = np.flatnonzero(at >= 0)
    which = np.full(len(columns) * height, -1, np.int64)
    which[at[mine] * height + cells.place[mine]] = mine
    text = texts_of(cells, which, shared)
    data = {f"c{column}": text.slice(at * height, height) for at, column in enumerate(columns)}
    return pl.DataFrame({**data, ROW: pl.Series(cells.rows, dtype=pl.Int64), RAGGED: pl.Series(beyond)})


def _shared_strings(archive: zipfile.ZipFile, bound: Bound) -> pl.Series:
    """The shared strings in their order."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return pl.Series([], dtype=pl.String)
    found = []
    with archive.open(name) as member:
        kept = b""
        total = 0
        while piece := member.read(_PIECE):
            total += len(piece)
            bound(name, total)
            data = kept + piece
            end = data.rfind(b"</si>") + 5
            if end < 5:
                if len(data) > limits.MAX_RECORD_BYTES:
                    raise TooFar
                kept = data
                continue
            kept = data[end:]
            found.append(strings_of(data[:end] + BEHIND))
    return pl.concat(found) if found else pl.Series([], dtype=pl.String)
