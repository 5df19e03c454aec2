"""Write the data dictionary, warehouse/README.md, from pipeline/tables.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from pipeline.tables import FACTS, MARTS, RULES, STATE, Table

TARGET = Path(__file__).resolve().parents[2] / "warehouse" / "README.md"
_ZONES = (
    (
        MARTS,
        "数据集市 marts",
        "`guize.duckdb` 里直接用表名查询：`main` 是现行规则（in_force），`training` 是培训材料所教。",
        "Query by name in `guize.duckdb`: schema `main` is what binds, `training` what was taught.",
    ),
    (
        FACTS,
        "事实 facts",
        "从导出读出的原始事实，加前缀 `facts.`。聊天内容只在 `facts.messages_text`。",
        "What the exports say, under `facts.`. Message text only in `facts.messages_text`.",
    ),
    (
        RULES,
        "规则表 rules",
        "规则包编译后的表，加前缀 `rules.`。",
        "The compiled rule packs, under `rules.`.",
    ),
    (
        STATE,
        "中间量 state",
        "由事实算出的日合计与不达标单位，供集市使用，不在 `guize.duckdb` 中。",
        "Daily sums and failing units that the marts are made of; not in `guize.duckdb`.",
    ),
)
_HEAD = """<!-- Generated from pipeline/tables.py by `make dictionary`; edit there. -->

# 数据字典 / Data dictionary

- 时间为中国时间（UTC+8，无时区），区间左闭右开；金额单位元，DECIMAL(18,2)；编号一律文本。
  Times are naive local China time, intervals half-open; money is yuan, DECIMAL(18,2); ids are text.
- `low` / `high` 是上下界：来源留有余地时两者不同，没有来源则为空。空是“不详”，不是 0。
  `low` and `high` bound what sources leave open; null means unknown, never 0.
- “必”栏打点的列从不为空。 A dot under “必” marks a column that is never null.
- 集市的表名与列名是公开接口，改动见 CHANGELOG.md。 Names of marts and their columns are a public interface.

"""


def render() -> str:
    """The whole dictionary as Markdown."""
    return _HEAD + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for tables, title, _, _ in _ZONES:
        yield f"- [{title}](#{_anchor(title)})：" + " ".join(f"[{t.name}](#{t.name})" for t in tables)
    for tables, title, zh, en in _ZONES:
        yield f"\n## {title}\n\n{zh}\n\n{en}"
        for table in tables:
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"\n### {table.name}\n\n{table.grain_zh}。 {table.grain_en[0].upper()}{table.grain_en[1:]}.\n"
    yield "| 列 column | 类型 type | 必 | 含义 | meaning |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        dot = "•" if column.required else ""
        yield f"| `{column.name}` | {column.sql_type} | {dot} | {column.zh} | {column.en} |"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


@click.command()
@click.option("--write", is_flag=True, help="写入 warehouse/README.md / write warehouse/README.md")
def main(write: bool) -> None:
    """Print the data dictionary, or write it to warehouse/README.md."""
    if write:
        TARGET.write_text(render(), encoding="utf-8")
    else:
        click.echo(render(), nl=False)


if __name__ == "__main__":
    main()
