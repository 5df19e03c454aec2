"""The description of the tables holds together: types, names, meanings, schemas that agree."""

from __future__ import annotations

import duckdb
import polars as pl

from pipeline.tables import ALL, FACTS, MARTS, RULES, SQL_TYPES, STATE, by_name


def test_names_are_unique_and_types_known() -> None:
    assert len(by_name()) == len(ALL) == len(FACTS) + len(RULES) + len(STATE) + len(MARTS)
    for table in ALL:
        assert len(set(table.names)) == len(table.names), table.name
        for column in table.columns:
            assert column.type in SQL_TYPES, (table.name, column.name)
            assert column.zh and column.en, (table.name, column.name)
            assert column.name.isidentifier() and column.name == column.name.lower()


def test_schemas_of_arrow_polars_and_duckdb_agree() -> None:
    with duckdb.connect() as connection:
        for table in ALL:
            frame = pl.DataFrame(schema=table.polars_schema())
            assert frame.to_arrow().cast(table.arrow_schema()).schema.equals(table.arrow_schema())
            described = connection.execute(f"describe {table.empty_select()}").fetchall()
            assert [(row[0], row[1]) for row in described] == [(c.name, c.sql_type) for c in table.columns]


def test_every_mart_says_which_run_and_track() -> None:
    for table in MARTS:
        assert {"run_id", "packs_version"} <= set(table.names)
        assert table.name == "runs" or "track" in table.names
