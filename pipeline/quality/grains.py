"""What tables.py cannot say: the key of each table, what refers to what, and sums that must agree."""

from __future__ import annotations

_STORE_KEYS = {
    "orders": "order_id",
    "order_items": "order_id item_no",
    "shipments": "order_id tracking_no",
    "aftersales": "aftersale_id",
    "complaints": "complaint_id",
    "conversations": "conversation_id",
    "messages": "message_id",
    "asks": "message_id",
    "hits": "message_id lexicon term start",
    "reviews": "review_id",
    "ratings": "rating_id",
    "blocks": "block_id",
    "listings": "item_id captured_at",
    "platform_notices": "notice_id",
    "annotations": "annotation_id",
}

# table -> the columns that tell its rows apart; a table without one (tracking_events) may repeat itself
KEYS: dict[str, tuple[str, ...]] = {
    table: ("store_id", *key.split()) for table, key in _STORE_KEYS.items()
} | {
    table: tuple(key.split())
    for table, key in {
        "stores": "store_id",
        "rule_versions": "version_id",
        "rule_combos": "version_id combo",
        "bands": "version_id band",
        "predicates": "version_id owner owner_no alternative predicate",
        "penalties": "version_id penalty",
        "effects": "version_id penalty effect",
        "caps": "version_id penalty cap",
        "ladders": "version_id",
        "recurrences": "version_id counted_rule_id",
        "evidence": "evidence_id",
        "sources": "source_id",
        "rule_evidence": "version_id evidence_id",
        "concepts": "concept",
        "sanctions": "code",
        "calendar_days": "calendar day",
        "coverage": "pack concept",
        "verdicts": "store_id version_id window_start window_end track",
        "exclusions": "store_id version_id window_start reason track",
        "units_to_mend": "store_id version_id day unit_id track",
        "breaches": "breach_id track",
        "exposure": "store_id pack rule_id month certainty points_class track",
        "exposure_matrix": "store_id pack month certainty track",
        "agent_scorecard": "store_id agent_id day track",
        "pareto": "certainty place track",
        "hit_rates": "pack rule_id certainty track",
        "data_coverage": "store_id table_name day track",
        "rule_coverage": "store_id pack rule_id track",
        "runs": "run_id",
    }.items()
}

# table, column, table referred to, its column; a null refers to nothing
REFERENCES: tuple[tuple[str, str, str, str], ...] = (
    *(
        (table, "store_id", "stores", "store_id")
        for table in ("orders", "messages", "conversations", "aftersales")
    ),
    ("complaint_followups", "complaint_id", "complaints", "complaint_id"),
    *(
        (table, "version_id", "rule_versions", "version_id")
        for table in (
            "rule_combos",
            "bands",
            "predicates",
            "penalties",
            "effects",
            "caps",
            "ladders",
            "recurrences",
        )
    ),
    ("rule_versions", "concept", "concepts", "concept"),
    ("coverage", "concept", "concepts", "concept"),
    ("rule_evidence", "version_id", "rule_versions", "version_id"),
    ("rule_evidence", "evidence_id", "evidence", "evidence_id"),
    ("recurrences", "counted_rule_id", "rule_versions", "rule_id"),
    ("breaches", "version_id", "rule_versions", "version_id"),
    ("verdicts", "version_id", "rule_versions", "version_id"),
    ("exposure", "rule_id", "rule_versions", "rule_id"),
    ("exposure", "sanction", "sanctions", "code"),
)

# table -> name: a condition that no row may meet
FORBIDDEN: dict[str, dict[str, str]] = {
    "orders": {
        "negative_money": "paid_cny < 0 or goods_cny < 0 or freight_cny < 0",
        "paid_before_placed": "paid_at < created_at",
    },
    "asks": {"negative_wait": "wait_human_seconds < 0 or wait_assisted_seconds < 0 or wait_any_seconds < 0"},
    "conversations": {"ends_before_start": "ended_at < started_at", "no_message": "messages < 1"},
    "hits": {"empty_span": '"end" <= "start"'},
    "agent_status": {"ends_before_start": "ended_at < started_at"},
    "rule_versions": {"empty_span": "effective_to <= effective_from"},
    "effects": {
        "unknown_sanction": "kind = 'sanction' and not exists "
        "(select 1 from sanctions where sanctions.code = effects.code)"
    },
    "verdicts": {
        "more_ok_than_units": "ok_units > units",
        "empty_window": "window_end <= window_start",
        "breach_without_value": "status = 'breach' and value is null",
    },
    "breaches": {
        "negative_money": "money_low_cny < 0",
        "counted_more_than_given": "counted > points_high",
        "priced_without_amount": "priced = 'no' and (money_high_cny > 0 or points_high > 0)",
        "baseline_at_home": "pack = 'baseline' and home",
    },
    "exposure_effects": {"capped_above_uncapped": "high > uncapped_high", "negative": "low < 0"},
    "exposure_matrix": {"law_in_matrix": "pack = 'law'"},
    "hit_rates": {
        "penalised_above_predicted": "penalised > predicted",
        "share_outside_its_interval": "share < share_low - 0.000001 or share > share_high + 0.000001",
    },
    "exposure": {"expected_above_possible": "expected_high_cny > money_high_cny"},
    "pareto": {"share_past_the_whole": "cumulative_share > 1.000001 or share > cumulative_share + 0.000001"},
    "data_coverage": {"ok_without_rows": "status = 'ok' and expected and rows = 0"},
}

_MONTH = "store_id, pack, month, certainty, track"
# a ledger from one reset to the next
_ACCOUNT = "store_id, pack, track, points_class, certainty, resets_on"


def _unequal_sums(column: str) -> str:
    """Groups of the matrix whose sum is not that of exposure, law apart; one unknown high end leaves it unknown."""
    low = column.replace("_high", "_low")
    total = f"sum({column})"
    if low != column:
        total = f"case when not bool_or({low} is not null and {column} is null) then {total} end"
    return f"""
    select count(*) from (select {_MONTH}, {column} from exposure_matrix) as stated
    full outer join (
        select {_MONTH}, {total} as total from exposure where pack <> 'law' group by {_MONTH}
    ) as summed using ({_MONTH})
    where stated.{column} is distinct from summed.total"""


# table -> name: (tables it reads, a SELECT of one number that must be 0)
IDENTITIES: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "messages": {
        "conversations_count_their_messages": (
            ("messages", "conversations"),
            "select abs((select count(*) from messages) "
            "- (select coalesce(sum(messages), 0) from conversations))",
        ),
    },
    "hits": {
        "words_of_no_conversation": (  # words found in a listing belong to none
            ("hits", "conversations"),
            """
    select count(*) from hits
    where role <> 'listing'
        and (store_id, conversation_id) not in (select (store_id, conversation_id) from conversations)""",
        ),
    },
    "rule_versions": {
        "versions_overlap": (
            ("rule_versions",),
            """
    select count(*) from (
        select
            effective_from < lag(effective_to) over (
                partition by rule_id, pack, track order by effective_from, version_no
            ) as starts_too_early
        from rule_versions
    ) where starts_too_early""",
        ),
    },
    "exposure_matrix": {
        f"sum_of_{column}": (("exposure", "exposure_matrix"), _unequal_sums(column))
        for column in ("breaches", "money_low_cny", "money_high_cny", "points_low", "points_high")
    },
    "pareto": {
        "breaches_of_nobody": (
            ("pareto", "breaches"),
            "select abs((select coalesce(sum(breaches), 0) from pareto) "
            "- (select count(*) from breaches where home and pack <> 'law' and certainty <> 'averted'))",
        ),
    },
    "points_ledger": {
        "balance_is_carried_and_points_since_reset": (
            ("points_ledger",),
            f"""
    select count(*) from (
        select
            entry,
            balance - carried as since,
            sum(points) over (
                partition by {_ACCOUNT} order by occurred_at, entry, breach_id rows unbounded preceding
            ) as summed
        from points_ledger
    ) where entry = 'award' and since <> summed""",
        ),
        "points_of_no_breach": (
            ("points_ledger", "breaches"),
            "select count(*) from points_ledger where entry = 'award' "
            "and (breach_id, track) not in (select (breach_id, track) from breaches)",
        ),
        "points_beyond_their_breach": (
            ("points_ledger", "exposure_effects"),
            """
    select count(*) from (
        select l.store_id from (
            select store_id, pack, track, points_class, certainty, sum(points) as points
            from points_ledger where entry = 'award' group by all
        ) as l
        left join (
            select
                store_id, pack, track, code,
                sum(low) filter (where certainty = 'confirmed') as proven,
                case when bool_and(high is not null) then sum(high) filter (where certainty <> 'averted') end as possible
            from exposure_effects where effect_kind = 'points' group by all
        ) as e
            on l.store_id = e.store_id and l.pack = e.pack and l.track = e.track and l.points_class = e.code
        where e.store_id is null or l.points > case l.certainty when 'confirmed' then e.proven else e.possible end
    )""",
        ),
    },
    "breaches": {
        "breach_without_statement": (  # every yuan leads to a line in a document
            ("breaches", "rule_evidence"),
            "select count(*) from breaches where version_id not in (select version_id from rule_evidence)",
        ),
    },
    "exposure": {
        "money_of_no_breach": (
            ("exposure", "breaches"),
            """
    select count(*) from exposure as e
    where coalesce(e.money_high_cny, e.money_low_cny) > 0 and not exists (
        select 1 from breaches as b
        where b.store_id = e.store_id and b.pack = e.pack and b.rule_id = e.rule_id and b.track = e.track
            and strftime(b.day, '%Y-%m') = e.month
    )""",
        ),
        "money_unlike_its_effects": (
            ("exposure", "exposure_effects"),
            """
    select count(*) from (
        select store_id, rule_id, pack, month, certainty, track, sum(money_low_cny) as money
        from exposure group by all
    ) as x
    full outer join (
        select
            store_id, rule_id, pack, month, certainty, track,
            sum(low) filter (where effect_kind = 'money' and currency = 'CNY') as money
        from exposure_effects group by all
    ) as e using (store_id, rule_id, pack, month, certainty, track)
    where x.money is distinct from cast(e.money as decimal(18, 2))""",
        ),
    },
}
