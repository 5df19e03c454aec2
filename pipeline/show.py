"""Print what a run did and what it costs, for people at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl
from rich.console import Console
from rich.table import Table

from pipeline.lang import lang, say
from pipeline.problems import GuizeError, Problem

if TYPE_CHECKING:
    from pipeline.run import Summary


def show_run(summary: Summary) -> None:
    """The accounts of the rows read, the exposure, what is due next, where things are."""
    screen = console()
    report = summary.ingested
    if report.files.height:
        screen.print(_rows_table(report.tables.to_dicts()))
    for problem in report.refused:
        screen.print(str(problem), style="red", markup=False, highlight=False)
    for note in report.notes:
        screen.print(str(note), style="dim", markup=False, highlight=False)
    if not summary.published:
        screen.print(
            say("没有新内容：文件、规则和程序都没变，沿用当前版本。", "nothing new: same files, rules and SQL; the current release stands.")
        )
        return
    matrix = pl.read_parquet(summary.warehouse / "current" / "exposure_matrix.parquet")
    screen.print(_matrix_table(matrix.filter(pl.col("track") == "in_force")))
    _show_deadlines(screen, pl.read_parquet(summary.warehouse / "current" / "open_deadlines.parquet"))
    screen.print(
        say(
            f"数仓：{summary.warehouse}（SQL 或 BI 只读打开 {summary.warehouse / 'guize.duckdb'}）",
            f"warehouse: {summary.warehouse} (open {summary.warehouse / 'guize.duckdb'} read-only by SQL or BI)",
        ),
        markup=False,
    )
    screen.print(
        say(
            f"下一步：guize exposure --warehouse {summary.warehouse}",
            f"next: guize exposure --warehouse {summary.warehouse}",
        ),
        markup=False,
    )


def show_exposure(warehouse: Path, store: str | None, month: str | None, kind: str, output: Path | None) -> None:
    """Print or write the exposure of the current release.

    Raises:
        GuizeError: when there is no release, or no such store or month in it.
    """
    current = _current(warehouse)
    if kind == "table":
        matrix = _only(pl.read_parquet(current / "exposure_matrix.parquet"), store, month)
        console().print(_matrix_table(matrix))
        return
    rows = _only(pl.read_parquet(current / "exposure.parquet"), store, month)
    if kind == "xlsx":
        from pipeline.publish.workbook import write_workbook

        target = output or Path("guize-exposure.xlsx")
        write_workbook(warehouse, target, store, month)
        click.echo(say(f"已写出 {target}", f"written: {target}"), err=True)
        return
    text = rows.write_csv() if kind == "csv" else rows.write_json()
    if output:
        output.write_text(("\ufeff" if kind == "csv" else "") + text, encoding="utf-8")
        click.echo(say(f"已写出 {output}", f"written: {output}"), err=True)
    else:
        sys.stdout.write(text + ("" if text.endswith("\n") else "\n"))


def show_pareto(warehouse: Path, store: str | None, kind: str) -> None:
    """Print the behaviours that carry most of the exposure: a table, or all of them as csv or json.

    Raises:
        GuizeError: when there is no release, or no such store in it.
    """
    from pipeline.pareto_show import pareto_rows, pareto_table

    frame = _only(pl.read_parquet(_current(warehouse) / "pareto.parquet"), store, None)
    if kind == "table":
        console().print(pareto_table(pareto_rows(warehouse, store)))
    else:
        sys.stdout.write(frame.write_csv() if kind == "csv" else frame.write_json() + "\n")


def _current(warehouse: Path) -> Path:
    current = warehouse / "current"
    if not (current / "exposure.parquet").exists():
        raise GuizeError(
            Problem(
                "no-release", str(warehouse), "这里还没有发布过结果", "nothing was published here yet",
                f"先运行 guize run EXPORTS --warehouse {warehouse}", f"run guize run EXPORTS --warehouse {warehouse} first",
            )
        )  # fmt: skip
    return current


def _only(frame: pl.DataFrame, store: str | None, month: str | None) -> pl.DataFrame:
    frame = frame.filter(pl.col("track") == "in_force")
    for column, wanted in (("store_id", store), ("month", month)):
        if wanted is None:
            continue
        known = frame.get_column(column).unique().sort().to_list()
        if wanted not in known:
            near = ", ".join(str(value) for value in known[:12])
            raise GuizeError(
                Problem(
                    "unknown-value", f"--{column.removesuffix('_id')} {wanted}", "结果里没有", "not in the result",
                    f"可选：{near}", f"one of: {near}",
                )
            )  # fmt: skip
        frame = frame.filter(pl.col(column) == wanted)
    return frame


def _rows_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(title=say("读入的行", "rows read"))
    table.add_column(say("表", "table"))
    for name in (say("读到", "read"), say("装入", "loaded"), say("被取代", "superseded"), say("隔离", "quarantined")):
        table.add_column(name, justify="right")
    for row in rows:
        if not row["read"]:  # a file refused before its table was known; it is named below
            continue
        table.add_row(
            str(row["table"]), *(f"{row[name]:,}" for name in ("read", "loaded", "superseded", "quarantined"))
        )
    return table


def _matrix_table(matrix: pl.DataFrame) -> Table:
    """One row per store and judging code, months together; confirmed and contingent side by side, never added."""
    table = Table(title=say("各店在各平台规则下的代价（★ 本平台）", "what each store costs under every platform's rules (★ its own)"))
    table.add_column(say("店铺", "store"), overflow="fold")  # a number cut short would be another number
    table.add_column(say("规则", "rules"), overflow="fold")
    for certainty in (say("已确认", "confirmed"), say("待定", "contingent")):
        for unit in (say("次", "no."), say("元", "yuan"), say("分", "points"), say("处置天", "days")):
            table.add_column(f"{certainty}\n{unit}", justify="right", overflow="fold")
    sums = ("money_low_cny", "money_high_cny", "points_low", "points_high")
    grouped = (
        matrix.filter(pl.col("certainty") != "averted")
        .group_by("store_id", "pack", "home", "certainty")
        .agg(
            pl.col("breaches").sum(),
            *(pl.col(name).sum() for name in sums),
            *(pl.col(name).count().alias(f"{name}_known") for name in sums if "_low" in name),
            *(_high_known(name) for name in sums if "_high" in name),
            pl.col("sanction_days_high").max(),
        )
    )
    cells = {(row["store_id"], row["pack"], row["certainty"]): row for row in grouped.to_dicts()}
    order = grouped.select("store_id", "pack", "home").unique().sort("store_id", "home", "pack", descending=[False, True, False])
    last = None
    for store, pack, home in order.rows():
        found = [cells.get((store, pack, certainty)) for certainty in ("confirmed", "contingent")]
        texts = [text for cell in found for text in _cell(cell)]
        if last not in (None, store):
            table.add_section()
        table.add_row("" if last == store else store, f"{pack}{' ★' if home else ''}", *texts)
        last = store
    return table


def _high_known(name: str) -> pl.Expr:
    """Months whose high end is known; none when any month is known at its low end only."""
    open_above = (pl.col(name.replace("_high", "_low")).is_not_null() & pl.col(name).is_null()).any()
    return pl.when(open_above).then(0).otherwise(pl.col(name).count()).alias(f"{name}_known")


def _cell(row: Mapping[str, Any] | None) -> list[str]:
    if row is None:
        return ["", "", "", ""]
    days = row["sanction_days_high"]
    return [
        f"{row['breaches']:,}",
        _span(row, "money", "_cny", 2),
        _span(row, "points", "", 1),
        "" if days is None else f"{float(days):g}",
    ]


def _span(row: Mapping[str, Any], name: str, suffix: str, digits: int) -> str:
    """Low to high; an unknown end is said to be unknown, and nothing at all stays empty."""
    known = [row[f"{name}_{end}{suffix}_known"] for end in ("low", "high")]
    if not any(known):
        return ""
    ends = [f"{float(row[f'{name}_{end}{suffix}']):,.{digits}f}" if known[n] else say("不详", "unknown") for n, end in enumerate(("low", "high"))]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _show_deadlines(screen: Console, deadlines: pl.DataFrame) -> None:
    nearest = deadlines.sort("due_at", "store_id", "rule_id").head(3)
    if nearest.is_empty():
        screen.print(say("没有快到期的事。", "nothing is due next."))
        return
    screen.print(say("最急的三件事：", "the three most urgent:"))
    for row in nearest.to_dicts():
        stake = _span(
            {
                "money_low_cny": row["at_stake_low"] or 0, "money_high_cny": row["at_stake_high"] or 0,
                "money_low_cny_known": row["at_stake_low"] is not None, "money_high_cny_known": row["at_stake_high"] is not None,
            },
            "money", "_cny", 2,
        )  # fmt: skip
        at_stake = say(f"，误期 {stake} 元", f", {stake} yuan at stake") if stake else ""
        screen.print(f"  {row['store_id']}  {row[lang()]}{at_stake}", markup=False, highlight=False)


def console() -> Console:
    """Where tables are printed: as wide as the terminal, else wide enough for a file."""
    made = Console()
    return made if made.is_terminal else Console(width=140)
