"""The commands that judge and show what it costs: run, exposure, explain, whatif."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline.config import load_config
from pipeline.lang import say
from pipeline.paths import packs_dir, sql_dir

GRADES = ("official", "secondary", "training", "hearsay")


@click.command("run")
@click.argument("exports", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--warehouse", type=click.Path(file_okay=False, path_type=Path), help="数仓文件夹，默认 ./warehouse / warehouse folder")
@click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="guize.toml")
@click.option("--packs", type=click.Path(exists=True, file_okay=False, path_type=Path), help="规则包文件夹 / rule packs")
@click.option("--min-grade", type=click.Choice(GRADES), default="secondary", show_default=True, help="采信的最低证据等级 / lowest grade of evidence that binds")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="计算引擎 / engine")
@click.option("--full", is_flag=True, help="全部重算 / rebuild everything")
@click.option("--json", "as_json", is_flag=True, help="在标准输出打印一个 JSON 摘要 / print one summary object on stdout")
def run_command(
    exports: Path, warehouse: Path | None, config_file: Path | None, packs: Path | None, min_grade: str,
    engine: str, full: bool, as_json: bool,
) -> None:  # fmt: skip
    """读入导出文件，按六平台规则判定，发布结果。

    Read exports, judge them by every platform's rules, publish the result.

    EXPORTS 下每家店一个文件夹：<平台>/<店铺>/ · one folder per store below EXPORTS: <platform>/<store>/
    """
    from pipeline.quality.gates import Gates

    if engine == "spark":
        raise click.UsageError(say("Spark 引擎尚未提供，请用 duckdb", "the Spark engine is not there yet; use duckdb"))
    beside = exports.parent / "guize.toml"
    config = load_config(config_file or (beside if beside.exists() else None))
    folder = warehouse or config.warehouse
    with Gates(folder) as gates:  # its process starts while this one imports what follows
        from pipeline.publish.after import after_run
        from pipeline.publish.report import write_report
        from pipeline.run import run
        from pipeline.show import show_run

        with _progress() as progress:
            summary = run(
                exports, folder, config=config, packs=packs or packs_dir(), sql=sql_dir(), min_grade=min_grade,
                full=full, progress=progress, gates=gates, and_then=partial(write_report, folder),
            )  # fmt: skip
        if summary.published:
            for line in after_run(folder, config):
                click.echo(line, err=True)
        if as_json:
            click.echo(json.dumps(summary.as_json(), ensure_ascii=False))
        else:
            show_run(summary)
    sys.exit(summary.exit_code)


@click.command("exposure")
@click.option("--warehouse", type=click.Path(exists=True, file_okay=False, path_type=Path), help="数仓文件夹 / warehouse folder")
@click.option("--store", help="只看一家店 / one store only")
@click.option("--month", help="只看一个月 YYYY-MM / one month only")
@click.option("--format", "kind", type=click.Choice(["table", "csv", "json", "xlsx"]), default="table", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="写到文件 / write to a file")
@click.option("--pareto", is_flag=True, help="代价最集中的十种行为 / the ten behaviours that carry most")
@click.option("--policy", is_flag=True, help="写出满足所有平台的统一标准（网页） / write the one standard that satisfies every platform, as a page")
def exposure(
    warehouse: Path | None, store: str | None, month: str | None, kind: str, output: Path | None, pareto: bool, policy: bool
) -> None:
    """每家店在每个平台规则下的代价。

    What each store's behaviour costs under every platform's rules.
    """
    from pipeline.show import show_exposure, show_pareto

    folder = warehouse or load_config(None).warehouse
    if policy:
        from pipeline.policy import write_policy

        file = write_policy(folder, output or Path("guize-policy.html"))
        click.echo(say(f"已写出 {file}", f"written: {file}"), err=True)
    elif pareto:
        show_pareto(folder, store, kind)
    else:
        show_exposure(folder, store, month, kind, output)


@click.command("explain")
@click.argument("breach_id")
@click.option("--warehouse", type=click.Path(exists=True, file_okay=False, path_type=Path), help="数仓文件夹 / warehouse folder")
@click.option("--packs", type=click.Path(exists=True, file_okay=False, path_type=Path), help="规则包文件夹 / rule packs")
@click.option("--json", "as_json", is_flag=True, help="打印一个 JSON 对象 / print one object")
def explain(breach_id: str, warehouse: Path | None, packs: Path | None, as_json: bool) -> None:
    """一次违规的来龙去脉：证据、规则、算术、出处。

    One breach from evidence to cost: rule text, arithmetic, citation, what would have avoided it.

    BREACH_ID 写开头几位即可 · the beginning of an id is enough
    """
    from pipeline.explain import as_json as plain
    from pipeline.explain import explain as explained
    from pipeline.explain_show import lines_of

    told = explained(warehouse or load_config(None).warehouse, breach_id, packs=packs or packs_dir(), sql=sql_dir())
    if as_json:
        click.echo(json.dumps(plain(told), ensure_ascii=False))
    else:
        click.echo("\n".join(lines_of(told)))


@click.command("whatif")
@click.argument("other", metavar="[PACKS]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "fields", multiple=True, metavar="RULE.FIELD=VALUE", help="改现行最新版本的一个字段，可重复 / set a field of the latest version in force; repeatable")
@click.option("--track", type=click.Choice(["draft", "trial", "training"]), help="以此轨道替换现行 / put this track in the place of what is in force")
@click.option("--warehouse", type=click.Path(exists=True, file_okay=False, path_type=Path), help="数仓文件夹 / warehouse folder")
@click.option("--packs", type=click.Path(exists=True, file_okay=False, path_type=Path), help="作为起点的规则包 / the packs to start from")
@click.option("--min-grade", type=click.Choice(GRADES), default="secondary", show_default=True, help="采信的最低证据等级 / lowest grade of evidence that binds")
@click.option("--json", "as_json", is_flag=True, help="打印一个 JSON 对象 / print one object")
def whatif(
    other: Path | None, fields: tuple[str, ...], track: str | None, warehouse: Path | None, packs: Path | None,
    min_grade: str, as_json: bool,
) -> None:  # fmt: skip
    """换一套规则重判历史，看什么会变；数仓不动。

    Judge history again by changed rules and show what moves by store and rule; the warehouse stays as it is.

    例 · e.g. guize whatif --set pinduoduo.reply_rate.within_seconds=120
    """
    from pipeline.show import console
    from pipeline.whatif import whatif as judged
    from pipeline.whatif_show import as_json as plain
    from pipeline.whatif_show import summary_of, table_of, words_summary_of, words_table_of

    if not (other or fields or track):
        raise click.UsageError(say("给出规则包文件夹、--set 或 --track", "give a folder of packs, --set or --track"))
    if any("=" not in field for field in fields):
        raise click.UsageError(say("--set 写成 规则.字段=值", "write --set as RULE.FIELD=VALUE"))
    changes = dict(field.split("=", 1) for field in fields)
    config = load_config(None)
    found = judged(
        warehouse or config.warehouse, packs=packs or packs_dir(), sql=sql_dir(), other=other, changes=changes, track=track,
        min_grade=min_grade, allowed=config.allowed_words,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(plain(found), ensure_ascii=False))
        return
    if found.words.height:
        console().print(words_table_of(found))
        click.echo(words_summary_of(found))
    if found.moves.height:
        console().print(table_of(found))
    click.echo(summary_of(found))


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, a line per stage elsewhere; always on stderr."""
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def tell(what: str, number: int, of: int) -> None:
            # a file is a path, a part to measure is batch and measure, what remains is one model by name
            stage = ("读入文件", "reading files") if "/" in what else ("量", "measuring") if " " in what else ("判定、计价", "judging, pricing")
            if stage[1] not in seen and number in (0, 1):
                seen.add(stage[1])
                click.echo(say(f"{stage[0]}（{of}）", f"{stage[1]} ({of})"), err=True)

        yield tell
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("开始", "starting"), total=None)

        def move(what: str, number: int, of: int) -> None:
            bar.update(task, description=what[:40], completed=number, total=of or None)

        yield move
