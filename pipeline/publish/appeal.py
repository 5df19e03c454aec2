"""Prepare the appeal against a breach: clause, timeline, masked talk, exemptions that may apply, deadline."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jinja2 import Environment, FileSystemLoader

from pipeline.lang import say
from pipeline.paths import packs_dir
from pipeline.problems import GuizeError, Problem
from pipeline.publish.views import open_release

PAGE = "appeal.html"
TABLE = "appeals.csv"
Row = dict[str, Any]
_ORDER_TIMES = {
    "created_at": ("下单", "placed"),
    "paid_at": ("付款", "paid"),
    "promised_ship_at": ("承诺发货", "promised shipping"),
    "shipped_at": ("发货", "shipped"),
    "picked_up_at": ("揽收", "picked up"),
    "delivered_at": ("签收", "delivered"),
    "closed_at": ("关闭", "closed"),
}
_ROLES = {
    "buyer": ("买家", "buyer"),
    "agent": ("客服", "agent"),
    "robot": ("机器人", "robot"),
    "system": ("系统", "system"),
}
_STATES = {
    "applies": ("适用", "applies"),
    "no": ("不适用", "does not apply"),
    "prove": ("需举证", "to be proved"),
}


@dataclass(frozen=True)
class Exemption:
    """A ground on which the platform may waive the penalty, and what the data say of it."""

    state: str  # applies, no, prove
    ground: str
    why: str


def write_appeals(warehouse: Path, breach_ids: Sequence[str], output: Path) -> list[Path]:
    """Write a folder per breach with appeal.html (print it to PDF) and the talk as csv, and a csv of all.

    Raises:
        GuizeError: for an id that is no breach, with the nearest ids; nothing is written then.
    """
    with open_release(warehouse) as release:
        breaches = [_breach(release, breach_id) for breach_id in breach_ids]
        folders, table = [], []
        for breach in breaches:
            talk, times, grounds = (
                _talk(release, breach),
                _timeline(release, breach),
                exemptions(release, breach),
            )
            clause = _clause(release, breach)
            folder = output / re.sub(r"[^\w.-]+", "_", breach["breach_id"])
            folder.mkdir(parents=True, exist_ok=True)
            page = _page(breach=breach, clause=clause, times=times, talk=talk, grounds=grounds)
            (folder / PAGE).write_text(page, encoding="utf-8")
            if talk:
                _write_csv(folder / "talk.csv", talk)
            folders.append(folder)
            table.append(_summary(breach, clause, grounds))
    _write_csv(output / TABLE, table)
    return folders


def exemptions(release: duckdb.DuckDBPyConnection, breach: Row) -> list[Exemption]:
    """The grounds that the rule version names, each held against the data."""
    [version] = _rows(
        release, "select * from rules.rule_versions where version_id = ?", breach["version_id"]
    ) or [{}]
    store = (_rows(release, "select * from facts.stores where store_id = ?", breach["store_id"]) or [{}])[0]
    found = [*_hours(version, breach), *_new_shop(release, version, store, breach), *_named(release, version)]
    if not breach["version_certain"]:
        found.append(
            Exemption(
                "prove",
                say("当日适用的规则版本", "the version in force that day"),
                say("来源没有说明该版本的起效日", "no source states when this version took effect"),
            )
        )
    if version.get("assumed_zh"):
        why = say(version["assumed_zh"], version["assumed_en"])
        found.append(Exemption("prove", say("规则未写明之处", "what the rule does not state"), why))
    return found


def _hours(version: Row, breach: Row) -> Iterator[Exemption]:
    hours = json.loads(version.get("scope") or "{}").get("hours")
    if not hours:
        return
    at = breach["occurred_at"].strftime("%H:%M")
    inside = hours[0] <= at < hours[1] if hours[0] <= hours[1] else not hours[1] <= at < hours[0]
    span = f"{hours[0]}-{hours[1]}"
    yield Exemption(
        "no" if inside else "applies",
        say("考核时段之外（离线时段）", "outside the judged hours"),
        say(f"考核 {span}，发生在 {at}", f"judged {span}, happened at {at}"),
    )


def _new_shop(
    release: duckdb.DuckDBPyConnection, version: Row, store: Row, breach: Row
) -> Iterator[Exemption]:
    limits = _rows(
        release,
        "select op, low from rules.predicates where version_id = ? and owner in ('stores', 'exempt') "
        "and fact = 'store_age_months' order by owner, owner_no, alternative, predicate",
        version.get("version_id"),
    )
    if not limits:
        return
    ground, opened = say("新店", "new shop"), store.get("opened_on")
    if opened is None:
        why = say(
            "开店日期未填：写进 guize.toml 的 stores", "opened_on is not known: give it in guize.toml, stores"
        )
        yield Exemption("prove", ground, why)
        return
    months = _months(opened, breach["occurred_at"].date())
    limit = limits[0]["low"]
    young = limit is not None and months <= limit
    yield Exemption(
        "applies" if young else "no",
        ground,
        say(f"开店 {months} 个月，界限 {limit}", f"{months} months old, limit {limit}"),
    )


def _named(release: duckdb.DuckDBPyConnection, version: Row) -> Iterator[Exemption]:
    """Facts that exempt and that no export shows: the merchant proves them."""
    facts = yaml.safe_load((packs_dir() / "registry" / "facts.yaml").read_text(encoding="utf-8"))["facts"]
    named = _rows(
        release,
        "select distinct fact from rules.predicates where version_id = ? and owner = 'exempt' order by fact",
        version.get("version_id"),
    )
    known = [row["fact"] for row in named if row["fact"] != "store_age_months"]
    for fact in dict.fromkeys([*known, "force_majeure"]):
        told = facts.get(fact, {"zh": fact, "en": fact})
        why = (
            say("规则列为豁免", "the rule names it")
            if fact in known
            else say("一般免责事由", "a general ground")
        )
        yield Exemption("prove", say(told["zh"], told["en"]), why)


def _months(opened: date, day: date) -> int:
    return (day.year - opened.year) * 12 + day.month - opened.month - (day.day < opened.day)


def _breach(release: duckdb.DuckDBPyConnection, breach_id: str) -> Row:
    found = _rows(
        release,
        """
        select b.*, v.title_zh, v.title_en, coalesce(s.name, b.store_id) as store_name
        from breaches as b
        left join rules.rule_versions as v on b.version_id = v.version_id
        left join facts.stores as s on b.store_id = s.store_id
        where b.breach_id = ?
        order by b.track
        limit 1
        """,
        breach_id,
    )
    if found:
        return found[0]
    like = _rows(release, "select breach_id from breaches where home order by occurred_at desc limit 5000")
    near = get_close_matches(breach_id, [row["breach_id"] for row in like], 3) or [
        row["breach_id"] for row in like[:3]
    ]
    raise GuizeError(
        Problem(
            "breach-unknown",
            breach_id,
            "当前版本里没有这个违规",
            "the current release has no such breach",
            f"相近的有：{'、'.join(near) or '无'}",
            f"nearest: {', '.join(near) or 'none'}",
        )
    )


def _clause(release: duckdb.DuckDBPyConnection, breach: Row) -> list[Row]:
    """The statements behind the version, each with its documents."""
    return _rows(
        release,
        """
        select e.evidence_id, e.statement_zh, e.statement_en, e.locator, e.grade, e.effective_from,
            string_agg(s.title_zh || coalesce(' ' || s.urls[1], ''), '; ' order by s.source_id) as documents
        from rules.rule_evidence as r
        inner join rules.evidence as e on r.evidence_id = e.evidence_id
        left join rules.sources as s on list_contains(e.source_ids, s.source_id)
        where r.version_id = ?
        group by all
        order by e.evidence_id
        """,
        breach["version_id"],
    )


def _timeline(release: duckdb.DuckDBPyConnection, breach: Row) -> list[tuple[datetime, str]]:
    times = [(breach["occurred_at"], say("判为违规的时刻", "judged to have happened"))]
    key = (breach["store_id"], breach["order_id"])
    if breach["order_id"]:
        for order in _rows(release, "select * from facts.orders where store_id = ? and order_id = ?", *key):
            times += [(order[name], say(*words)) for name, words in _ORDER_TIMES.items() if order[name]]
        for request in _rows(
            release, "select * from facts.aftersales where store_id = ? and order_id = ?", *key
        ):
            asked, paid = request["requested_at"], request["refunded_at"]
            times += [(asked, say("申请售后", "after-sales asked"))] if asked else []
            times += [(paid, say("退款", "refunded"))] if paid else []
        for notice in _rows(
            release, "select * from facts.platform_notices where store_id = ? and order_id = ?", *key
        ):
            times.append((notice["issued_at"], say("平台通知", "platform notice")))
    return sorted(times)


def _talk(release: duckdb.DuckDBPyConnection, breach: Row) -> list[Row]:
    if not breach["conversation_id"]:
        return []
    return _rows(
        release,
        "select sent_at, role, agent_id, kind, text, message_id from facts.messages_text "
        "where store_id = ? and conversation_id = ? order by seq",
        breach["store_id"],
        breach["conversation_id"],
    )


def _summary(breach: Row, clause: list[Row], grounds: list[Exemption]) -> Row:
    applies = [ground.ground for ground in grounds if ground.state == "applies"]
    return {
        "breach_id": breach["breach_id"],
        "store_id": breach["store_id"],
        "rule_id": breach["rule_id"],
        "occurred_at": breach["occurred_at"],
        "appeal_by": breach["appeal_by"],
        "money_high_cny": breach["money_high_cny"],
        "points_high": breach["points_high"],
        "certainty": breach["certainty"],
        "exemptions": "; ".join(applies),
        "evidence": "; ".join(row["evidence_id"] for row in clause),
        "reason": say(breach["reason_zh"], breach["reason_en"]),
    }


def _page(**told: Any) -> str:
    shelf = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return shelf.get_template("appeal.jinja").render(say=say, states=_STATES, roles=_ROLES, **told)


def _write_csv(file: Path, rows: list[Row]) -> None:
    # a byte order mark, so that Excel reads the Chinese; a leading = must not become a formula there
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _rows(release: duckdb.DuckDBPyConnection, sql: str, *given: Any) -> list[Row]:
    result = release.execute(sql, list(given)) if given else release.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
