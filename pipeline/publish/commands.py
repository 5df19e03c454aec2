"""The commands that publish and look after a warehouse: report, publish, releases, appeal, doctor."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

import click

from pipeline.config import load_config
from pipeline.lang import say

WAREHOUSE = click.option(
    "--warehouse",
    type=click.Path(file_okay=False, path_type=Path),
    help="数仓文件夹，默认取 guize.toml / warehouse folder",
)


def _folder(warehouse: Path | None) -> Path:
    return warehouse or load_config(None).warehouse


@click.command("report")
@WAREHOUSE
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="写到哪里 / where to write it"
)
@click.option("--open", "show", is_flag=True, help="写完在浏览器中打开 / open it in the browser")
def report(warehouse: Path | None, output: Path | None, show: bool) -> None:
    """写出一页静态报告，不联网即可打开。

    Write the report: one static page that opens without network, in Chinese and English.
    """
    from pipeline.publish.report import write_report

    file = write_report(_folder(warehouse), output)
    click.echo(say(f"报告：{file}", f"report: {file}"))
    if show:
        webbrowser.open(file.resolve().as_uri())


@click.command("publish")
@WAREHOUSE
@click.option(
    "--to", "url", required=True, metavar="URL", envvar="GUIZE_PUBLISH_URL", help="postgresql://用户@主机/库"
)
def publish_command(warehouse: Path | None, url: str) -> None:
    """把集市与规则表推送到 PostgreSQL：一个事务，只写变了的表。

    Push marts and rule tables to PostgreSQL in one transaction, only what changed. The password may stand in
    PGPASSWORD or ~/.pgpass rather than in the address.
    """
    from pipeline.publish.push import push

    if not url.startswith(("postgresql://", "postgres://")):
        raise click.BadParameter(
            say("目前只支持 postgresql://", "only postgresql:// is supported"), param_hint="--to"
        )
    pushed = push(_folder(warehouse), url)
    rows = sum(pushed.copied.values())
    click.echo(
        say(
            f"写入 {len(pushed.copied)} 张表、{rows:,} 行；{len(pushed.unchanged)} 张未变，未动",
            f"{len(pushed.copied)} tables, {rows:,} rows copied; {len(pushed.unchanged)} unchanged",
        )
    )


@click.command("releases")
@WAREHOUSE
@click.option("--rollback", metavar="RUN", help="退回到这一次运行 / make this run's release the current one")
def releases_command(warehouse: Path | None, rollback: str | None) -> None:
    """列出保留的版本；--rollback 一步退回。

    List the releases that are kept, or roll back to one.
    """
    from pipeline.publish.lock import warehouse_lock
    from pipeline.publish.release import releases
    from pipeline.publish.release import rollback as roll_back

    folder = _folder(warehouse)
    if rollback:
        with warehouse_lock(folder):
            roll_back(folder, rollback)
    for release in releases(folder):
        mark = "→" if release.current else " "
        breaches = release.rows.get("breaches", 0)
        click.echo(
            f"{mark} {release.run_id}  {release.published_at:%Y-%m-%d %H:%M}  "
            + say(f"违规 {breaches:,} 行", f"{breaches:,} rows of breaches")
        )


@click.command("doctor")
@WAREHOUSE
@click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="guize.toml")
def doctor(warehouse: Path | None, config_file: Path | None) -> None:
    """检查版本、存储格式、锁、密钥权限、磁盘与数据缺口。

    Check versions, storage format, locks, the key file's rights, disk space and holes in the data.
    """
    from pipeline.publish.doctor import examine

    config = load_config(config_file)
    findings = examine(warehouse or config.warehouse, config)
    signs = {"ok": "✓", "warn": "!", "bad": "✗"}
    for finding in findings:
        click.echo(f"{signs[finding.state]} {say(finding.zh, finding.en)}")
        if finding.mend_zh:
            click.echo(f"    {say(finding.mend_zh, finding.mend_en)}")
    sys.exit(1 if any(finding.state == "bad" for finding in findings) else 0)


@click.command("appeal")
@click.argument("breaches", nargs=-1, required=True, metavar="BREACH…")
@WAREHOUSE
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("appeals"), show_default=True
)
def appeal(breaches: tuple[str, ...], warehouse: Path | None, output: Path) -> None:
    """为违规准备申诉材料：条款、时间线、脱敏对话、可用的豁免、截止日。

    Prepare appeal packs: clause, timeline, masked talk, exemptions that may apply, deadline.
    """
    from pipeline.publish.appeal import write_appeals

    written = write_appeals(_folder(warehouse), breaches, output)
    for folder in written:
        click.echo(str(folder))
    click.echo(say(f"汇总：{output / 'appeals.csv'}", f"all of them: {output / 'appeals.csv'}"))
