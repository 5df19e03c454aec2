"""Write the house standard: one page of the strictest rule per matter, for agents to work by."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.lang import lang, say
from pipeline.publish.views import open_release

Row = dict[str, Any]
_BASIS = {
    "threshold": ("各平台单位相同，取界限最严者", "same unit everywhere: the strictest limit"),
    "own_log": ("单位不同，取自家记录上最先失守者", "units differ: the one our own log breaks first"),
}  # fmt: skip
_STYLE = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%;margin:0 0 2em}td,th{border-bottom:1px solid #ddd;padding:.5em;text-align:left;vertical-align:top}"
    "small{color:#666}.bad{color:#b00020}@media print{body{margin:0}}"
)


def write_policy(warehouse: Path, output: Path) -> Path:
    """Write the page and return its path.

    Raises:
        GuizeError: when nothing was published.
    """
    output.write_text("\n".join(_page(policy_rows(warehouse))), encoding="utf-8")
    return output


def policy_rows(warehouse: Path) -> list[Row]:
    """One row per matter: the standard, where it comes from, and how the stores do, by group and concept."""
    with open_release(warehouse) as release:
        cursor = release.execute(
            """
            select p.*, c.zh as concept_zh, c.en as concept_en, c.concept_group
            from strictest_policy as p
            left join rules.concepts as c on p.concept = c.concept
            order by c.concept_group nulls last, p.concept
            """
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _page(rows: list[Row]) -> Iterator[str]:
    title = say("客服统一标准", "House standard for customer service")
    yield f"<!doctype html><html lang='{lang()}'><head><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{title}</h1>"
    yield f"<p>{say('每一行是一件事上最严的规则：守住它，就守住了所有所在平台的同类规则。', 'Each line is the strictest rule on a matter: who keeps it keeps those of every platform we are on.')}</p>"
    heads = (("事项", "matter"), ("标准", "standard"), ("来自", "from"), ("现状", "how we do"))
    for _, group in groupby(rows, key=lambda row: row["concept_group"]):
        yield "<table><tr>" + "".join(f"<th>{say(*head)}</th>" for head in heads) + "</tr>"
        yield from map(_line, group)
        yield "</table>"
    if not rows:
        yield f"<p>{say('还没有判出结果。', 'nothing was judged yet.')}</p>"
    yield "</body></html>"


def _line(row: Row) -> str:
    failing, judged = row["stores_failing"], row["stores_judged"]
    state = say(f"{judged} 家店中 {failing} 家没做到", f"{failing} of {judged} stores do not keep it")
    since = f", {row['from_date']}" if row["from_date"] else ""
    cells = (
        f"<td>{escape(say(row['concept_zh'] or row['concept'], row['concept_en'] or row['concept']))}</td>",
        f"<td>{escape(say(row['zh'], row['en']))}<br><small>{say(*_BASIS[row['basis']])}</small></td>",
        f"<td>{escape(row['pack'])}<br><small>{escape(row['rule_id'])}{since}</small></td>",
        f"<td class='{'bad' if failing else ''}'>{state}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"
