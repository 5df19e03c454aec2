"""Print what a change of rules would move."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.table import Table

from pipeline.lang import say
from pipeline.whatif import SUMS, WhatIf

ROWS_SHOWN = 40


def table_of(found: WhatIf) -> Table:
    """One row per store, rule and certainty that moves: breaches, money and points, before → after."""
    table = Table(title=say("换了规则，历史会这样变（前 → 后；★ 本平台）", "what the change moves in history (before → after; ★ its own platform)"))
    table.add_column(say("店铺", "store"))
    table.add_column(say("规则", "rule"), overflow="fold")
    table.add_column(say("确定性", "certainty"))
    for words in (("次数", "breaches"), ("金额（元）", "yuan"), ("积分", "points"), ("处置天", "days")):
        table.add_column(say(*words), justify="right")
    sure = {"confirmed": say("已确认", "confirmed"), "contingent": say("待定", "contingent"), "averted": say("已免除", "averted")}
    for row in found.moves.head(ROWS_SHOWN).to_dicts():
        own = " ★" if row["home"] else f" ({row['pack']})"
        table.add_row(
            row["store_id"], row["rule_id"] + own, sure[row["certainty"]], _arrow(*(f"{row[f'breaches_{side}']:,}" for side in ("before", "after"))),
            _arrow(*(_span(row, "money", "_cny", side) for side in ("before", "after"))),
            _arrow(*(_span(row, "points", "", side) for side in ("before", "after"))),
            _arrow(*(_one(row[f"sanction_days_high_{side}"]) for side in ("before", "after"))),
        )  # fmt: skip
    return table


def words_table_of(found: WhatIf) -> Table:
    """One row per message that changed lexicons match (+) or match no more (−)."""
    table = Table(title=say("换了词库，这些消息会多出（+）或不再（−）命中", "messages that the changed lexicons match (+) or match no more (−)"))
    for words in (("", ""), ("店铺", "store"), ("词库", "lexicon"), ("规则", "rules"), ("命中", "matched"), ("消息（已脱敏）", "message (masked)")):
        table.add_column(say(*words), overflow="fold")
    for row in found.words.head(ROWS_SHOWN).to_dicts():
        table.add_row(
            "+" if row["change"] == "gained" else "−", row["store_id"], f"{row['lexicon']} · {row['term']}",
            row["rules"], row["matched_text"], row["text"] or "",
        )  # fmt: skip
    return table


def words_summary_of(found: WhatIf) -> str:
    """One line: how many messages the lexicons gain and lose, by store and lexicon."""
    counts = found.words.group_by("store_id", "lexicon").agg(
        gained=(pl.col("change") == "gained").sum(), lost=(pl.col("change") == "lost").sum()
    )
    each = "；".join(f"{store} {lexicon} +{gained} −{lost}" for store, lexicon, gained, lost in counts.sort("store_id", "lexicon").iter_rows())
    left = max(found.words.height - ROWS_SHOWN, 0)
    more = say(f"（另有 {left} 条未列，--json 全列）", f" ({left} more not shown, --json has all)") if left else ""
    return say(f"命中变化：{each}{more}", f"matches that move: {each}{more}")


def summary_of(found: WhatIf) -> str:
    """One line: how much moves, and how much had to be judged again."""
    total, work = found.moves.height, found.work
    if not total:
        return say("什么都不会变。", "nothing moves.")
    left = max(total - ROWS_SHOWN, 0)
    more_zh, more_en = (f"，另有 {left} 行未列（--json 全列）", f", {left} more rows not shown (--json has all)") if left else ("", "")
    return say(
        f"{total} 行有变{more_zh}；重算 {work.built} 块，沿用 {work.kept} 块。数仓未改动。",
        f"{total} rows move{more_en}; {work.built} parts judged again, {work.kept} kept. The warehouse is unchanged.",
    )


def as_json(found: WhatIf) -> dict[str, Any]:
    """The summary object of `--json`."""
    rows = [
        {name: float(value) if name.startswith(SUMS) and value is not None else value for name, value in row.items()}
        for row in found.moves.to_dicts()
    ]
    words = [{**row, "sent_at": row["sent_at"] and row["sent_at"].isoformat()} for row in found.words.to_dicts()]
    return {"moves": rows, "words": words, "work": {"built": found.work.built, "kept": found.work.kept}, "rejudged_before": found.rejudged_before}


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before or '–'} → {after or '–'}"


def _span(row: dict[str, Any], name: str, unit: str, side: str) -> str:
    low, high = row[f"{name}_low{unit}_{side}"], row[f"{name}_high{unit}_{side}"]
    if low is None and high is None:
        return ""
    if low == high:
        return _one(low)
    unknown = say("不详", "unknown")
    return f"{unknown if low is None else _one(low)}–{unknown if high is None else _one(high)}"


def _one(value: Any) -> str:
    return "" if value is None else f"{float(value):,.2f}".rstrip("0").rstrip(".")
