"""Every kind of check counts what is planted, and nothing on a clean table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import pytest

from pipeline.quality.counts import allowed_values, checks_of, count, tables_in
from pipeline.quality.grains import FORBIDDEN, IDENTITIES, KEYS, REFERENCES
from pipeline.tables import ALL, MARTS, RULES, by_name

FILL: dict[str, Any] = {
    "text": "x", "int": 1, "double": 1.0, "bool": False, "timestamp": datetime(2025, 10, 1),
    "date": datetime(2025, 10, 1).date(), "money": 1, "number": 1, "texts": ["x"],
}  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table of the warehouse, empty."""
    with duckdb.connect() as made:
        for table in ALL:
            made.execute(f"create table {table.name} as {table.empty_select()}")
        yield made


def insert(connection: duckdb.DuckDBPyConnection, name: str, **given: Any) -> None:
    """One good row of a table, with some columns as given."""
    table, values = by_name()[name], []
    for column in table.columns:
        codes = allowed_values(table, column)
        values.append(given.get(column.name, codes[0] if codes else FILL[column.type]))
    connection.execute(f"insert into {name} values ({', '.join('?' * len(values))})", values)


def wrong(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, int]:
    table = by_name()[name]
    checks = checks_of(table, tables_in(connection))
    _, counts = count(connection, table, checks)
    return {check.name: n for check, n in zip(checks, counts, strict=True) if n}


def test_empty_tables_are_clean(connection: duckdb.DuckDBPyConnection) -> None:
    assert {table.name: wrong(connection, table.name) for table in ALL if wrong(connection, table.name)} == {}


@pytest.mark.parametrize(
    ("table", "rows", "expected"),
    [
        ("reviews", [{"review_id": None}], "reviews.null.review_id"),
        ("orders", [{}, {}], "orders.repeated.store_id+order_id"),
        ("orders", [{"status": "lost"}], "orders.value.status"),
        ("orders", [{"platform": "amazon"}], "orders.value.platform"),
        ("orders", [{}], "orders.dangling.store_id->stores"),
        ("orders", [{"paid_cny": -1}], "orders.forbidden.negative_money"),
        ("effects", [{"low": 3, "high": 2}], "effects.low_above_high.low"),
        ("effects", [{"kind": "sanction", "code": "hang"}], "effects.forbidden.unknown_sanction"),
        ("breaches", [{"money_low_cny": 3, "money_high_cny": 2}], "breaches.low_above_high.money_low_cny"),
        ("breaches", [{"certainty": "maybe"}], "breaches.value.certainty"),
        ("breaches", [{"counted": 5, "points_high": 4}], "breaches.forbidden.counted_more_than_given"),
        ("verdicts", [{"ok_units": 3, "units": 2}], "verdicts.forbidden.more_ok_than_units"),
        (
            "exposure_effects",
            [{"high": 3, "uncapped_high": 2}],
            "exposure_effects.forbidden.capped_above_uncapped",
        ),
        ("exposure_matrix", [{"money_high_cny": 7}], "exposure_matrix.unequal.sum_of_money_high_cny"),
        ("exposure_matrix", [{"pack": "law"}], "exposure_matrix.forbidden.law_in_matrix"),
        ("hit_rates", [{"penalised": 3, "predicted": 2}], "hit_rates.forbidden.penalised_above_predicted"),
        ("hit_rates", [{"share": 0.5, "share_low": 0.6}], "hit_rates.forbidden.share_outside_its_interval"),
        (
            "exposure",
            [{"expected_high_cny": 3, "money_high_cny": 2}],
            "exposure.forbidden.expected_above_possible",
        ),
        ("pareto", [{"breaches": 3}], "pareto.unequal.breaches_of_nobody"),
        ("pareto", [{"cumulative_share": 1.2}], "pareto.forbidden.share_past_the_whole"),
        ("exposure_matrix", [{"points_low": 7}], "exposure_matrix.unequal.sum_of_points_low"),
        (
            "points_ledger",
            [{"entry": "award", "points": 2, "balance": 3, "carried": 0}],
            "points_ledger.unequal.balance_is_carried_and_points_since_reset",
        ),
        ("points_ledger", [{"entry": "award"}], "points_ledger.unequal.points_of_no_breach"),
        (
            "points_ledger",
            [{"entry": "award", "certainty": "confirmed", "points": 2, "balance": 2, "carried": 0}],
            "points_ledger.unequal.points_beyond_their_breach",
        ),
        ("breaches", [{}], "breaches.unequal.breach_without_statement"),
        ("exposure", [{"month": "2025-10"}], "exposure.unequal.money_of_no_breach"),
        (
            "exposure",
            [{"money_low_cny": 3, "money_high_cny": 3}],
            "exposure.unequal.money_unlike_its_effects",
        ),
        ("hits", [{}], "hits.unequal.words_of_no_conversation"),
        ("messages", [{}], "messages.unequal.conversations_count_their_messages"),
        (
            "rule_versions",
            [
                {"effective_from": datetime(2020, 1, 1), "effective_to": datetime(2021, 1, 1)},
                {
                    "effective_from": datetime(2020, 6, 1),
                    "effective_to": datetime(2022, 1, 1),
                    "version_id": "y",
                },
            ],
            "rule_versions.unequal.versions_overlap",
        ),
        ("bands", [{"version_id": "gone"}], "bands.dangling.version_id->rule_versions"),
        ("orders", [{"created_at": datetime(2025, 10, 2)}], "orders.forbidden.paid_before_placed"),
        ("asks", [{"wait_any_seconds": -1}], "asks.forbidden.negative_wait"),
        ("conversations", [{"ended_at": datetime(2025, 9, 30)}], "conversations.forbidden.ends_before_start"),
        ("conversations", [{"messages": 0}], "conversations.forbidden.no_message"),
        ("hits", [{"start": 4, "end": 4}], "hits.forbidden.empty_span"),
        ("agent_status", [{"ended_at": datetime(2025, 9, 30)}], "agent_status.forbidden.ends_before_start"),
        ("rule_versions", [{"effective_from": datetime(2025, 10, 1)}], "rule_versions.forbidden.empty_span"),
        ("verdicts", [{"window_end": datetime(2025, 10, 1)}], "verdicts.forbidden.empty_window"),
        ("verdicts", [{"status": "breach", "value": None}], "verdicts.forbidden.breach_without_value"),
        ("breaches", [{"money_low_cny": -1}], "breaches.forbidden.negative_money"),
        ("breaches", [{"priced": "no"}], "breaches.forbidden.priced_without_amount"),
        ("breaches", [{"pack": "baseline", "home": True}], "breaches.forbidden.baseline_at_home"),
        ("exposure_effects", [{"low": -1}], "exposure_effects.forbidden.negative"),
        (
            "data_coverage",
            [{"status": "ok", "expected": True, "rows": 0}],
            "data_coverage.forbidden.ok_without_rows",
        ),
        ("exposure_matrix", [{"breaches": 3}], "exposure_matrix.unequal.sum_of_breaches"),
        ("exposure_matrix", [{"money_low_cny": 7}], "exposure_matrix.unequal.sum_of_money_low_cny"),
        ("exposure_matrix", [{"points_high": 7}], "exposure_matrix.unequal.sum_of_points_high"),
    ],
)
def test_planted_bad_rows_are_counted(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]], expected: str
) -> None:
    for row in rows:
        insert(connection, table, **row)
    assert expected in wrong(connection, table)


def test_every_declared_check_is_planted() -> None:
    """No identity that nobody has seen fail."""
    [marks] = [mark for mark in test_planted_bad_rows_are_counted.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    planted = {expected for _, _, expected in marks.args[1]}
    declared = {f"{table}.forbidden.{what}" for table, checks in FORBIDDEN.items() for what in checks}
    declared |= {f"{table}.unequal.{what}" for table, checks in IDENTITIES.items() for what in checks}
    assert declared - planted == set()


def test_matrix_agrees_with_exposure(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, "exposure", points_class="A")
    insert(connection, "exposure", points_class="B", money_low_cny=None, money_high_cny=None, breaches=0)
    insert(connection, "exposure", pack="law", points_class="A")
    insert(connection, "exposure_matrix", points_high=2, points_low=2)
    assert wrong(connection, "exposure_matrix") == {}
    connection.execute("update exposure set money_high_cny = null where points_class = 'A'")
    assert wrong(connection, "exposure_matrix") == {"exposure_matrix.unequal.sum_of_money_high_cny": 1}
    connection.execute("update exposure_matrix set money_high_cny = null")
    assert wrong(connection, "exposure_matrix") == {}
    connection.execute("update exposure set money_high_cny = 1 where points_class = 'A'")
    assert wrong(connection, "exposure_matrix") == {"exposure_matrix.unequal.sum_of_money_high_cny": 1}


def test_an_unknown_high_end_leaves_the_matrix_unknown(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, "exposure", money_low_cny=3, money_high_cny=None, breaches=1)
    insert(connection, "exposure", rule_id="y", money_low_cny=1, money_high_cny=2, breaches=1)
    insert(
        connection,
        "exposure_matrix",
        money_low_cny=4,
        money_high_cny=None,
        breaches=2,
        points_low=2,
        points_high=2,
    )
    assert wrong(connection, "exposure_matrix") == {}
    connection.execute("update exposure_matrix set money_high_cny = 5")
    assert wrong(connection, "exposure_matrix") == {"exposure_matrix.unequal.sum_of_money_high_cny": 1}


def test_a_ledger_goes_on_from_what_was_carried(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, "breaches")
    insert(connection, "exposure_effects", effect_kind="points", code="x", low=24, high=24)
    for no, (points, carried, balance) in enumerate([(4, 20, 24), (20, 20, 44)]):
        insert(
            connection, "points_ledger", entry="award", certainty="confirmed", points=points, carried=carried,
            balance=balance, occurred_at=datetime(2025, 1, 1 + no),
        )  # fmt: skip
    assert not [name for name in wrong(connection, "points_ledger") if ".unequal." in name]


def test_long_keys_with_equal_hashes_are_not_repeated(connection: duckdb.DuckDBPyConnection) -> None:
    for no in ("08-000513-1759943242000b1", "08-000514-1759946242000b1"):
        insert(connection, "messages", store_id="taobao/taobao-1", message_id=f"taobao-1-202510{no}")
    assert not [name for name in wrong(connection, "messages") if ".repeated." in name]


def test_null_keys_and_references(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, "sanctions", code="closed")
    insert(connection, "rule_versions")
    insert(connection, "exposure", sanction=None, points_class=None)
    assert "exposure.dangling.sanction->sanctions" not in wrong(connection, "exposure")
    insert(connection, "exposure", sanction="closed", points_class=None)
    assert wrong(connection, "exposure")["exposure.repeated." + "+".join(KEYS["exposure"])] == 1


def test_declarations_name_real_columns() -> None:
    tables = by_name()
    for name, key in KEYS.items():
        assert set(key) <= set(tables[name].names), name
    for name, column, other, other_column in REFERENCES:
        assert column in tables[name].names and other_column in tables[other].names
    assert set(FORBIDDEN) | set(IDENTITIES) <= set(tables)


def test_code_lists_come_from_the_meanings() -> None:
    tables = by_name()
    columns = {(t.name, c.name): allowed_values(t, c) for t in (*RULES, *MARTS) for c in t.columns}
    assert columns["breaches", "certainty"] == ("confirmed", "contingent", "averted")
    assert columns["caps", "mode"] == ("clip", "skip")
    assert columns["rule_versions", "window_kind"] == ("day", "week", "month", "rolling", "calendar")
    assert columns["sources", "kind"] is None
    assert allowed_values(tables["orders"], tables["orders"].columns[0]) is None
