"""Write the kinds of files that platforms hand out: CSV in their encodings, and workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import polars as pl

Columns = Mapping[str, Sequence[str] | pl.Series]
_STAMP = (2025, 1, 1, 0, 0, 0)  # a fixed time inside the archive, so that the same seed writes the same bytes
_CHUNK = 200_000


def headings(text: str) -> tuple[str, ...]:
    """The headings of a layout; spaces at their ends belong to them, line breaks do not."""
    return tuple(text.replace("\n", "").split(","))


def table(headings: Sequence[str], columns: Columns) -> pl.DataFrame:
    """A frame of text with these headings in order; a heading without values is an empty column."""
    unknown = set(columns) - set(headings)
    if unknown:
        raise ValueError(f"no such heading: {sorted(unknown)}")
    height = len(next(iter(columns.values())))
    empty = pl.Series([""] * height, dtype=pl.String)
    return pl.DataFrame(
        {heading: pl.Series(columns.get(heading, empty), dtype=pl.String) for heading in headings}
    )


def write_csv(path: Path, frame: pl.DataFrame, *, encoding: str = "utf-8-sig", quote: bool = False) -> Path:
    """Write a CSV as a Chinese back office does: CRLF lines in GB18030 or UTF-8 with a mark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    style: Literal["always", "necessary"] = "always" if quote else "necessary"
    with path.open("wb") as file:
        for start in range(0, max(len(frame), 1), _CHUNK):
            buffer = io.BytesIO()
            part = frame.slice(start, _CHUNK)
            part.write_csv(buffer, line_terminator="\r\n", include_header=start == 0, quote_style=style)
            text = buffer.getvalue()
            if encoding == "utf-8-sig":
                file.write(b"\xef\xbb\xbf" if start == 0 else b"")
                file.write(text)
            else:
                file.write(text.decode("utf-8").encode(encoding))
    return path


def write_xlsx(
    path: Path,
    frame: pl.DataFrame,
    *,
    sheet: str = "Sheet1",
    above: Sequence[str] = (),
    wrong_dimension: bool = False,
) -> Path:
    """Write a workbook whose every cell is text, like the platforms' own.

    ``above`` makes a row of its own over the headings. ``wrong_dimension`` states A1 as the used range,
    as some back offices do, so that readers that trust it see one cell.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [_letters(place) for place in range(len(frame.columns))]
    rows = ([list(above)] if above else []) + [frame.columns]
    body = [_row(number, names, row) for number, row in enumerate(rows, 1)]
    body += _rows(frame, names, len(rows) + 1)
    used = "A1" if wrong_dimension else f"A1:{names[-1]}{len(rows) + len(frame)}"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{used}"/><sheetData>{"".join(body)}</sheetData></worksheet>',
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), head + text, zipfile.ZIP_DEFLATED, 1)
    return path


def _rows(frame: pl.DataFrame, names: Sequence[str], first: int) -> list[str]:
    """The rows of a sheet as XML, column by column so that it stays fast."""
    if frame.is_empty():
        return []
    columns = [[escape(value) if value else "" for value in frame[name].to_list()] for name in frame.columns]
    kind = '" t="inlineStr"><is><t xml:space="preserve">'
    filled = [(f'<c r="{name}', values) for name, values in zip(names, columns, strict=True) if any(values)]
    rows = []
    for place in range(len(frame)):
        number = str(first + place)
        cells = [
            f"{start}{number}{kind}{values[place]}</t></is></c>" for start, values in filled if values[place]
        ]
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    return rows


def _row(number: int, names: Sequence[str], values: Sequence[str | None]) -> str:
    cells = [
        f'<c r="{name}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        for name, value in zip(names, values, strict=True)
        if value
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _letters(place: int) -> str:
    """The column letters of a place counted from 0: A, B, … AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
