"""Write a table the way the reader asked: on the terminal, as csv, json, xlsx or a page of html."""

from __future__ import annotations

import csv
import html
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from pipeline.lang import lang, say

FORMATS = ("table", "csv", "json", "xlsx", "html")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """A table for people (headings and cells) and, where they differ, the records behind it for machines."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = ()
    records: Sequence[Mapping[str, Any]] = field(default=())

    def as_records(self) -> list[dict[str, Any]]:
        """The records for machines; the table's own cells by heading when there are no others."""
        if self.records:
            return [dict(record) for record in self.records]
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]


def write_sheet(sheet: Sheet, kind: str, output: Path | None, default_name: str) -> None:
    """Print the sheet, or write it to a file and say so; a workbook always goes to a file."""
    if kind == "table":
        _print(sheet)
        return
    if kind == "xlsx":
        target = output or Path(f"{default_name}.xlsx")
        _workbook(sheet, target)
    else:
        text = {"csv": _csv, "json": _json, "html": _page}[kind](sheet)
        if output is None:
            sys.stdout.write(text)
            return
        target = output
        # Excel reads a csv as UTF-8 only when it begins with a byte order mark.
        target.write_text(("\ufeff" if kind == "csv" else "") + text, encoding="utf-8")
    click.echo(say(f"已写出 {target}", f"written: {target}"), err=True)


def _print(sheet: Sheet) -> None:
    from rich.console import Console
    from rich.table import Table

    sheet = _filled(sheet)
    table = Table(title=sheet.title, show_lines=any("\n" in str(cell) for row in sheet.rows for cell in row))
    for heading in sheet.headings:
        table.add_column(heading, overflow="fold")
    for row in sheet.rows:
        table.add_row(*(_shown(cell).replace("[", "\\[") for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)
    for note in sheet.notes:
        console.print(note, markup=False, highlight=False)


def _csv(sheet: Sheet) -> str:
    records = sheet.as_records()
    out = io.StringIO()
    names = list(dict.fromkeys(name for record in records for name in record)) or list(sheet.headings)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for record in records:
        writer.writerow([_harmless(record.get(name)) for name in names])
    return out.getvalue()


def _json(sheet: Sheet) -> str:
    return json.dumps(sheet.as_records(), ensure_ascii=False, indent=1, default=_plain) + "\n"


def _filled(sheet: Sheet) -> Sheet:
    """The table without the columns in which nobody says anything; files for machines keep them."""
    kept = [
        n for n in range(len(sheet.headings)) if not sheet.rows or any(_shown(row[n]) for row in sheet.rows)
    ]
    rows = [[row[n] for n in kept] for row in sheet.rows]
    return replace(sheet, headings=[sheet.headings[n] for n in kept], rows=rows)


def _width(text: str) -> str:
    return (
        " class=short" if len(text) <= 10 else " class=long" if len(text) >= 24 and "\n" not in text else ""
    )


def _page(sheet: Sheet) -> str:
    sheet = _filled(sheet)
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in sheet.headings)
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td{_width(text)}>{html.escape(text).replace(chr(10), '<br>')}</td>"
            for text in map(_shown, row)
        )
        + "</tr>"
        for row in sheet.rows
    )
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in sheet.notes)
    title = html.escape(sheet.title)
    return f"""<!doctype html>
<html lang="{"zh-CN" if lang() == "zh" else "en"}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 14px/1.6 "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; margin: 2rem }}
h1 {{ font-size: 1.45rem; margin: 0 0 1rem }}
table {{ border-collapse: collapse; display: block; overflow-x: auto }}
th, td {{ border-bottom: 1px solid #8884; padding: .45rem .6rem; text-align: left; vertical-align: top; min-width: 2.6rem }}
th {{ position: sticky; top: 0; background: Canvas; white-space: nowrap; color: #888; font-weight: 600 }}
td:first-child {{ white-space: nowrap; font-weight: 600 }}
td.short {{ white-space: nowrap }}
td.long {{ min-width: 17rem }}
td:nth-child(2) {{ max-width: 14rem; overflow-wrap: anywhere }}
tbody tr:hover {{ background: #8881 }}
p {{ color: #888; font-size: .9rem; margin: .6rem 0 0 }}
</style>
<h1>{title}</h1>
<table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table>
{notes}
</html>
"""


def _workbook(sheet: Sheet, target: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(say("规则对比", "rules")[:31])
        bold = book.add_format({"bold": True, "bg_color": "#EFEFEF", "border": 1, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        page.write_row(0, 0, list(sheet.headings), bold)
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
                    page.write_number(number, column, float(cell), wrap)
                else:
                    page.write_string(number, column, _shown(cell), wrap)
        for column, heading in enumerate(sheet.headings):
            longest = max(
                [len(heading) * 2, *(len(_shown(row[column])) * 2 for row in sheet.rows)], default=10
            )
            page.set_column(column, column, min(max(longest, 8), 48))
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(len(sheet.rows), 1), max(len(sheet.headings) - 1, 0))
        if sheet.notes:
            notes = book.add_worksheet(say("说明", "notes"))
            notes.set_column(0, 0, 120)
            for number, note in enumerate([sheet.title, *sheet.notes]):
                notes.write_string(number, 0, note, wrap)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return say("是", "yes") if cell else say("否", "no")
    if isinstance(cell, (list, tuple)):
        return " ".join(str(item) for item in cell)
    return str(cell)


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    text = _plain(cell) if not isinstance(cell, (list, tuple)) else " ".join(str(item) for item in cell)
    return (
        f"'{text}"
        if isinstance(text, str) and text.startswith(_FORMULA_STARTS) and not _is_number(text)
        else text
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return value
