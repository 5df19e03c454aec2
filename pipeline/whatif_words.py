"""Match history again with changed lexicons, aside from the warehouse, and say which messages that gains and loses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.text.costs import costs_of
from pipeline.text.derive import derive
from pipeline.text.lexicon import Lexicons, fingerprint_of, load_lexicons

_MATCHED = ("store_id", "message_id", "lexicon")
WORDS: dict[str, type[pl.DataType]] = {
    "change": pl.String, "store_id": pl.String, "lexicon": pl.String, "term": pl.String, "tier": pl.String,
    "rules": pl.String, "sent_at": pl.Datetime, "agent_id": pl.String, "message_id": pl.String,
    "matched_text": pl.String, "text": pl.String,
}  # fmt: skip


def words_changed(packs: Path, other: Path) -> bool:
    """Whether two folders of packs have different lexicons."""
    return fingerprint_of(sorted((packs / "lexicons").glob("*.yaml"))) != fingerprint_of(
        sorted((other / "lexicons").glob("*.yaml"))
    )


def matched_again(
    facts: Path, aside: Path, packs: Path, allowed: Mapping[str, Sequence[str]] | None
) -> tuple[Path, Lexicons]:
    """A folder with the same facts, linked, but with the hits of these packs' lexicons; and those lexicons."""
    lexicons = load_lexicons(packs / "lexicons", allowed)
    again = aside / "facts"
    shutil.copytree(
        facts,
        again,
        copy_function=link,
        ignore=lambda folder, names: {"hits"} & set(names) if Path(folder) == facts else set(),
    )
    derive(again, aside / "derived", lexicons)
    return again, lexicons


def moved_words(before: Path, after: Path, packs: Path, lexicons: Lexicons) -> pl.DataFrame:
    """One row per message and lexicon that is matched on one side alone; texts are masked as in the facts.

    `rules` are the rules in force of the store's own platform that forbid it.
    """
    sides = [_hits(facts) for facts in (before, after)]
    lost = sides[0].join(sides[1], on=_MATCHED, how="anti").with_columns(change=pl.lit("lost"))
    gained = sides[1].join(sides[0], on=_MATCHED, how="anti").with_columns(change=pl.lit("gained"))
    moved = pl.concat([lost, gained])
    if moved.is_empty():
        return pl.DataFrame(schema=WORDS)
    messages = pl.scan_parquet(after / "messages/**/*.parquet", hive_partitioning=False).select(
        "store_id", "message_id", "text"
    )
    wanted = moved.lazy().select("store_id", "message_id").unique()
    texts = (
        messages.join(wanted, on=["store_id", "message_id"], how="semi")
        .unique(["store_id", "message_id"])
        .collect()
    )
    costs = costs_of(packs, date.today())
    forbidding = [
        ", ".join(dict.fromkeys(
            cost.rule_id for cost in costs(lexicons.lexicons[lexicon].concept if lexicon in lexicons.lexicons else "", lexicon)
            if cost.pack == store.split("/")[0]
        ))
        for store, lexicon in moved.select("store_id", "lexicon").iter_rows()
    ]  # fmt: skip
    moved = moved.with_columns(rules=pl.Series(forbidding, dtype=pl.String))
    joined = moved.join(texts, on=["store_id", "message_id"], how="left")
    return joined.select([pl.col(name).cast(kind) for name, kind in WORDS.items()]).sort(
        "store_id", "lexicon", "change", "sent_at", "message_id"
    )


def _hits(facts: Path) -> pl.DataFrame:
    """The first match of each message and lexicon; listings and wording that ought to be said are left out."""
    columns = [*_MATCHED, "role", "term", "tier", "sent_at", "agent_id", "matched_text", "start"]
    files = sorted((facts / "hits").rglob("*.parquet"))
    if not files:
        return pl.DataFrame(
            schema={
                name: WORDS[name]
                for name in (*_MATCHED, "term", "tier", "sent_at", "agent_id", "matched_text")
            }
        )
    hits = (
        pl.scan_parquet(files, hive_partitioning=False)
        .select(columns)
        .filter((pl.col("tier") != "wanted") & (pl.col("role") != "listing"))
        .collect()
    )
    return (
        hits.sort(*_MATCHED, "start", "term")
        .unique(_MATCHED, keep="first", maintain_order=True)
        .drop("start", "role")
    )


def link(original: str, copied: str) -> None:
    """A hard link where the file system can, else a copy: what is replaced later never reaches the original."""
    try:
        os.link(original, copied)
    except OSError:
        shutil.copy2(original, copied)
