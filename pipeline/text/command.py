"""`guize text`: check canned replies, listings or any text by every pack before it is used."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.lang import say
from pipeline.paths import packs_dir

if TYPE_CHECKING:
    from pipeline.text.costs import Costs
    from pipeline.text.lexicon import Lexicons
    from pipeline.text.rows import Row

_TIERS = {
    "forbidden": ("禁用", "forbidden"),
    "sensitive": ("慎用", "sensitive"),
    "allowed_with_proof": ("有证可用", "with proof only"),
}


@click.command(
    help="用前检查话术或文案：哪些词、各平台怎么罚、换成什么说法 / check replies or listings before use"
)
@click.argument("source", metavar="FILE|-")
@click.option("--column", help="文字所在列 / the column that holds the text")
@click.option(
    "--role-column", help="说话人所在列，默认都是客服 / the column that says who speaks (agent unless told)"
)
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON 对象 / one JSON object a row")
@click.option(
    "--packs", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="规则包文件夹，默认随程序安装的 / folder of rule packs, the installed ones unless told",
)  # fmt: skip
def text(source: str, column: str | None, role_column: str | None, as_json: bool, packs: Path | None) -> None:
    """Print what was found; exit 0 whether or not there are hits."""
    from pipeline.config import load_config
    from pipeline.text.costs import costs_of
    from pipeline.text.lexicon import load_lexicons
    from pipeline.text.rows import read_rows

    folder = packs or packs_dir()
    lexicons = load_lexicons(folder / "lexicons", load_config().allowed_words)
    rows = list(read_rows(source, sys.stdin.buffer, column, role_column))
    results = check(rows, lexicons, costs_of(folder, date.today()))
    if as_json:
        for result in results:
            click.echo(json.dumps(result, ensure_ascii=False))
    else:
        _show(results)


def check(rows: Iterable[Row], lexicons: Lexicons, costs: Costs) -> list[dict[str, Any]]:
    """Return one object per row: row, role, text and its hits."""
    from pipeline.text.find import find_in_texts

    rows = list(rows)
    found = find_in_texts([row.text for row in rows], [row.role for row in rows], lexicons)
    known: dict[str, list[dict[str, str]]] = {}
    results = []
    for row, hits in zip(rows, found, strict=True):
        described = []
        for hit in hits:
            term = lexicons.terms[hit.term]
            lexicon = lexicons.lexicons[term.lexicon]
            if lexicon.id not in known:
                known[lexicon.id] = [
                    {"pack": cost.pack, "rule": cost.rule_id, "penalty": say(cost.zh, cost.en)}
                    for cost in costs(lexicon.concept, lexicon.id)
                ]
            described.append({
                "start": hit.start, "end": hit.end, "matched": row.text[hit.start : hit.end],
                "term": term.term, "tier": term.tier, "concept": lexicon.concept,
                "lexicon": lexicon.id, "category": term.category or None,
                "packs": sorted({cost["pack"] for cost in known[lexicon.id]}),
                "costs": known[lexicon.id],
                "instead": say(*term.instead) if term.instead else None,
            })  # fmt: skip
        results.append({"row": row.number, "role": row.role, "text": row.text, "hits": described})
    return results


def _show(results: list[dict[str, Any]]) -> None:
    from pipeline.text.lexicon import TIERS

    count = dict.fromkeys(TIERS, 0)
    for result in results:
        if not result["hits"]:
            continue
        click.secho(f"{say('第', 'row ')}{result['row']}{say(' 行', '')}  {result['text']}", bold=True)
        for hit in result["hits"]:
            count[hit["tier"]] += 1
            tier = say(*_TIERS[hit["tier"]])
            named = f"{hit['matched']} → {hit['term']}" if hit["matched"] != hit["term"] else hit["term"]
            category = f" · {hit['category']}" if hit["category"] else ""
            click.secho(f"  [{tier}] {named}  {hit['concept']}{category}  {hit['start']}–{hit['end']}",
                        fg="red" if hit["tier"] == "forbidden" else "yellow")  # fmt: skip
            for cost in hit["costs"]:
                click.echo(f"      {cost['pack']}: {cost['penalty']} ({cost['rule']})")
            if hit["instead"]:
                click.secho(f"      {say('换成', 'instead')}: {hit['instead']}", fg="green")
    rows = sum(bool(result["hits"]) for result in results)
    summary_zh = f"{len(results)} 行，{rows} 行有问题：禁用 {count['forbidden']}，慎用 {count['sensitive']}，有证可用 {count['allowed_with_proof']}"
    summary_en = f"{len(results)} rows, {rows} with findings: {count['forbidden']} forbidden, {count['sensitive']} sensitive, {count['allowed_with_proof']} with proof only"
    click.echo(say(summary_zh, summary_en))
