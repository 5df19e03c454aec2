"""The commands around reading: quarantine, privacy scan, init."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import polars as pl
from rich.console import Console
from rich.table import Table

from pipeline.config import load_config
from pipeline.ingest.files import forget_unread
from pipeline.ingest.quarantine import read_quarantine
from pipeline.ingest.scan import scan_warehouse
from pipeline.ingest.templates import CONFIG, write_templates
from pipeline.lang import lang, say
from pipeline.paths import packs_dir

_SHOWN = 200


@click.command("quarantine")
@click.option("--warehouse", type=click.Path(exists=True, file_okay=False, path_type=Path), help="数仓文件夹 / warehouse folder")
@click.option("--format", "kind", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--reread", "exports", type=click.Path(exists=True, file_okay=False, path_type=Path), help="改好之后重读这些导出 / read these exports again after the fix")
@click.pass_context
def quarantine(context: click.Context, warehouse: Path | None, kind: str, exports: Path | None) -> None:
    """列出没能读入的行：哪个文件、哪一行、哪一列、为什么、怎么改。

    Rows that could not be read: file, row, column, why, and how to mend them.
    """
    folder = warehouse or load_config(None).warehouse
    if exports is not None:
        from pipeline.commands import run_command

        forget_unread(folder / "state" / "ingest")
        context.invoke(run_command, exports=exports, warehouse=folder, min_grade="secondary", engine="duckdb")
        return
    rows = read_quarantine(folder)
    worded = rows.rename({f"reason_{lang()}": "reason", f"mend_{lang()}": "mend"}).select("file", "row", "column", "value", "code", "reason", "mend")
    if kind == "json":
        click.echo(json.dumps(worded.to_dicts(), ensure_ascii=False))
    elif kind == "csv":
        click.echo("\ufeff" + worded.write_csv(), nl=False)
    else:
        _show(worded)


def _show(rows: pl.DataFrame) -> None:
    if rows.is_empty():
        click.echo(say("没有被隔离的行", "no row is quarantined"))
        return
    table = Table(title=say(f"{rows.height} 处读不了的单元格", f"{rows.height} cells that could not be read"))
    for heading in (say("文件", "file"), say("行", "row"), say("列", "column"), say("内容", "value"), say("原因", "reason"), say("改法", "mend")):
        table.add_column(heading, overflow="fold")
    for row in rows.head(_SHOWN).to_dicts():
        table.add_row(row["file"], str(row["row"]), row["column"] or "", row["value"] or "", row["reason"], row["mend"])
    Console().print(table)
    if rows.height > _SHOWN:
        click.echo(say(f"只显示前 {_SHOWN} 处，其余见 --format csv", f"the first {_SHOWN}; see --format csv for the rest"))
    click.echo(say("改好后：guize quarantine --reread EXPORTS", "after the fix: guize quarantine --reread EXPORTS"))


@click.group("privacy")
def privacy() -> None:
    """个人信息。

    Personal data.
    """


@privacy.command("scan")
@click.argument("warehouse", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="打印 JSON / print JSON")
def scan(warehouse: Path, as_json: bool) -> None:
    """在数仓里查找漏网的手机号、证件、银行卡、地址、邮箱、微信和 QQ 号；找到则退出码为 1。

    Look for phone numbers, ids, cards, addresses, e-mail, WeChat and QQ ids that slipped through; exit code 1 if any.
    """
    slips, cells = scan_warehouse(warehouse)
    if as_json:
        click.echo(json.dumps({"cells": cells, "slips": [vars(slip) for slip in slips]}, ensure_ascii=False))
    else:
        click.echo(say(f"查看了 {cells:,} 个文字单元格，漏网 {sum(s.cells for s in slips):,} 处", f"{cells:,} text cells looked at, {sum(s.cells for s in slips):,} slips"))
        for slip in slips:
            click.echo(f"  {slip.file}  {slip.column}  {slip.kind} × {slip.cells}  ({say('首见行', 'first row')} {slip.first_row})")
    sys.exit(1 if slips else 0)


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default=Path())
def init(folder: Path) -> None:
    """写出 guize.toml 和各种数据的模板（各带一行示例）；已有的文件不动。

    Write guize.toml and the templates, each with one filled line; files that are there stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = write_templates(folder / "templates", packs_dir())
    config = folder / "guize.toml"
    if not config.exists():
        config.write_text(CONFIG, "utf-8")
        written.append(config)
    (folder / "exports").mkdir(exist_ok=True)
    click.echo(say(f"写出 {len(written)} 个文件：{folder / 'templates'}、{config.name}", f"{len(written)} files written: {folder / 'templates'}, {config.name}"))
    click.echo(say("下一步：把导出文件放进 exports/<平台>/<店铺>/，然后 guize run exports", "next: put exports into exports/<platform>/<store>/, then guize run exports"))
