"""Print the few behaviours that carry most of the exposure."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from rich.table import Table

from pipeline.lang import say
from pipeline.publish.views import open_release

BEHAVIOURS = 10


def pareto_rows(warehouse: Path, store: str | None) -> pl.DataFrame:
    """The dearest home behaviours in force, `BEHAVIOURS` of each certainty; one store's places stay those among all."""
    frame = pl.read_parquet(warehouse / "current" / "pareto.parquet").filter(pl.col("track") == "in_force")
    if store:
        frame = frame.filter(pl.col("store_id") == store)
    with open_release(warehouse) as release:
        titles = dict(release.execute(f"select rule_id, any_value({say('title_zh', 'title_en')}) from rules.rule_versions group by rule_id").fetchall())
    dearest = frame.sort("certainty", "place").group_by("certainty", maintain_order=True).head(BEHAVIOURS)
    return dearest.with_columns(pl.col("rule_id").replace_strict(titles, default=None).alias("title"))


def pareto_table(rows: pl.DataFrame) -> Table:
    """One row a behaviour; confirmed and contingent one below the other, never added."""
    table = Table(title=say("代价最集中的行为（店铺 × 规则 × 客服 × 时段）", "the behaviours that carry most (store × rule × agent × hour)"))
    for words in (("确定性", "certainty"), ("店铺", "store"), ("规则", "rule"), ("客服", "agent"), ("时段", "hour")):
        table.add_column(say(*words), overflow="fold")
    for words in (("次数", "no."), ("元", "yuan"), ("分", "points"), ("占比", "share"), ("累计", "in all")):
        table.add_column(say(*words), justify="right")
    last = None
    for row in rows.to_dicts():
        if last not in (None, row["certainty"]):
            table.add_section()
        last = row["certainty"]
        hour = "" if row["hour_of_day"] is None else f"{row['hour_of_day']:02d}:00"
        table.add_row(
            {"confirmed": say("已确认", "confirmed")}.get(row["certainty"], say("待定", "contingent")), row["store_id"], "\n".join(filter(None, (row["title"], row["rule_id"]))),
            row["agent_id"] or "", hour, f"{row['breaches']:,}", _money(row["money_low_cny"], row["money_high_cny"]),
            "" if row["points_high"] is None else f"{float(row['points_high']):g}", _share(row["share"]), _share(row["cumulative_share"]),
        )  # fmt: skip
    return table


def _money(low: object, high: object) -> str:
    if high is None:
        return ""
    ends = [f"{float(str(end)):,.2f}" for end in (low, high) if end is not None]
    return ends[0] if len(set(ends)) == 1 else "–".join(ends)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
