"""The lint names what Spark would read otherwise, and finds nothing in the project's own SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engine.lint import lint
from pipeline.engine.models import Model, load_models
from pipeline.paths import sql_dir


def _codes(sql: str) -> list[str]:
    return [problem.code for problem in lint(Model("m", "marts", sql, Path("sql/marts/m.sql")))]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select date_diff('minute', a, b) as x from t", "sql_function"),
        ("select quantile_cont(a, 0.5) as x from t", "sql_function"),
        ("select list(a order by b) as x from t", "sql_function"),
        ("select list_reduce(a, lambda x, y: x + y) as x from t", "sql_function"),
        ("select dayofweek(a) as x from t", "sql_function"),
        ("select try_strptime(a, '%Y') as x from t", "sql_function"),
        ("select now() as x", "sql_function"),
        ("select sum(a) as x from t", "sql_bare_sum"),
        ("select coalesce(sum(a), 0) as x from t", "sql_bare_sum"),
        ("select cast(a / nullif(b, 0) as bigint) as x from t", "sql_cast_rounds"),
        ("select row_number() over (order by a, b) as x from t", "sql_row_number"),
        ("select lag(a) over (order by b) as x from t", "sql_window_ties"),
        ("select * exclude (a) from t", "sql_star_except"),
        ("select * from a asof join b on a.x >= b.x", "sql_asof"),
        ("with recursive r as (select 1 as n union all select n + 1 from r) select n from r", "sql_recursive"),
        ("select a from t union by name select b from u", "sql_union_by_name"),
        ("select a // b as x from t", "sql_integer_division"),
        ("select a / b as x from t", "sql_division"),
        ('select a as "table" from t', "sql_reserved_name"),
        ("select * from t pivot (count(*) for a in (1, 2))", "sql_pivot"),
    ],
)
def test_finds(sql: str, code: str) -> None:
    assert code in _codes(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(sum(a) as bigint) as x from t",
        "select cast(sum(a) filter (where b) as decimal(18, 2)) as x from t",
        "select cast(row_number() over (order by a, b) as bigint) as x from t",
        "select a / nullif(b, 0) as x from t",
        "select a / 3600 as x from t",
        "select cast(floor(a / nullif(b, 0)) as bigint) as x from t",
    ],
)
def test_leaves_alone(sql: str) -> None:
    assert _codes(sql) == []


def test_the_projects_own_sql_is_portable() -> None:
    found = [str(problem) for model in load_models(sql_dir()).values() for problem in lint(model)]
    assert found == []
