"""Read workbooks of any make (xlsx, xls, HTML saved as .xls) as sheets of text, within bounds."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import fastexcel
import polars as pl
from lxml import html

from pipeline.ingest import limits
from pipeline.ingest.sheet import Chunks, Sheet, from_frame, from_rows
from pipeline.ingest.sniff import refuse
from pipeline.ingest.xlsx import open_sheets
from pipeline.ingest.xlsx_cells import NotPlain, TooFar

# A number of 16 digits or more has lost digits: a workbook keeps fifteen.
_LONG_NUMBER = re.compile(rb"<v>(?:-?\d{16,}(?:\.0+)?|-?[\d.]+[eE]\+?\d{2,})</v>")
_FAR_COLUMN = re.compile(rb' r="(?:[A-Z]{4,}|[D-Z][A-Z]{2}|C[B-Z][A-Z])\d+"')
_LAST_ROW = re.compile(rb'<(?:\w+:)?row [^>]*?r="(\d+)"')
_PIECE = 8_000_000
_SMALL = 20_000_000  # unpacked: below it the general reader is the faster one


def read_xlsx(data: bytes, where: str, general: bool = False) -> list[Sheet]:
    """The sheets of an xlsx workbook: a small one by the general reader, a large one in bounded memory, two blocks at a time.

    ``general`` takes the general reader, which knows every way of writing a workbook, whatever the size.

    Raises:
        FilesRefused: a bomb, a broken or an absurdly wide workbook.
        NotPlain: only while rows are read: take the general reader.
    """

    def bound(name: str, size: int) -> None:
        _bound(name, size, size, len(data), where)

    if general or _unpacked(data) < _SMALL:
        return _sheets(data, where, _check(data, where))
    try:
        with _clear_errors(where):
            sheets = open_sheets(zipfile.ZipFile(io.BytesIO(data)), bound)
    except NotPlain:
        return _sheets(data, where, _check(data, where))
    return [replace(sheet, chunks=_guarded(sheet.chunks, where)) for sheet in sheets]


def _unpacked(data: bytes) -> int:
    """How large the parts of a workbook say they are; ``_check`` looks whether that is true."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return 0


def _guarded(chunks: Chunks, where: str) -> Chunks:
    def guarded(heading: int, width: int, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        with _clear_errors(where):
            yield from chunks(heading, width, columns)

    return guarded


@contextmanager
def _clear_errors(where: str) -> Iterator[None]:
    try:
        yield
    except TooFar as error:
        raise _too_wide(where) from error
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
        raise refuse(
            "broken-workbook", where, f"xlsx 已损坏（{_short(error)}）", f"the xlsx is broken ({_short(error)})",
            "重新下载或重新导出", "download or export it again",
        ) from error  # fmt: skip


def read_xls(data: bytes, where: str) -> list[Sheet]:
    """The sheets of a workbook of the old format (65,536 rows at most, so its size is its bound)."""
    return _sheets(data, where, numbers=True)


def _sheets(data: bytes, where: str, numbers: bool) -> list[Sheet]:
    try:
        book = fastexcel.read_excel(data)
        sheets = []
        for name in book.sheet_names[: limits.MAX_SHEETS]:
            frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            frame.columns = [f"c{at}" for at in range(frame.width)]
            if numbers:
                frame = _mark_numbers(data, name, frame)
            sheets.append(from_frame(name, frame))
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError, OSError) as error:
        raise refuse(
            "broken-workbook", where, f"表格文件打不开（{_short(error)}）", f"the workbook cannot be read ({_short(error)})",
            "用 WPS 或 Excel 打开后另存为 xlsx，或重新导出", "open it in WPS or Excel and save it as xlsx, or export it again",
        ) from error  # fmt: skip
    return sheets


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _mark_numbers(data: bytes, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Write numbers too long to be exact as ``1.23E+18``, so that an id made of one is known to have lost digits."""
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name)
    columns = list(zip(*sheet.to_python(skip_empty_area=False), strict=False))
    for at, column in enumerate(columns[: frame.width]):
        long = [row for row, cell in enumerate(column) if isinstance(cell, float) and abs(cell) >= 1e15]
        if long and max(long) < frame.height:
            marked = pl.Series([f"{column[row]:.6E}" for row in long])
            frame = frame.with_columns(frame.get_column(f"c{at}").scatter(long, marked))
    return frame


def _check(data: bytes, where: str) -> bool:
    """Unpack every part once in pieces, to know its true size and extent; returns whether long numbers occur."""
    numbers = False
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[: limits.MAX_MEMBERS]:
                sheet = "worksheets/" in info.filename
                size, last, kept = 0, 0, b""
                with archive.open(info) as part:
                    while piece := part.read(_PIECE):
                        size += len(piece)
                        total += len(piece)
                        _bound(info.filename, size, total, len(data), where)
                        if not sheet:
                            continue
                        text = kept + piece
                        if _FAR_COLUMN.search(text):
                            raise _too_wide(where)
                        numbers = numbers or _LONG_NUMBER.search(text) is not None
                        kept = text[-2_000:]
                        last = max([last, *(int(row[:9]) for row in _LAST_ROW.findall(kept))])
                        if last > limits.MAX_ROWS:
                            raise _too_wide(where)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
        raise refuse(
            "broken-workbook", where, f"xlsx 已损坏（{_short(error)}）", f"the xlsx is broken ({_short(error)})",
            "重新下载或重新导出", "download or export it again",
        ) from error  # fmt: skip
    return numbers


def _bound(name: str, size: int, total: int, packed: int, where: str) -> None:
    strings = name.endswith("sharedStrings.xml")
    if (
        total > limits.MAX_UNPACKED_BYTES
        or size > (limits.MAX_STRINGS_BYTES if strings else limits.MAX_MEMBER_BYTES)
        or (total > 50_000_000 and total > packed * limits.MAX_RATIO)
    ):
        raise refuse(
            "zip-bomb", where, "解压后大得离谱，不予读取", "it unpacks to an absurd size and is not read",
            "核对来源；若确为导出，按月分段导出", "check where it comes from; if it is an export, export it month by month",
        )  # fmt: skip


def _too_wide(where: str) -> Exception:
    return refuse(
        "too-wide", where, "单元格位置超出 2,000 列或 1,048,576 行", "a cell lies beyond 2,000 columns or 1,048,576 rows",
        "核对文件，删去远处的空单元格后另存", "check the file, delete the far cells and save it",
    )  # fmt: skip


def read_html(data: bytes, where: str) -> list[Sheet]:
    """The tables of an HTML page or of Excel's 2003 XML (both are exported under the name .xls)."""
    if len(data) > 200_000_000:
        raise refuse("too-large", where, "网页表格超过 200 MB", "the HTML table is over 200 MB", "按月分段导出", "export it month by month")
    encoding = None
    for guess in ("utf-8", "gb18030"):
        try:
            data.decode(guess)
        except UnicodeDecodeError:
            continue
        encoding = guess
        break
    page = html.document_fromstring(data, parser=html.HTMLParser(encoding=encoding, huge_tree=True, no_network=True))
    sheets: list[Sheet] = []
    for table in page.iter("table"):
        rows = []
        for row in table.iter("tr", "row"):
            cells: list[str | None] = []
            for cell in row:
                if cell.tag in ("td", "th", "cell"):
                    text = "".join(cell.itertext()).strip()
                    span = int(cell.get("colspan", "1") or 1) if str(cell.get("colspan", "1")).isdigit() else 1
                    cells += [text or None, *[None] * min(span - 1, limits.MAX_COLUMNS)]
            rows.append(cells[: limits.MAX_COLUMNS])
        if rows:
            sheets.append(from_rows(f"table{len(sheets) + 1}", rows))
    return sheets
