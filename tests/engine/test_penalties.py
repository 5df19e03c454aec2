"""Penalties, caps, combinations and ladders cost what the rules' own numbers say, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl
import pytest

from pipeline.paths import packs_dir
from pipeline.quality.counts import checks_of, count, tables_in
from pipeline.rules.change import with_fields
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs
from pipeline.rules.model import Packs
from pipeline.tables import MARTS, RULES
from tests.engine.penalty_cases import AT_ONCE, AT_ONCE_56, CASES, GENERAL, GENERAL_8
from tests.penalty_worlds import Expect, Penalty, Unit, World, costs, priced, store_of

OLD = "2024"


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(packs_dir(), strict=False)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory, packs: Packs) -> list[tuple[list[Penalty], World]]:
    """What happened lately and years ago apart, so that neither judges the days between."""
    first = [row.at if isinstance(row, Unit) else row.day for row in (case.happened[0] for case in CASES)]
    old = [case for case, at in zip(CASES, first, strict=True) if at < OLD]
    new = [case for case, at in zip(CASES, first, strict=True) if at >= OLD]
    made = []
    for name, cases, changes in (("new", new, {}), ("old", old, {}), ("general", GENERAL, GENERAL_8), ("once", AT_ONCE, AT_ONCE_56)):
        tables = compile_packs(with_fields(packs, changes) if changes else packs)
        made.append((cases, priced(tmp_path_factory.mktemp(name), cases, tables)))
    return made


def test_there_are_enough_cases() -> None:
    names = [case.name for case in (*CASES, *GENERAL, *AT_ONCE)]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", [case.name for case in (*CASES, *GENERAL, *AT_ONCE)])
def test_hand_computed(worlds: list[tuple[list[Penalty], World]], name: str) -> None:
    for cases, world in worlds:
        for number, case in enumerate(cases):
            if case.name == name:
                _check(world, case, number)
                return
    raise AssertionError(name)


def _check(world: World, case: Penalty, number: int) -> None:
    for rule in {case.rule, *(expect.rule for expect in case.expect if expect.rule)}:
        wanted = _by_certainty([expect for expect in case.expect if (expect.rule or case.rule) == rule])
        got = costs(world, case, number, None if rule == case.rule else rule)
        if not wanted and case.expect:
            continue  # this case speaks of another rule only
        assert {name: _shown(cost) for name, cost in got.items()} == {name: _shown(cost) for name, cost in wanted.items()}


def _by_certainty(expects: Sequence[Expect]) -> dict[str, Expect]:
    return {expect.certainty: expect for expect in expects if expect.certainty != "none"}


def _shown(cost: Expect) -> tuple[object, ...]:
    return cost.money, dict(cost.points), cost.sanction, cost.days


def test_what_new_year_leaves_stands_in_the_ledger(worlds: list[tuple[list[Penalty], World]]) -> None:
    cases, world = worlds[0]
    ledger = world.mart("points_ledger")
    opened = {}
    for number, case in enumerate(cases):
        if case.rule == "taobao.privacy_leak" and "ladder" in case.name:
            rows = ledger.filter(pl.col("store_id") == store_of(case, number), pl.col("pack") == "taobao", pl.col("occurred_at").dt.year() == 2026, pl.col("entry") == "award")
            opened[case.name.split(":")[1].strip()[:2]] = dict(rows.select("certainty", pl.col("carried").cast(pl.Int64)).iter_rows())
    assert opened == {
        "fo": {},
        "18": {"confirmed": 0, "contingent": 0},
        "wh": {"confirmed": 0, "contingent": 30},
        "no": {"confirmed": 48, "contingent": 48},
    }


def test_low_never_above_high_nor_capped_above_uncapped(worlds: list[tuple[list[Penalty], World]]) -> None:
    for _, world in worlds:
        effects = world.mart("exposure_effects")
        assert effects.filter((pl.col("low") > pl.col("high")) | (pl.col("high") > pl.col("uncapped_high"))).is_empty()


def test_the_identities_of_the_gates_hold(worlds: list[tuple[list[Penalty], World]]) -> None:
    """Worlds full of penalties, caps and ladders pass every check that a run makes on its marts."""
    seen: dict[str, int] = {}
    for _, world in worlds:
        with duckdb.connect() as connection:
            for table in (*RULES, *MARTS):
                file = (world.places.rules if table.zone == "rules" else world.places.marts) / f"{table.name}.parquet"
                if file.exists():
                    connection.execute(f"create view {table.name} as select * from '{file}'")
            there = tables_in(connection)
            for table in MARTS:  # the rules of a world are cut to its packs
                if table.name in there:
                    checks = checks_of(table, there)
                    rows, counts = count(connection, table, checks)
                    seen[table.name] = seen.get(table.name, 0) + rows
                    assert {check.name: wrong for check, wrong in zip(checks, counts, strict=True) if wrong} == {}
    assert all(seen[name] > 0 for name in ("exposure", "exposure_effects", "exposure_matrix", "breaches", "points_ledger"))


def test_a_wrong_expectation_is_found(worlds: list[tuple[list[Penalty], World]]) -> None:
    cases, world = worlds[0]
    wrong = Penalty(cases[0].name, cases[0].rule, cases[0].happened, [Expect("confirmed", ("499", "500"))], track=cases[0].track)
    with pytest.raises(AssertionError):
        _check(world, wrong, 0)


