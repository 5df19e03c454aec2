"""Write the exposure as an Excel workbook that an operations lead would not need to touch up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
import yaml
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.lang import say
from pipeline.paths import packs_dir
from pipeline.publish.views import open_release
from pipeline.publish.workbook_layout import (
    CODES,
    FORMATS,
    HEADINGS,
    SHEETS,
    SUBTITLE,
    TERMS,
    TITLE,
    WIDE,
    WIDTHS,
    WORDS,
    Sheet,
)
from pipeline.tables import Column, by_name

# Excel holds 1,048,576 rows; a sheet nobody can scroll helps nobody
MOST_ROWS = 200_000


def write_workbook(warehouse: Path, target: Path, store: str | None = None, month: str | None = None) -> Path:
    """Write the current release's exposure to `target`, in the language chosen, and return its path.

    Breaches, ledger and deadlines are those of the stores' own platforms.

    Raises:
        GuizeError: when nothing was published yet.
    """
    # text that begins with = or an address stays text: an export may hold anything
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_release(warehouse) as connection, xlsxwriter.Workbook(target, options) as book:
        formats = {
            name: book.add_format({"font_name": "微软雅黑", "font_size": 10, "valign": "top"} | given)
            for name, given in FORMATS.items()
        }
        named = _names(connection)
        _summary(book.add_worksheet(say("总览", "Summary")), connection, formats, named, store, month)
        for sheet in SHEETS:
            rows = _rows(connection, sheet, store, month)
            _write(book.add_worksheet(say(*sheet.title)), sheet, rows, formats, named)
        _notes(book.add_worksheet(say("口径与出处", "Definitions")), connection, formats)
    return target


def _names(connection: duckdb.DuckDBPyConnection) -> Callable[[str, Any], Any]:
    """A translator of codes: column and value in, what a person reads out."""
    at = say("zh", "en")
    packs = yaml.safe_load((packs_dir() / "registry" / "platforms.yaml").read_text(encoding="utf-8"))
    queries = {
        "store_id": "select store_id, any_value(name) from facts.stores where name is not null group by 1",
        "rule_id": f"select rule_id, any_value(title_{at}) from rules.rule_versions group by 1",
        "concept": f"select concept, {at} from rules.concepts",
        "sanction": f"select code, {at} from rules.sanctions",
    }
    known: dict[str, Mapping[str, str]] = {
        column: dict(connection.execute(sql).fetchall()) for column, sql in queries.items()
    }
    known["pack"] = {code: entry[at] for code, entry in packs.items()}
    codes = {code: say(*words) for code, words in CODES.items()}
    known |= dict.fromkeys(("certainty", "priced", "entry", "grade"), codes)
    yes, no = say("是", "yes"), say("否", "no")

    def name(column: str, value: Any) -> Any:
        if isinstance(value, bool):
            return yes if value else no
        return known[column].get(value, value) if column in known else value

    return name


def _rows(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, store: str | None, month: str | None
) -> list[tuple[Any, ...]]:
    words = {"what": say("zh", "en"), "reason": say("reason_zh", "reason_en")}
    listed = ", ".join(f"{words[name]} as {name}" if name in words else name for name in sheet.columns)
    when = {
        "exposure": "month",
        "breaches": "strftime(day, '%Y-%m')",
        "points_ledger": "strftime(occurred_at, '%Y-%m')",
    }
    conditions = ["home"] if sheet.table in ("breaches", "points_ledger") else ["true"]
    given = []
    if store:
        conditions.append("store_id = ?")
        given.append(store)
    if month and sheet.table in when:
        conditions.append(f"{when[sheet.table]} = ?")
        given.append(month)
    where = " and ".join(conditions)
    # fines that statutes allow would lead every list; what a platform takes comes first
    order = f"pack = 'law', {sheet.order}" if "pack" in sheet.columns else sheet.order
    sql = f"select {listed} from {sheet.table} where {where} order by {order} limit {MOST_ROWS}"
    return connection.execute(sql, given).fetchall()


def _write(
    page: Worksheet,
    sheet: Sheet,
    rows: list[tuple[Any, ...]],
    formats: dict[str, Format],
    name: Callable[[str, Any], Any],
) -> None:
    described = {column.name: column for column in by_name()[sheet.table].columns}
    columns = [described.get(column) or WORDS[column] for column in sheet.columns]
    for no, column in enumerate(columns):
        wide = column.name in WIDE or column.name in WORDS
        width = 46 if wide else 24 if column.name == "rule_id" else WIDTHS[column.type]
        page.set_column(
            no, no, width, formats["wrap" if wide else column.type if column.type in formats else "text"]
        )
        page.write_string(0, no, _heading(column), formats["head"])
    page.set_row(0, 32)
    for row_no, row in enumerate(rows, 1):
        for no, value in enumerate(row):
            if value is not None:
                _cell(page, row_no, no, columns[no], name(columns[no].name, value), formats)
    page.freeze_panes(1, min(2, len(columns)))
    page.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    if not rows:
        page.write_string(1, 0, say("没有数据", "nothing here"), formats["soft"])
    for no, column in enumerate(columns):
        if column.name in ("money_high_cny", "at_stake_high", "points_high") and rows:
            bar = {"type": "data_bar", "bar_color": "#e7b4a9", "bar_solid": True}
            page.conditional_format(1, no, len(rows), no, bar)
        if column.name == "certainty" and rows:
            for code, colors in (
                ("confirmed", ("#fbeae6", "#b5382a")),
                ("contingent", ("#fdf3df", "#b7791f")),
            ):
                page.conditional_format(
                    1, no, len(rows), no, _text_rule(page, say(*CODES[code]), colors, formats)
                )


def _text_rule(
    page: Worksheet, text: str, colors: tuple[str, str], formats: dict[str, Format]
) -> dict[str, Any]:
    return {"type": "text", "criteria": "containing", "value": text, "format": formats[f"tag{colors[0]}"]}


def _heading(column: Column) -> str:
    """The meaning up to its first comma: the part that names the column."""
    if column.name in HEADINGS:
        return say(*HEADINGS[column.name])
    text = say(re.split("[，；：]", column.zh)[0], re.split("[;:,]", column.en)[0])
    return text[:1].upper() + text[1:]


def _cell(page: Worksheet, row: int, no: int, column: Column, value: Any, formats: dict[str, Format]) -> None:
    if column.type in ("date", "timestamp"):
        page.write_datetime(row, no, value, formats[column.type])
    elif column.type in ("money", "number", "int", "double") and not isinstance(value, str):
        page.write_number(row, no, float(value), formats[column.type])
    else:
        page.write_string(row, no, str(value))


def _summary(
    page: Worksheet,
    connection: duckdb.DuckDBPyConnection,
    formats: dict[str, Format],
    name: Callable[[str, Any], Any],
    store: str | None,
    month: str | None,
) -> None:
    """Store by platform: the high end of the money, confirmed and contingent apart."""
    matrix = connection.execute(
        """
        select store_id, platform, pack, certainty, sum(money_high_cny) as high
        from exposure_matrix
        where certainty in ('confirmed', 'contingent')
            and ($store is null or store_id = $store) and ($month is null or month = $month)
        group by all order by all
        """,
        {"store": store, "month": month},
    ).fetchall()
    packs = [code for code in _pack_codes() if code != "law"]
    stores = sorted({(row[0], row[1]) for row in matrix})
    page.set_column(0, 0, 26, formats["text"])
    page.set_column(1, len(packs), 14, formats["money"])
    page.write_string(0, 0, say(*TITLE), formats["title"])
    page.write_string(1, 0, say(*SUBTITLE), formats["soft"])
    row = 3
    for certainty in ("confirmed", "contingent"):
        sums = {(r[0], r[2]): r[4] for r in matrix if r[3] == certainty}
        page.write_string(row, 0, say(*CODES[certainty]), formats["head"])
        for no, pack in enumerate(packs, 1):
            page.write_string(row, no, str(name("pack", pack)), formats["head"])
        for line, (store_id, platform) in enumerate(stores, row + 1):
            page.write_string(line, 0, str(name("store_id", store_id)))
            for no, pack in enumerate(packs, 1):
                form = formats["own" if pack == platform else "money"]
                value = sums.get((store_id, pack))
                if value is None:
                    page.write_blank(line, no, None, form)
                else:
                    page.write_number(line, no, float(value), form)
        if stores:
            scale = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": "#e58a7b"}
            page.conditional_format(row + 1, 1, row + len(stores), len(packs), scale)
        row += len(stores) + 3
    page.freeze_panes(3, 1)


def _pack_codes() -> list[str]:
    return list(yaml.safe_load((packs_dir() / "registry" / "platforms.yaml").read_text(encoding="utf-8")))


def _notes(page: Worksheet, connection: duckdb.DuckDBPyConnection, formats: dict[str, Format]) -> None:
    """What the words mean, and the documents behind the rules that priced this workbook."""
    page.set_column(0, 0, 26, formats["wrap"])
    page.set_column(1, 1, 90, formats["wrap"])
    page.set_column(2, 2, 50, formats["wrap"])
    page.write_string(0, 0, say("口径与出处", "Definitions and sources"), formats["title"])
    for row, (term, zh, en) in enumerate(TERMS, 2):
        page.write_string(row, 0, say(*term))
        page.write_string(row, 1, say(zh, en), formats["wrap"])
    row = len(TERMS) + 4
    for no, title in enumerate((say("文献", "Document"), say("题名", "Title"), say("网址", "Address"))):
        page.write_string(row, no, title, formats["head"])
    used = connection.execute(
        f"""
        with cited as (select distinct unnest(source_ids) as source_id from rules.evidence)
        select s.source_id, s.title_{say("zh", "en")}, array_to_string(s.urls, ' ')
        from rules.sources as s
        inner join cited as c on s.source_id = c.source_id
        order by s.source_id
        """
    ).fetchall()
    for line, values in enumerate(used, row + 1):
        for no, value in enumerate(values):
            page.write_string(line, no, str(value or ""), formats["wrap"])
