"""Name what in a SQL file would not mean the same on DuckDB and on Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipeline.engine.models import Model
from pipeline.problems import Problem

# function as sqlglot names it, or as written -> what to write in its place
NOT_PORTABLE = {
    "date_diff": "epoch(b) - epoch(a)",
    "datediff": "epoch(b) - epoch(a)",
    "quantile_cont": "median, or a count below the bound",
    "percentile_cont": "median, or a count below the bound",
    "day_of_week": "date_trunc('week', day)",
    "dayofweek": "date_trunc('week', day)",
    "try_strptime": "parse while reading",
    "list_reduce": "unnest and aggregate",
    "list_sum": "unnest and sum",
    "generate_series": "the table calendar",
    "list": "min, max or count; the order of a list is not kept",
    "array_agg": "min, max or count; the order of a list is not kept",
    "string_agg": "min or max; the order is not kept",
    "hash": "md5",
    "random": "a column of the facts",
    "now": "a column of the facts",
    "current_date": "a column of the facts",
    "current_timestamp": "a column of the facts",
}
RESERVED = {"at", "table", "window", "order", "group", "rank"}
_INTEGER_SUM = "cast(sum(…) as bigint) or as decimal"


def lint(model: Model) -> list[Problem]:
    """Every finding in one file; none means that the file is inside the portable subset."""
    tree = sqlglot.parse_one(model.sql, read="duckdb")
    assert isinstance(tree, exp.Query), model.path
    return [
        Problem(
            code, f"{_short(model.path)}", f"{what} 在 DuckDB 与 Spark 上不同", f"{what} differs between DuckDB and Spark",
            f"改写为 {mend}", f"write {mend}",
        )
        for check in CHECKS
        for code, what, mend in check(tree)
    ]  # fmt: skip


def _short(path: Path) -> str:
    return f"sql/{path.parent.name}/{path.name}"


Finding = tuple[str, str, str]


def _functions(tree: exp.Query) -> Iterator[Finding]:
    for call in tree.find_all(exp.Func):
        names = {call.sql_name().lower(), (call.name or "").lower() if isinstance(call, exp.Anonymous) else ""}
        for name in names & NOT_PORTABLE.keys():
            yield "sql_function", name, NOT_PORTABLE[name]


def _bare_sums(tree: exp.Query) -> Iterator[Finding]:
    for call in tree.find_all(exp.Sum):
        parent = call.parent
        while isinstance(parent, exp.Filter | exp.Window | exp.Paren | exp.Coalesce):
            parent = parent.parent
        if not isinstance(parent, exp.Cast):
            yield "sql_bare_sum", call.sql(dialect="duckdb"), _INTEGER_SUM


def _float_to_int(tree: exp.Query) -> Iterator[Finding]:
    integers = {exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT}
    exact = (exp.Floor, exp.Ceil, exp.Sum, exp.Count, exp.Extract, exp.Window, exp.Filter, exp.Literal, exp.Null, exp.Column)
    for cast in tree.find_all(exp.Cast):
        inner = cast.this.unnest()
        divides = any(True for _ in cast.this.find_all(exp.Div))
        if cast.to.this in integers and divides and not isinstance(inner, exact):
            yield "sql_cast_rounds", cast.sql(dialect="duckdb"), "cast(floor(x) as bigint)"


def _row_numbers(tree: exp.Query) -> Iterator[Finding]:
    for call in tree.find_all(exp.RowNumber):
        window = call.parent
        if isinstance(window, exp.Window) and not isinstance(window.parent, exp.Cast | exp.EQ | exp.LTE | exp.LT):
            yield "sql_row_number", "row_number()", "cast(row_number() over (…) as bigint)"


def _unordered_windows(tree: exp.Query) -> Iterator[Finding]:
    for window in tree.find_all(exp.Window):
        order = window.args.get("order")
        ordered = isinstance(window.this, exp.RowNumber | exp.Lag | exp.Lead | exp.FirstValue | exp.LastValue)
        if ordered and (order is None or len(order.expressions) < 2):
            yield (
                "sql_window_ties", window.sql(dialect="duckdb")[:60],
                "an order by whose last column is unique",
            )  # fmt: skip


def _shapes(tree: exp.Query) -> Iterator[Finding]:
    for _ in tree.find_all(exp.Pivot):
        yield "sql_pivot", "pivot", "filter (where …)"
    for star in tree.find_all(exp.Star):
        if star.args.get("except_") or star.args.get("replace") or star.args.get("except"):
            yield "sql_star_except", "* exclude/replace", "the columns by name"
    for join in tree.find_all(exp.Join):
        if (join.args.get("method") or "").upper() == "ASOF":
            yield "sql_asof", "asof join", "a join on a range"
    for with_ in tree.find_all(exp.With):
        if with_.args.get("recursive"):
            yield "sql_recursive", "with recursive", "an ordered fold in Python"
    for union in tree.find_all(exp.Union):
        if union.args.get("by_name"):
            yield "sql_union_by_name", "union by name", "union all with the columns in order"
    for division in tree.find_all(exp.IntDiv):
        yield "sql_integer_division", division.sql(dialect="duckdb"), "cast(floor(a / b) as bigint)"


def _unsafe_division(tree: exp.Query) -> Iterator[Finding]:
    for division in tree.find_all(exp.Div):
        right = division.expression.unnest()
        if not isinstance(right, exp.Nullif | exp.Literal):
            yield "sql_division", division.sql(dialect="duckdb")[:60], "a / nullif(b, 0)"


def _names(tree: exp.Query) -> Iterator[Finding]:
    for alias in tree.find_all(exp.Alias, exp.TableAlias):
        if alias.alias.lower() in RESERVED:
            yield "sql_reserved_name", alias.alias, "another name"


CHECKS: tuple[Callable[[exp.Query], Iterator[Finding]], ...] = (
    _functions, _bare_sums, _float_to_int, _row_numbers, _unordered_windows, _shapes, _unsafe_division, _names,
)  # fmt: skip
