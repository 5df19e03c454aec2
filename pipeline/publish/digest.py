"""Sum up a release in one digest: what changed, which node is near, what is due, which export window closes.

No buyer, no order, no word of a talk: only stores, rules, counts and yuan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipeline.lang import say
from pipeline.publish.views import open_release

# the digest is read on a phone: a few lines of each
LINES = 5
# points left to a node that are worth a line
NEAR = Decimal(4)


@dataclass(frozen=True)
class Digest:
    """A title and its lines, in the language chosen."""

    title: str
    lines: tuple[str, ...]

    def text(self, most_bytes: int) -> str:
        """Title and as many lines as fit into `most_bytes` of UTF-8, saying how many were left out."""
        kept = [self.title]
        for no, line in enumerate(self.lines):
            left = len(self.lines) - no
            tail = say(f"……另有 {left} 行，见报告", f"… {left} more lines, see the report")
            if len("\n".join([*kept, line, tail]).encode()) > most_bytes:
                return "\n".join([*kept, tail])
            kept.append(line)
        return "\n".join(kept)


def digest(warehouse: Path) -> Digest | None:
    """The digest of the current release against the one before; None when there is nothing to say."""
    with open_release(warehouse) as connection:
        lines = [
            *_new_breaches(connection),
            *_near_nodes(connection),
            *_due(connection),
            *_closing(connection),
        ]
        [(month, run_id)] = _ask(
            connection, "select strftime(max(started_at), '%m-%d %H:%M'), max(run_id) from runs"
        )
    if not lines:
        return None
    return Digest(
        say(f"guize 规则提醒 · {month or run_id}", f"guize digest · {month or run_id}"), tuple(lines)
    )


def _new_breaches(connection: duckdb.DuckDBPyConnection) -> list[str]:
    title = say("title_zh", "title_en")
    rows = _ask(
        connection,
        f"""
        with newest as (select run_id from runs order by started_at desc, run_id desc limit 1),
        titles as (select rule_id, any_value({title}) as title from rules.rule_versions group by rule_id)
        select b.store_id, coalesce(t.title, b.rule_id) as title, b.certainty, count(*),
            sum(b.money_high_cny) as high
        from breaches as b
        inner join newest as n on b.first_seen_run = n.run_id
        left join titles as t on b.rule_id = t.rule_id
        where b.home and b.pack <> 'law' and b.certainty <> 'averted'
        group by all
        order by high desc nulls last, count(*) desc, b.store_id, title
        """,
    )
    if not rows:
        return []
    total = sum(row[3] for row in rows)
    lines = [say(f"新增违规 {total} 次：", f"{total} new breaches:")]
    for store_id, name, certainty, count, high in rows[:LINES]:
        sure = say("已确认", "confirmed") if certainty == "confirmed" else say("待定", "contingent")
        cost = say(f"，至多 ¥{high:,.2f}", f", up to ¥{high:,.2f}") if high else ""
        lines.append(f"· {store_id} {name} ×{count}{say('（', ' (')}{sure}{cost}{say('）', ')')}")
    return lines


def _near_nodes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = _ask(
        connection,
        f"""
        select store_id, points_class, balance, next_node, headroom, node_effect
        from points_ledger
        where home and certainty = 'confirmed'
        qualify row_number() over (
            partition by store_id, pack, points_class order by occurred_at desc, entry desc, balance desc
        ) = 1 and headroom <= {NEAR}
        order by headroom, store_id, points_class
        limit {LINES}
        """,
    )
    lines = []
    for store, kind, balance, node, headroom, effect in rows:
        at, left, to = _plain(balance), _plain(headroom), _plain(node)
        lines.append(
            say(
                f"⚠ {store} {kind} 类积分 {at}，再 {left} 分到 {to}：{effect or '后果不详'}",
                f"⚠ {store}: class {kind} at {at}, {left} to {to}: {effect or 'effect unknown'}",
            )
        )
    return lines


def _due(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = _ask(
        connection,
        """
        select store_id, count(*), min(due_at), sum(at_stake_high)
        from open_deadlines
        where due_at < as_of + interval 24 hours
        group by store_id
        order by min(due_at), store_id
        """,
    )
    lines = []
    for store_id, count, first, high in rows[:LINES]:
        cost = say(f"，误期至多 ¥{high:,.2f}", f", up to ¥{high:,.2f} at stake") if high else ""
        lines.append(
            say(
                f"⏰ {store_id} 24 小时内到期 {count} 件，最早 {first:%m-%d %H:%M}{cost}",
                f"⏰ {store_id}: {count} due within 24 hours, the first {first:%m-%d %H:%M}{cost}",
            )
        )
    return lines


def _closing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = _ask(
        connection,
        f"""
        with newest as (select cast(max(started_at) as date) as today from runs)
        select store_id, table_name, count(*), min(window_closes_on)
        from data_coverage, newest
        where status = 'hole' and window_closes_on between today and today + interval 7 days
        group by store_id, table_name
        order by min(window_closes_on), store_id, table_name
        limit {LINES}
        """,
    )
    lines = []
    for store_id, table, days, closes in rows:
        assert isinstance(closes, date)
        lines.append(
            say(
                f"📥 {store_id} 的 {table} 缺 {days} 天，{closes:%m-%d} 后平台不再可导出",
                f"📥 {store_id}: {table} lacks {days} days; not exportable after {closes:%m-%d}",
            )
        )
    return lines


def _ask(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def _plain(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
