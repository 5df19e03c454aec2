"""Texts to check come from lines, CSV or spreadsheets; what cannot be read says why."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.problems import GuizeError
from pipeline.text.rows import Row, read_rows

NOTHING = io.BytesIO(b"")


def test_lines_of_standard_input_count_from_one() -> None:
    rows = list(read_rows("-", io.BytesIO("您好\n\n再见\n".encode()), None, None))
    assert rows == [Row(1, "agent", "您好"), Row(2, "agent", ""), Row(3, "agent", "再见")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_with_columns(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "replies.csv"
    file.write_bytes('谁,话术\n客服,"您好，\n在的"\n买家,在吗\n机器人,欢迎\n'.encode(encoding))
    rows = list(read_rows(str(file), NOTHING, "话术", "谁"))
    assert rows == [Row(1, "agent", "您好，\n在的"), Row(2, "buyer", "在吗"), Row(3, "robot", "欢迎")]


def test_the_text_column_is_found(tmp_path: Path) -> None:
    file = tmp_path / "replies.csv"
    file.write_text("no,内容\n1,您好\n", encoding="utf-8")
    assert list(read_rows(str(file), NOTHING, None, None)) == [Row(1, "agent", "您好")]


def test_a_spreadsheet_keeps_the_reply_one(tmp_path: Path) -> None:
    file = tmp_path / "replies.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for no, value in enumerate(("话术", "您好", 1, "")):
            sheet.write(no, 0, value)
            sheet.write(no, 1, "x")
    assert [row.text for row in read_rows(str(file), NOTHING, "话术", None)] == ["您好", "1", ""]


@pytest.mark.parametrize(
    ("content", "column", "role_column", "code"),
    [
        ("a,b\n1,2\n", None, None, "text-column"),
        ("a,b\n1,2\n", "c", None, "text-column"),
        ("text,role\n您好,路人\n", "text", "role", "text-role"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, content: str, column: str | None, role_column: str | None, code: str
) -> None:
    file = tmp_path / "replies.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(GuizeError) as refused:
        list(read_rows(str(file), NOTHING, column, role_column))
    assert refused.value.problems[0].code == code


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"no workbook")
    neither = tmp_path / "bytes.txt"
    neither.write_bytes(b"\xff\xff\x80\x81\xfe\xf0\x80")
    for file, code in (
        (tmp_path / "no.txt", "text-unreadable"),
        (broken, "text-workbook"),
        (neither, "text-encoding"),
    ):
        with pytest.raises(GuizeError) as refused:
            list(read_rows(str(file), NOTHING, None, None))
        assert refused.value.problems[0].code == code
