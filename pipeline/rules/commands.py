"""The commands of `guize rules`: check, list, show, compare, diff, coverage."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.lang import say
from pipeline.rules.load import load_packs

DEFAULT_PACKS = Path(__file__).resolve().parents[2] / "platform_rules"


@click.group()
@click.option("--packs", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DEFAULT_PACKS)
@click.pass_context
def rules(context: click.Context, packs: Path) -> None:
    """Check, show and compare the rule packs."""
    context.obj = packs


@rules.command()
@click.pass_obj
def check(packs: Path) -> None:
    """Read every pack strictly; print what is wrong and how to mend it."""
    loaded = load_packs(packs, strict=False)
    for problem in loaded.problems:
        click.echo(str(problem))
    count, rule_count = len(loaded.problems), len(loaded.rules)
    click.echo(say(f"{rule_count} 条规则，{count} 处问题", f"{rule_count} rules, {count} problems"), err=True)
    if loaded.problems:
        raise SystemExit(3)


if __name__ == "__main__":
    rules()
