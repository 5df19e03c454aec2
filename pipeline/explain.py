"""Explain one breach: rule, evidence, arithmetic, certainty, sources, and what would have avoided it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from pipeline.engine.batches import make_batches
from pipeline.engine.models import load_models
from pipeline.engine.reprice import repriced
from pipeline.engine.store_month import failing_now
from pipeline.explain_words import avoidance, certainty_words, effect_words, fact_words, sum_words
from pipeline.problems import GuizeError, Problem
from pipeline.publish.views import open_release

Row = dict[str, Any]
AROUND = 3  # messages of the conversation on each side of the one in evidence
ORDER_TIMES = ("created_at", "paid_at", "promised_ship_at", "shipped_at", "picked_up_at", "delivered_at", "finished_at", "closed_at")


def explain(warehouse: Path, breach_id: str, *, packs: Path, sql: Path) -> Row:
    """Everything behind one breach of the current release, as plain data in both languages.

    Args:
        breach_id: the whole id, or a beginning of it that only one breach has.

    Raises:
        GuizeError: when nothing was published, or no breach or several fit the id.
    """
    with open_release(warehouse) as release:
        breach = _breach(release, breach_id)
        [version] = _rows(release, "select * from rules.rule_versions where version_id = ?", breach["version_id"])
        told: Row = {
            "breach": breach,
            "rule": _rule(version),
            "evidence": _evidence(release, breach),
            "statements": _statements(release, breach["version_id"]),
        }
        if breach["window_start"] and version["judge_by"] != "each":
            told["window"] = _window(release, breach, version)
        if version["measure"] == "recurrence":
            told["counted"] = _counted(release, breach)
    with repriced(
        warehouse, packs=packs, sql=sql, store_id=breach["store_id"], pack=breach["pack"], track=breach["track"]
    ) as again:
        told |= _priced(again, breach, version)
        if "window" in told:
            told["window"]["days"] = _days(again, version, breach, told["window"]["window_end"])
    if "window" in told and version["combo"]:
        units = _units(warehouse, sql, breach, version, told["window"]["window_end"])
        told["window"]["units_to_mend"] = units
    told["avoid"] = avoidance(breach, version, told)
    return told


def _breach(release: duckdb.DuckDBPyConnection, breach_id: str) -> Row:
    both = "(select * from breaches union all by name select * from training.breaches)"
    found = _rows(release, f"select * from {both} where starts_with(breach_id, ?) limit 20", breach_id) if breach_id else []
    exact = [row for row in found if row["breach_id"] == breach_id]
    if exact or len(found) == 1:
        return (exact or found)[0]
    if found:
        near = [row["breach_id"] for row in found[:5]]
        problem = Problem(
            "breach-ambiguous", breach_id, f"有 {len(found)} 个违规以此开头", f"{len(found)} breaches begin like this",
            f"多写几位：{'、'.join(near)}", f"write more of it: {', '.join(near)}",
        )  # fmt: skip
    else:
        known = [row["breach_id"] for row in _rows(release, f"select breach_id from {both} order by home desc, occurred_at desc limit 20000")]
        near = get_close_matches(breach_id, known, 3, 0.4) or known[:3]
        problem = Problem(
            "breach-unknown", breach_id, "当前版本里没有这个违规", "the current release has no such breach",
            f"相近的有：{'、'.join(near) or '无'}", f"near ones: {', '.join(near) or 'none'}",
        )  # fmt: skip
    raise GuizeError(problem)


def _rule(version: Row) -> Row:
    names = (
        "rule_id", "version_id", "title_zh", "title_en", "text_zh", "text_en", "penalties_zh", "penalties_en",
        "from_date", "first_seen", "effective_from", "effective_to", "certain_from", "suspended_from", "suspended_to",
        "grade", "assumed_zh", "assumed_en",
    )  # fmt: skip
    return {name: version[name] for name in names}


def _evidence(release: duckdb.DuckDBPyConnection, breach: Row) -> Row:
    told: Row = {"conversation": list(_talk(release, breach)), "order": {}, "complaints": [], "notices": []}
    if breach["order_id"]:
        key = (breach["store_id"], breach["order_id"])
        orders = _rows(release, "select * from facts.orders where store_id = ? and order_id = ?", *key)
        told["order"] = {name: orders[0][name] for name in (*ORDER_TIMES, "status", "paid_cny", "goods_cny")} if orders else {}
        told["complaints"] = _rows(
            release, "select complaint_id, raised_at, concept, upheld from facts.complaints where store_id = ? and order_id = ?", *key
        )
        told["notices"] = _rows(
            release,
            "select notice_id, issued_at, rule_id, money_cny, points, sanction from facts.platform_notices "
            "where store_id = ? and order_id = ?",
            *key,
        )
    return told


def _talk(release: duckdb.DuckDBPyConnection, breach: Row) -> Iterator[Row]:
    """The masked messages around the one in evidence, or around the moment; what was matched stands in 【】."""
    if not breach["conversation_id"]:
        return
    rows = _rows(
        release,
        "select message_id, sent_at, role, agent_id, kind, text from facts.messages_text "
        "where store_id = ? and conversation_id = ? order by sent_at, seq",
        breach["store_id"], breach["conversation_id"],
    )  # fmt: skip
    at = next((place for place, row in enumerate(rows) if row["message_id"] == breach["message_id"]), None)
    if at is None:
        at = min(range(len(rows)), key=lambda place: abs(rows[place]["sent_at"] - breach["occurred_at"]), default=0)
    for place in range(max(at - AROUND, 0), min(at + AROUND + 1, len(rows))):
        row = rows[place]
        in_evidence = row["message_id"] == breach["message_id"]
        yield {**row, "text": _marked(release, breach, row) if in_evidence else row["text"], "in_evidence": in_evidence}


def _marked(release: duckdb.DuckDBPyConnection, breach: Row, message: Row) -> str | None:
    text: str | None = message["text"]
    hits = _rows(
        release,
        'select start, "end" from facts.hits where store_id = ? and message_id = ? and term = ? order by start desc',
        breach["store_id"], message["message_id"], breach["matched_term"],
    )  # fmt: skip
    for hit in hits if text else []:
        assert text is not None
        text = f"{text[: hit['start']]}【{text[hit['start'] : hit['end']]}】{text[hit['end'] :]}"
    return text


def _statements(release: duckdb.DuckDBPyConnection, version_id: str) -> list[Row]:
    """The lines of documents that support the version: statement, then each document with its address."""
    rows = _rows(
        release,
        "select e.evidence_id, r.supports, e.statement_zh, e.statement_en, e.locator, e.grade, e.effective_from, e.source_ids "
        "from rules.rule_evidence as r inner join rules.evidence as e on r.evidence_id = e.evidence_id "
        "where r.version_id = ? order by e.evidence_id",
        version_id,
    )
    sources = {row["source_id"]: row for row in _rows(release, "select source_id, title_zh, title_en, publisher, urls from rules.sources")}
    return [{**row, "documents": [sources[name] for name in row["source_ids"] if name in sources]} for row in rows]


def _window(release: duckdb.DuckDBPyConnection, breach: Row, version: Row) -> Row:
    schema = "training." if breach["track"] == "training" else ""
    [verdict] = _rows(
        release,
        "select window_start, window_end, partial, units, ok_units, excluded_units, value, op, threshold, margin, "
        f"unit_of_count, severity, reason_zh, reason_en from {schema}verdicts "
        "where store_id = ? and version_id = ? and window_start = ? "
        "and md5(concat(store_id, '|', version_id, '|', cast(window_start as varchar), '|', cast(window_end as varchar))) = ?",
        breach["store_id"], breach["version_id"], breach["window_start"], breach["breach_id"],
    )  # fmt: skip
    excluded = _rows(
        release,
        f"select reason, units from {schema}exclusions where store_id = ? and version_id = ? and window_start = ? order by reason",
        breach["store_id"], breach["version_id"], breach["window_start"],
    )  # fmt: skip
    return {**verdict, "judge": json.loads(version["judge"]), "excluded": excluded}


def _days(again: duckdb.DuckDBPyConnection, version: Row, breach: Row, end: date) -> list[Row]:
    return _rows(
        again,
        "select day, cast(sum(units) as bigint) as units, cast(sum(ok_units) as bigint) as ok_units, sum(value_sum) as value_sum "
        "from unit_daily where combo = ? and excluded_because is null and day >= ? and day < ? group by day order by day",
        version["combo"], breach["window_start"], end,
    )  # fmt: skip


def _units(warehouse: Path, sql: Path, breach: Row, version: Row, end: date) -> list[Row]:
    """All units behind the window; months before it too, where a conversation or an order may have begun."""
    earliest, after = f"{breach['window_start'] - timedelta(days=62):%Y-%m}", f"{end + timedelta(days=31):%Y-%m}"
    platform, shop = breach["store_id"].split("/")
    batches = [
        batch for batch in make_batches(warehouse / "facts")
        if any(earliest <= month < after for month in batch.months)
        and any(f"platform={platform}" in file.parts and f"store={shop}" in file.parts for files in batch.files.values() for file in files)
    ]  # fmt: skip
    with TemporaryDirectory() as scratch:
        return failing_now(
            batches, load_models(sql), warehouse / "state" / "rules", Path(scratch), measure=version["measure"],
            combo=version["combo"], store_id=breach["store_id"], first=breach["window_start"], last=end,
        )  # fmt: skip


def _counted(release: duckdb.DuckDBPyConnection, breach: Row) -> list[Row]:
    """What a rule over rules counted, up to this time."""
    schema = "training." if breach["track"] == "training" else ""
    return _rows(
        release,
        "select b.breach_id, b.rule_id, b.occurred_at, b.reason_zh, b.reason_en "
        f"from {schema}breaches as b inner join rules.recurrences as r on b.rule_id = r.counted_rule_id and r.version_id = ? "
        "where b.store_id = ? and b.pack = ? and b.occurred_at <= ? order by b.occurred_at, b.breach_id",
        breach["version_id"], breach["store_id"], breach["pack"], breach["occurred_at"],
    )  # fmt: skip


def _priced(again: duckdb.DuckDBPyConnection, breach: Row, version: Row) -> Row:
    """Conditions, arithmetic and certainty, step by step as the SQL priced them."""
    breach_id = breach["breach_id"]
    node = _rows(again, "select * from ledger_crossings where breach_id = ?", breach_id)
    base = _rows(again, "select * from breach_base where breach_id = ?", breach_id)
    if not node and not base:
        raise GuizeError(
            Problem(
                "state-moved-on", breach_id, "判罚的中间数据已更新，当前版本却还没有发布", "the state was rebuilt since the release was published",
                "重新运行 guize run", "run guize run again",
            )
        )  # fmt: skip
    if node:
        return _node(again, breach, node[0])
    tests = _rows(
        again,
        "select t.penalty, t.met, p.per, p.when_zh, p.when_en, k.certainty from penalty_tests as t "
        "inner join penalties as p on t.version_id = p.version_id and t.penalty = p.penalty "
        "left join penalty_picks as k on t.breach_id = k.breach_id and t.penalty = k.penalty "
        "where t.breach_id = ? order by t.penalty",
        breach_id,
    )
    priced = _rows(
        again,
        "select c.*, e.is_rate, e.base, e.low as stated_low, e.high as stated_high, e.has_min, e.has_max, e.min_low, e.min_high, "
        "e.max_low, e.max_high from candidate_effects as c inner join effects as e "
        "on c.version_id = e.version_id and c.penalty = e.penalty and c.effect = e.effect where c.breach_id = ? order by c.penalty, c.effect",
        breach_id,
    )
    caps = _rows(again, "select * from caps where version_id = ? order by penalty, cap", breach["version_id"])
    totals = _rows(
        again,
        "select e.penalty, e.kind, e.code, e.currency, e.certainty, e.uncapped_low, e.uncapped_high, e.low as capped_low, e.high as capped_high, "
        "c.low, c.high from all_effects as e inner join combined_effects as c on e.breach_id = c.breach_id and e.penalty = c.penalty "
        "and e.kind = c.kind and e.certainty = c.certainty and e.code is not distinct from c.code and e.currency is not distinct from c.currency "
        "and e.payee is not distinct from c.payee and e.form is not distinct from c.form where e.breach_id = ? order by e.penalty, e.kind, e.code",
        breach_id,
    )
    nth = _rows(again, "select * from breach_nth where breach_id = ?", breach_id)[0]
    complained = _rows(again, "select * from breach_complained where breach_id = ?", breach_id)
    overridden = bool(_rows(again, "select 1 as held from breach_overridden where breach_id = ?", breach_id))
    gate = _rows(
        again, "select g.met from gate_tests as g inner join breach_base as b on b.version_id = g.version_id "
        "and b.store_id = g.store_id and b.judged_day = g.day where b.breach_id = ?",
        breach_id,
    )  # fmt: skip
    state = {"overridden": overridden, "gate": gate[0]["met"] if gate else None, "unsettled": base[0]["unsettled"]}
    return {
        "facts": fact_words(base[0], nth, complained),
        "conditions": [{**row, "met": {2: "yes", 1: "unknown"}.get(row["met"], "no")} for row in tests],
        "pick": version["pick"],
        "arithmetic": [words for row in priced for words in effect_words(row)] + [words for row in totals for words in sum_words(row, caps)],
        "certainty": certainty_words(breach, version, tests, state),
    }


def _node(again: duckdb.DuckDBPyConnection, breach: Row, node: Row) -> Row:
    """A ladder's node: the awards of the account up to it, and what it brings."""
    awards = _rows(
        again,
        "select breach_id, rule_id, occurred_at, points, carried, balance from ledger_awards where certainty = ? and store_id = ? "
        "and track = ? and points_class = ? and account = ? and occurred_at <= ? order by occurred_at, breach_id",
        node["certainty"], node["store_id"], node["track"], node["points_class"], node["account"], node["occurred_at"],
    )  # fmt: skip
    effects = _rows(
        again,
        "select 'crossing' as per, e.penalty, e.kind, e.code, e.currency, e.low as stated_low, e.high as stated_high, e.low, e.high, "
        "e.is_rate, e.days_low, e.days_high, e.until from effects as e where e.version_id = ? and e.penalty = ? order by e.effect",
        breach["version_id"], node["penalty"],
    )  # fmt: skip
    for row in effects:
        if row["kind"] == "sanction":
            row["low"], row["high"] = row["days_low"], row["days_high"]
    carried = node["carried"]
    lines = [
        {"zh": f"年初结转 {_plain(carried)} 分", "en": f"carried into the year: {_plain(carried)} points"} if carried else None,
        *(
            {
                "zh": f"{row['occurred_at']:%Y-%m-%d %H:%M} {row['rule_id']} +{_plain(row['points'])} = {_plain(row['balance'])}",
                "en": f"{row['occurred_at']:%Y-%m-%d %H:%M} {row['rule_id']} +{_plain(row['points'])} = {_plain(row['balance'])}",
            }
            for row in awards
        ),
        {
            "zh": f"余额 {_plain(node['balance'])} ≥ 节点 {_plain(node['node'])}",
            "en": f"balance {_plain(node['balance'])} ≥ node {_plain(node['node'])}",
        },
        *(words for row in effects for words in effect_words(row)),
    ]
    proven = node["certainty"] == "confirmed"
    why = {
        "zh": "只计已确认的积分就到了这个节点" if proven else "计入待定的积分才到这个节点",
        "en": "proven points alone reach this node" if proven else "the node is reached only with points that are not settled",
    }
    return {"facts": [], "conditions": [], "pick": None, "awards": awards, "arithmetic": [line for line in lines if line], "certainty": [why]}


def _plain(value: Any) -> str:
    return f"{float(value):g}"


def as_json(value: Any) -> Any:
    """Dates and decimals as text and numbers, for `--json`."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *given: Any) -> list[Row]:
    cursor = connection.execute(sql, list(given))
    names: Sequence[str] = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
