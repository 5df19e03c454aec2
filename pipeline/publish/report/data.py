"""Collect from a release what the page shows: sums whole, breaches and talks as examples within a budget."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipeline.paths import packs_dir

# Examples that the page carries; every one of the others is in the mart `breaches`.
HOME_EXAMPLES, AWAY_EXAMPLES, TALKS = 4000, 2000, 800
MESSAGES_AROUND = 6

_QUERIES = {
    "matrix": """
        select store_id, pack, home, month, certainty, breaches, money_low_cny as low, money_high_cny as high,
            unpriced_breaches as unpriced, points_low, points_high, sanction, sanction_days_low as days_low,
            sanction_days_high as days_high, gmv_at_risk_cny as gmv
        from exposure_matrix order by all""",
    "exposure": """
        select store_id, pack, home, rule_id, concept, month, certainty, priced, breaches,
            money_low_cny as low, money_high_cny as high, points_class, points_low, points_high, sanction,
            sanction_days_low as days_low, sanction_days_high as days_high, gmv_at_risk_cny as gmv
        from exposure order by all""",
    "daily": """
        select store_id, pack, day, certainty, cast(count(*) as bigint) as breaches,
            sum(money_high_cny) as high
        from breaches where home and pack <> 'law' and certainty <> 'averted' group by all order by all""",
    "ledger": """
        with english as (
            select pack, penalties_zh, any_value(penalties_en) as penalties_en
            from rules.rule_versions where penalties_zh is not null group by all
        )
        select l.store_id, l.pack, l.home, l.points_class, l.certainty, l.balance, l.next_node, l.headroom,
            l.node_effect as effect_zh, e.penalties_en as effect_en, l.resets_on, l.forecast_low,
            l.forecast_high, l.occurred_at
        from points_ledger as l
        left join english as e on l.pack = e.pack and l.node_effect = e.penalties_zh
        qualify row_number() over (
            partition by l.store_id, l.pack, l.points_class, l.certainty
            order by l.occurred_at desc, l.entry desc, l.balance desc
        ) = 1
        order by l.headroom, l.store_id, l.pack, l.points_class, l.certainty""",
    "deadlines": """
        select store_id, rule_id, coalesce(order_id, complaint_id, conversation_id) as about, due_at, as_of,
            at_stake_low as low, at_stake_high as high, at_stake_points as points, zh, en
        from open_deadlines order by due_at, store_id, rule_id, about limit 300""",
    "agents": """
        select store_id, agent_id, strftime(day, '%Y-%m') as month, sum(conversations) as conversations,
            sum(messages) as messages, sum(asks) as asks, sum(unanswered_rounds) as unanswered,
            sum(first_response_seconds * conversations)
                / nullif(sum(conversations) filter (where first_response_seconds is not null), 0)
                as first_seconds,
            sum(average_response_seconds * asks)
                / nullif(sum(asks) filter (where average_response_seconds is not null), 0) as average_seconds,
            sum(within_30s_share * asks) / nullif(sum(asks), 0) as within_30s,
            sum(within_3min_share * asks) / nullif(sum(asks), 0) as within_3min,
            sum(home_breaches) as breaches
        from agent_scorecard group by all order by all""",
    "unjudged": """
        select store_id, pack, rule_id, missing, reason_zh, reason_en
        from rule_coverage
        where not judged and (pack = split_part(store_id, '/', 1) or pack = 'law')
        order by all limit 2000""",
    "comparison": """
        select concept, concept_zh, pack, status, rule_id, from_date, to_date, version_certain, kind,
            relation, unit_of_count, op, threshold, threshold_unit, hours_from, hours_to, judged_window,
            penalty_zh, penalty_en, strictness_rank as rank, rank_basis, assumed, grade, evidence_ids
        from rule_comparison order by concept, pack, from_date nulls first, rule_id""",
    "gap": """
        select pack, concept, gap, training_zh, in_force_zh, training_en, in_force_en, breaches_training,
            breaches_in_force
        from training_gap where gap <> 'same'
        order by case gap when 'changed' then 0 when 'not_taught' then 1 else 2 end,
            pack, concept, training_rule_id, in_force_rule_id""",
    "policy": """
        select concept, pack, rule_id, zh, en, basis, stores_failing, stores_judged
        from strictest_policy order by concept, rule_id""",
    "statuses": """
        select store_id, status, cast(count(*) as bigint) as verdicts
        from verdicts where home group by all order by all""",
    "versions": """
        select version_id, rule_id, pack, concept, title_zh, title_en, text_zh, text_en, penalties_zh,
            penalties_en, from_date, first_seen, grade, assumed_zh, assumed_en
        from rules.rule_versions where track = 'in_force' order by version_id""",
    "citations": """
        select distinct re.version_id, e.evidence_id, e.statement_zh, e.statement_en, e.grade, e.locator,
            e.effective_from, e.published_on, e.source_ids
        from rules.rule_evidence as re
        inner join rules.evidence as e on re.evidence_id = e.evidence_id
        inner join rules.rule_versions as v on re.version_id = v.version_id and v.track = 'in_force'
        order by re.version_id, e.evidence_id""",
    "sources": """
        select source_id, title_zh, title_en, publisher, urls, published_on
        from rules.sources order by all""",
    "concepts": "select concept, zh, en, concept_group from rules.concepts order by all",
    "sanctions": "select code, zh, en, weight, stops_sales from rules.sanctions order by all",
    "run": """
        select run_id, started_at, finished_at, status, rows_read, rows_loaded, rows_superseded,
            rows_quarantined, packs_version
        from runs order by started_at desc, run_id desc limit 1""",
}

_EXAMPLES = """
    select breach_id, store_id, pack, home, rule_id, version_id, concept, strftime(day, '%Y-%m') as month,
        occurred_at, agent_id, order_id, conversation_id, message_id, value, threshold, severity, nth,
        condition_zh, condition_en, certainty, priced, base_cny, money_low_cny as low, money_high_cny as high,
        points_class, points_low, points_high, counted, sanction, sanction_days_low as days_low,
        sanction_days_high as days_high, matched_term, evidence_text, appeal_by, version_certain, grade,
        reason_zh, reason_en
    from breaches
    where home = $home
    qualify row_number() over (
        partition by store_id, pack, rule_id, month, certainty
        order by money_high_cny desc nulls last, occurred_at desc, breach_id
    ) <= $each
    order by money_high_cny desc nulls last, breach_id
    limit $budget"""

_TALKS = """
    with asked as (
        select distinct store_id, conversation_id, message_id from asked_talks
    ),
    placed as (
        select a.store_id, a.conversation_id, a.message_id, coalesce(m.seq, 1) as at
        from asked as a
        left join facts.messages as m
            on a.store_id = m.store_id
            and a.conversation_id = m.conversation_id
            and a.message_id = m.message_id
    )
    select distinct m.store_id, m.conversation_id, m.seq, m.message_id, m.sent_at, m.role, m.agent_id,
        m.kind, m.text
    from facts.messages_text as m
    inner join placed as p
        on m.store_id = p.store_id and m.conversation_id = p.conversation_id
        and m.seq between p.at - $around and p.at + $around
    order by m.store_id, m.conversation_id, m.seq"""

_MARKS = """
    select distinct h.store_id, h.message_id, h."start", h."end", h.lexicon, h.term
    from facts.hits as h
    inner join asked_talks as t on h.store_id = t.store_id and h.conversation_id = t.conversation_id
    where h.tier <> 'allowed_with_proof'
    order by all"""

_COVERAGE = """
    select store_id, table_name, min(day) as first_day, max(window_closes_on) as closes,
        string_agg(case status when 'ok' then 'o' when 'hole' then 'h' when 'none' then 'n' else 'u' end, ''
            order by day) as days
    from data_coverage group by all order by store_id, table_name"""


def collect(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything the page shows, as JSON-ready columns; `connection` is that of open_release."""
    data: dict[str, Any] = {name: _columns(connection, sql) for name, sql in _QUERIES.items()}
    data["coverage"] = _columns(connection, _COVERAGE)
    data["stores"] = _columns(connection, _STORES)
    data |= _registry()
    data["breaches"] = _examples(connection)
    data["talks"], data["marks"] = _talks(connection, data["breaches"])
    [(data["breaches_total"],)] = connection.execute("select count(*) from breaches").fetchall()
    return data


_STORES = """
    with seen as (
        select distinct store_id, platform from verdicts
        union
        select distinct store_id, platform from exposure_matrix
        union
        select distinct store_id, platform from facts.stores
    )
    select s.store_id, s.platform, max(f.name) as name, max(f.store_group) as store_group
    from seen as s
    left join facts.stores as f on s.store_id = f.store_id
    group by all order by all"""


def _registry() -> dict[str, Any]:
    """The names that no rule table holds: judging codes, units of limits, classes of points."""
    folder = packs_dir()
    codes, units = (_yaml(folder / "registry" / f"{name}.yaml") for name in ("platforms", "units"))
    classes = {
        code: _yaml(folder / entry["folder"] / "pack.yaml")["points_classes"] for code, entry in codes.items()
    }
    return {
        "packs": [{"pack": code, "zh": entry["zh"], "en": entry["en"]} for code, entry in codes.items()],
        "units": [
            {"unit": unit, "zh": told["zh"], "en": told["en"]}
            for unit, told in units["threshold_units"].items()
        ],
        "classes": [
            {"pack": code, "points_class": name, "zh": told["zh"], "en": told["en"]}
            for code, named in classes.items()
            for name, told in named.items()
        ],
    }


def _yaml(file: Path) -> dict[str, Any]:
    told: dict[str, Any] = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    return told


def _examples(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The dearest breaches of every store, rule, month and certainty; the rest are counted, not shown."""
    parts = []
    for home, budget, most in ((True, HOME_EXAMPLES, 20), (False, AWAY_EXAMPLES, 3)):
        [(groups,)] = connection.execute(
            """
            select count(*)
            from (select distinct store_id, pack, rule_id, month, certainty from exposure where home = ?)
            """,
            [home],
        ).fetchall()
        each = max(1, min(most, budget // max(1, groups)))
        parts.append(_columns(connection, _EXAMPLES, {"home": home, "each": each, "budget": budget}))
    return {name: parts[0][name] + parts[1][name] for name in parts[0]}


def _talks(
    connection: duckdb.DuckDBPyConnection, breaches: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    keys: dict[tuple[str, str, str | None], None] = {}
    for store_id, talk, message in zip(
        breaches["store_id"], breaches["conversation_id"], breaches["message_id"], strict=True
    ):
        if talk is not None and len(keys) < TALKS:
            keys[store_id, talk, message] = None
    connection.execute(
        "create or replace temp table asked_talks (store_id text, conversation_id text, message_id text)"
    )
    if keys:
        connection.executemany("insert into asked_talks values (?, ?, ?)", [list(key) for key in keys])
    return _columns(connection, _TALKS, {"around": MESSAGES_AROUND}), _columns(connection, _MARKS)


def _columns(
    connection: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any] | None = None
) -> dict[str, Any]:
    result = connection.execute(sql, given) if given else connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    rows = result.fetchall()
    return {name: [_plain(row[no]) for row in rows] for no, name in enumerate(names)}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return value
