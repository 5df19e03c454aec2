"""Write the house standard: one page of the strictest rule per matter, for agents to work by."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from pipeline.lang import lang, say
from pipeline.paths import packs_dir
from pipeline.publish.views import open_release

Row = dict[str, Any]
_BASIS = {
    "threshold": ("各平台单位相同，取界限最严者", "same unit everywhere: the strictest limit"),
    "own_log": ("单位不同，取自家记录上最先失守者", "units differ: the one our own log breaks first"),
}  # fmt: skip
_GROUPS = {
    "response": ("响应", "Replies"), "presence": ("在线", "Presence"), "conduct": ("言行", "Conduct"), "trade": ("交易", "Trade"),
    "fulfilment": ("发货", "Shipping"), "aftersales": ("售后", "After-sales"), "complaint": ("投诉", "Complaints"), "rating": ("评价", "Ratings"),
    "privacy": ("隐私", "Privacy"), "listing": ("商品页", "Listings"), "system": ("制度", "System"),
}  # fmt: skip
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.65 'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',system-ui,sans-serif;max-width:64em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.6em;margin:0}h2{font-size:1.1em;margin:2em 0 .4em}p{color:#777;margin:.3em 0}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}td,th{border-bottom:1px solid #8884;padding:.55em .6em;text-align:left;vertical-align:top}"
    "th{color:#888;font-weight:600;font-size:.9em}th:nth-child(1){width:12%}th:nth-child(3){width:20%}th:nth-child(4){width:16%}"
    "small{color:#888;overflow-wrap:anywhere}.bad{color:#c0392b;font-weight:600}.good{color:#2e7d5b}"
    "tr{break-inside:avoid}@media print{body{margin:0;max-width:none}}"
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
            select p.*, c.zh as concept_zh, c.en as concept_en, c.concept_group, v.title_zh, v.title_en
            from strictest_policy as p
            left join rules.concepts as c on p.concept = c.concept
            left join (
                select distinct rule_id, pack, title_zh, title_en from rules.rule_versions where track = 'in_force'
            ) as v on p.rule_id = v.rule_id and p.pack = v.pack
            order by c.concept_group nulls last, p.concept
            """
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _page(rows: list[Row]) -> Iterator[str]:
    title = say("客服统一标准", "House standard for customer service")
    yield f"<!doctype html><html lang='{lang()}'><head><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{title}</h1>"
    yield f"<p>{say('每一行是一件事上最严的规则：守住它，就守住了所在各平台的同类规则。', 'Each line is the strictest rule on a matter: who keeps it keeps those of every platform we are on.')}</p>"
    heads = (("事项", "matter"), ("标准", "standard"), ("来自", "from"), ("现状", "how we do"))
    codes = yaml.safe_load((packs_dir() / "registry" / "platforms.yaml").read_text(encoding="utf-8"))
    order = {name: number for number, name in enumerate(_GROUPS)}
    rows = sorted(rows, key=lambda row: order.get(row["concept_group"], len(order)))  # the order of concepts stays
    for name, group in groupby(rows, key=lambda row: row["concept_group"]):
        yield f"<h2>{say(*_GROUPS.get(name, (name, name)))}</h2>"
        yield "<table><tr>" + "".join(f"<th>{say(*head)}</th>" for head in heads) + "</tr>"
        yield from (_line(row, codes[row["pack"]][lang()]) for row in group)
        yield "</table>"
    if not rows:
        yield f"<p>{say('还没有判出结果。', 'nothing was judged yet.')}</p>"
    yield "</body></html>"


def _line(row: Row, platform: str) -> str:
    failing, judged = row["stores_failing"], row["stores_judged"]
    state = (
        say(f"{judged} 家店中 {failing} 家没做到", f"{failing} of {judged} stores do not keep it")
        if failing
        else say(f"{judged} 家店都做到了", f"all {judged} stores keep it")
    )
    since = say(f"，{row['from_date']} 起", f", from {row['from_date']}") if row["from_date"] else ""
    title, text = say(row["title_zh"], row["title_en"]) or row["rule_id"], say(row["zh"], row["en"]) or ""
    rest = text.removeprefix(title).lstrip("：: ")
    cells = (
        f"<td>{escape(say(row['concept_zh'] or row['concept'], row['concept_en'] or row['concept']))}</td>",
        f"<td><b>{escape(title)}</b><br>{escape(rest)}<br><small>{say(*_BASIS[row['basis']])}</small></td>",
        f"<td>{escape(platform)}<br><small>{escape(row['rule_id'])}{since}</small></td>",
        f"<td class='{'bad' if failing else 'good'}'>{state}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"
