"""The command `guize demo`: write sample exports of all platforms and the truth about them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click
import polars as pl
from rich.console import Console
from rich.progress import Progress

from pipeline.demo.generate import World, clear, generate
from pipeline.demo.plan import make_plan
from pipeline.demo.truth.judge import (
    HOLDS_FROM,
    HOLDS_UNTIL,
    holds,
    judge,
    truth_rows,
    truth_totals,
    write_truth,
)
from pipeline.lang import say


@click.command("demo")
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path("demo")
)
@click.option("--stores", type=click.IntRange(1), default=12, show_default=True, help="店铺数 / stores")
@click.option("--days", type=click.IntRange(1), default=45, show_default=True, help="天数 / days")
@click.option(
    "--messages",
    type=click.IntRange(1),
    default=60_000,
    show_default=True,
    help="约多少条消息 / about so many messages",
)
@click.option("--seed", type=click.IntRange(0), default=20251012, show_default=True, help="随机种子 / seed")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2025-10-12",
    show_default=True,
    help="最后一天 / last day",
)
def demo(folder: Path, stores: int, days: int, messages: int, seed: int, until: dt.datetime) -> None:
    """写出各平台的示例导出与其中的真相。

    Sample exports of all platforms, and the truth about them.
    """
    plan = make_plan(stores, days, messages, seed, until.date())
    clear(folder)
    files = talks = orders = 0
    rows: list[pl.DataFrame] = []
    totals: list[pl.DataFrame] = []
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task(say("写示例导出", "writing sample exports"), total=stores)

        def tell(world: World, paths: list[Path]) -> None:
            nonlocal files, talks, orders
            files, talks, orders = (
                files + len(paths),
                talks + len(world.messages.talk),
                orders + len(world.orders),
            )
            if holds(plan):
                breaches = judge(world)
                rows.append(truth_rows(breaches))
                totals.append(truth_totals(breaches))
            progress.advance(bar)

        generate(folder, plan, tell)
    if rows:
        write_truth(folder, rows, totals)
    click.echo(
        say(
            f"{stores} 个店铺，{talks:,} 条消息，{orders:,} 个订单，{files} 个文件：{folder / 'exports'}",
            f"{stores} stores, {talks:,} messages, {orders:,} orders, {files} files: {folder / 'exports'}",
        )
    )
    if rows:
        click.echo(say(f"真相：{folder / 'truth.parquet'}", f"truth: {folder / 'truth.parquet'}"))
    else:
        click.echo(
            say(
                f"没有真相：它只对 {HOLDS_FROM} 至 {HOLDS_UNTIL} 的规则成立",
                f"no truth: it holds for the rules of {HOLDS_FROM} to {HOLDS_UNTIL} only",
            )
        )
    click.echo(say(f"下一步：guize run {folder / 'exports'}", f"next: guize run {folder / 'exports'}"))
