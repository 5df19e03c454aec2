"""Run the questions of docs/cookbook.md on a warehouse and write each result under its question."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import duckdb

from pipeline.publish.views import DATABASE_NAME

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cookbook.md"
_QUESTION = re.compile(r"```sql\n(?P<sql>.*?)\n```\n(?P<result>\n\|.*?(?=\n\n|\Z)\n?|\n\*[^\n]*\*\n)?", re.S)


def questions(text: str) -> list[str]:
    """The SQL of every question, in order."""
    return [found["sql"] for found in _QUESTION.finditer(text)]


def answered(text: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The page with every result as a table, replacing the results it had."""
    return _QUESTION.sub(
        lambda found: f"```sql\n{found['sql']}\n```\n\n{_table(connection, found['sql'])}\n", text
    )


def _table(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    rows = result.fetchall()
    if not rows:
        return "*示例仓库里没有。 None in the demo.*"
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = (
        "" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".") if _is_number(value) else str(value)
    )
    text = re.sub(r"\s+", " ", text.removesuffix(" 00:00:00")).replace("|", "\\|")
    return text if len(text) <= 60 else text[:59] + "…"


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool | str) and hasattr(value, "__round__")


@click.command()
@click.argument("warehouse", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(warehouse: Path) -> None:
    """Write the results of the demo warehouse into docs/cookbook.md."""
    with duckdb.connect(str(warehouse / DATABASE_NAME), read_only=True) as connection:
        PAGE.write_text(answered(PAGE.read_text(encoding="utf-8"), connection), encoding="utf-8")


if __name__ == "__main__":
    main()
