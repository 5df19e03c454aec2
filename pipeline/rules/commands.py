"""The commands of `guize rules`: check, list, show, compare, diff, coverage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.lang import say
from pipeline.paths import packs_dir
from pipeline.problems import GuizeError, Problem, RulesInvalid
from pipeline.rules.load import load_packs
from pipeline.rules.model import TRACKS, Packs
from pipeline.rules.output import FORMATS, write_sheet
from pipeline.text.lexicon import load_lexicons

F = TypeVar("F", bound=Callable[..., Any])


def _formats(command: F) -> F:
    """Give a command --format and --output."""
    chosen = click.option(
        "--format",
        "kind",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="输出格式 / format of the output",
    )
    target = click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), help="写到文件 / write to a file"
    )
    return chosen(target(command))


@click.group()
@click.option(
    "--packs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="规则包文件夹，默认随程序安装的 / rule packs, else the installed ones",
)
@click.pass_context
def rules(context: click.Context, packs: Path | None) -> None:
    """检查、查看、比较规则包。

    Check, show and compare the rule packs.
    """
    context.obj = packs or packs_dir()


@rules.command()
@click.pass_obj
def check(packs: Path) -> None:
    """逐条严格检查规则包和词库：哪个文件、哪一行、哪条规则、哪个键，怎么改。

    Read every pack and lexicon strictly; each problem names file, line, rule, key and the mend. Exit code 3 if any.
    """
    loaded = load_packs(packs, strict=False)
    problems = [*loaded.problems, *_lexicon_problems(packs)]
    for problem in problems:
        click.echo(str(problem))
    found, versions = len(problems), sum(len(rule.versions) for rule in loaded.rules.values())
    told = (len(loaded.rules), versions, len(loaded.cases), len(loaded.statements))
    click.echo(
        say(
            "{} 条规则，{} 个版本，{} 个案例，{} 条证据".format(*told)
            + (f"；{found} 处问题" if found else "；没有问题"),
            "{} rules, {} versions, {} cases, {} statements".format(*told)
            + (f"; {found} problems" if found else "; no problems"),
        ),
        err=bool(found),
    )
    if found:
        raise SystemExit(3)


def _lexicon_problems(packs: Path) -> Sequence[Problem]:
    try:
        load_lexicons(packs / "lexicons")
    except RulesInvalid as refused:
        return refused.problems
    return ()


@rules.command("list")
@_formats
@click.pass_obj
def list_rules(packs: Path, kind: str, output: Path | None) -> None:
    """列出全部规则。

    List every rule: id, title, concept, who it binds, how many versions, the newest date.
    """
    from pipeline.rules.pages import list_sheet

    write_sheet(list_sheet(_load(packs)), kind, output, "guize-rules")


@rules.command()
@click.argument("rule_id", metavar="ID")
@_formats
@click.pass_obj
def show(packs: Path, rule_id: str, kind: str, output: Path | None) -> None:
    """看一条规则的各个版本、处罚、假定、证据和出处。

    One rule: its versions in words, what they cost, what is assumed, the documents behind them.
    """
    from pipeline.rules.pages import rule_sheet

    loaded = _load(packs)
    rule = loaded.rules.get(rule_id)
    if rule is None:
        raise _unknown("ID", rule_id, list(loaded.rules))
    write_sheet(rule_sheet(loaded, rule), kind, output, rule_id)


@rules.command()
@click.option("--concept", help="只看一个概念，如 reply_rate / one concept")
@click.option(
    "--as-of",
    "as_of",
    metavar="DATE",
    help="某日时的规则，默认今天 / the rules on that day, today unless told",
)
@click.option(
    "--track",
    type=click.Choice(TRACKS),
    default="in_force",
    show_default=True,
    help="轨道 / in force, or as taught, drafted, on trial",
)
@_formats
@click.pass_obj
def compare(
    packs: Path, concept: str | None, as_of: str | None, track: str, kind: str, output: Path | None
) -> None:
    """同一件事，各平台怎么要求、怎么罚：任意日期。

    The same matter on every platform, as of any day: what is demanded, how it is counted, what it costs.
    """
    from pipeline.rules.compare import comparison_rows
    from pipeline.rules.matrix import concept_sheet, overview_sheet, rows_as_of
    from pipeline.rules.timeline import bindings

    day = _day(as_of)
    loaded = _load(packs)
    if concept is not None and concept not in loaded.registry.concepts:
        raise _unknown("--concept", concept, list(loaded.registry.concepts))
    rows = rows_as_of(comparison_rows(loaded, bindings(loaded)), concept, day, track)
    sheet = (
        overview_sheet(loaded, rows, day, track)
        if concept is None
        else concept_sheet(loaded, rows, concept, day, track)
    )
    write_sheet(sheet, kind, output, f"guize-compare-{concept or 'all'}-{day}")


@rules.command()
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_formats
def diff(old: Path, new: Path, kind: str, output: Path | None) -> None:
    """两版规则包差在哪里：规则、版本、字段、证据，变严还是变松。

    What differs between two editions of the packs: rules, versions, fields, statements; stricter or looser.
    """
    from pipeline.rules.diff import diff_rows
    from pipeline.rules.pages import diff_sheet

    write_sheet(diff_sheet(diff_rows(_load(old), _load(new))), kind, output, "guize-rules-diff")


@rules.command()
@_formats
@click.pass_obj
def coverage(packs: Path, kind: str, output: Path | None) -> None:
    """证据用了多少、为何不用；各平台各概念查到了什么、还缺什么。

    Statements used, excused and in all, by pack; per platform which concepts have rules, none, or are open.
    """
    from pipeline.rules.pages import coverage_sheet

    write_sheet(coverage_sheet(_load(packs)), kind, output, "guize-coverage")


def _load(packs: Path) -> Packs:
    """The packs as far as they are sound; what is wrong is told on stderr, in one line."""
    loaded = load_packs(packs, strict=False)
    if loaded.problems:
        count = len(loaded.problems)
        click.echo(
            say(
                f"规则包有 {count} 处问题，详见 guize rules check",
                f"{count} problems in the packs, see guize rules check",
            ),
            err=True,
        )
    return loaded


def _day(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise GuizeError(
            Problem(
                "bad_date",
                f"--as-of {text}",
                "不是日期",
                "not a date",
                "写成 2025-06-01",
                "write a date such as 2025-06-01",
            )
        ) from None


def _unknown(where: str, name: str, known: list[str]) -> GuizeError:
    near = get_close_matches(name, known, n=5, cutoff=0.4) or known[:5]
    names = ", ".join(near)
    return GuizeError(
        Problem(
            "unresolved",
            f"{where} {name}",
            "没有这一个",
            "there is none",
            f"相近的：{names}",
            f"near ones: {names}",
        )
    )


if __name__ == "__main__":
    rules()
