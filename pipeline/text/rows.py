"""Read the texts to check from a file or standard input: text lines, CSV or a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.problems import GuizeError, Problem

_TEXT_HEADINGS = (
    "text",
    "内容",
    "话术",
    "文案",
    "消息内容",
    "消息",
    "回复",
    "回复内容",
    "快捷短语",
    "content",
    "标题",
    "详情",
)
_ROLES = {
    "agent": ("agent", "客服", "商家", "卖家", "人工", "人工客服", "seller", "商家客服", "1", ""),
    "buyer": ("buyer", "买家", "顾客", "客户", "用户", "消费者", "user", "customer", "0"),
    "robot": ("robot", "机器人", "bot", "智能客服", "自动回复", "机器人客服"),
}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Row:
    """One text to check; `number` counts from 1 without the heading."""

    number: int
    role: str
    text: str


def read_rows(source: str, stdin: BinaryIO, column: str | None, role_column: str | None) -> Iterator[Row]:
    """Yield the rows of a file, or of standard input when the source is '-'.

    Standard input is text lines unless a column is asked for.

    Raises:
        GuizeError: the file cannot be read, a column is missing, a role is not known.
    """
    if source == "-":
        data, name = stdin.read(), "-"
        kind = ".csv" if column or role_column else ".txt"
    else:
        name = source
        kind = Path(source).suffix.lower()
        try:
            data = Path(source).read_bytes()
        except OSError as error:
            raise _refused("text-unreadable", name, f"读不了：{error.strerror}", f"cannot be read: {error.strerror}",
                           "检查路径和权限", "check the path and the permissions") from None  # fmt: skip
    if kind in (".xlsx", ".xlsm", ".xls"):
        return _table_rows(_sheet(data, name), name, column, role_column)
    text = _decoded(data, name)
    if kind in (".csv", ".tsv") or column or role_column:
        return _table_rows(_csv(text), name, column, role_column)
    return (Row(number, "agent", line) for number, line in enumerate(text.splitlines(), 1))


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            encoding = "utf-16"
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("text-encoding", name, "不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030",
                   "另存为 UTF-8", "save it as UTF-8")  # fmt: skip


def _csv(text: str) -> Iterable[Sequence[object]]:
    heading = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=heading.count)
    csv.field_size_limit(16 * 1024 * 1024)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _sheet(data: bytes, name: str) -> Iterable[Sequence[object]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows: Iterable[Sequence[object]] = (
            CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        )
    except (CalamineError, OSError, ValueError) as error:
        raise _refused("text-workbook", name, f"不是能读的表格：{error}", f"not a workbook that can be read: {error}",
                       "另存为 .xlsx 或 .csv", "save it as .xlsx or .csv") from None  # fmt: skip
    return rows


def _table_rows(
    table: Iterable[Sequence[object]], name: str, column: str | None, role_column: str | None
) -> Iterator[Row]:
    rows = iter(table)
    headings = [str(cell).strip() for cell in next(rows, [])]
    text_at = _column(headings, column, name) if column else _text_column(headings, name)
    role_at = _column(headings, role_column, name) if role_column else None
    number = 0
    for cells in rows:
        if not cells:  # an empty line between records is no record
            continue
        number += 1
        text = _cell(cells, text_at)
        role = "agent" if role_at is None else _role(_cell(cells, role_at), name, number)
        yield Row(number, role, text)


def _cell(cells: Sequence[object], at: int) -> str:
    value = cells[at] if at < len(cells) else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet keeps the reply 1 as 1.0
    return "" if value is None else str(value)


def _text_column(headings: Sequence[str], name: str) -> int:
    if len(headings) == 1:
        return 0
    for heading in _TEXT_HEADINGS:
        if heading in headings:
            return headings.index(heading)
    raise _refused("text-column", name, f"不知道哪一列是要查的文字，表头有：{'、'.join(headings)}",
                   f"which column holds the text? headings: {', '.join(headings)}",
                   "加 --column 列名", "add --column NAME")  # fmt: skip


def _column(headings: Sequence[str], column: str, name: str) -> int:
    if column in headings:
        return headings.index(column)
    raise _refused("text-column", name, f"没有“{column}”这一列，表头有：{'、'.join(headings)}",
                   f"there is no column {column!r}; headings: {', '.join(headings)}",
                   "改正 --column 或 --role-column", "mend --column or --role-column")  # fmt: skip


def _role(value: str, name: str, number: int) -> str:
    role = _ROLE_OF.get(value.strip().lower())
    if role is None:
        raise _refused("text-role", f"{name}: {number}", f"不认识的说话人“{value}”", f"unknown speaker {value!r}",
                       "写 agent、buyer、robot 或 客服、买家、机器人", "write agent, buyer or robot")  # fmt: skip
    return role


def _refused(code: str, where: str, zh: str, en: str, mend_zh: str, mend_en: str) -> GuizeError:
    return GuizeError(Problem(code, where, zh, en, mend_zh, mend_en))
