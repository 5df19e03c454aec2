"""Judge the same history by other rules, aside from the warehouse, and say what moves by store and rule."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipeline.engine.batches import make_batches
from pipeline.engine.duck import open_duckdb
from pipeline.engine.evaluate import Places, small_tables, write_rules
from pipeline.engine.global_zone import RunInfo, build_marts, show_inputs
from pipeline.engine.models import in_order, load_models
from pipeline.engine.reprice import narrow
from pipeline.engine.store_month import Done, build_state
from pipeline.problems import GuizeError, Problem
from pipeline.rules.change import with_fields, with_track
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs, sound_packs
from pipeline.rules.model import Packs
from pipeline.whatif_words import WORDS, link, matched_again, moved_words, words_changed

KEY = ("store_id", "platform", "pack", "home", "rule_id", "certainty")
SUMS = ("breaches", "money_low_cny", "money_high_cny", "points_low", "points_high", "sanction_days_high")


@dataclass(frozen=True)
class WhatIf:
    """What moves: one row per store, rule and certainty with each sum before and after; and the work it took.

    `words` has one row per message that changed lexicons match or match no more, see whatif_words.
    """

    moves: pl.DataFrame
    work: Done
    rejudged_before: bool
    words: pl.DataFrame


def whatif(
    warehouse: Path, *, packs: Path, sql: Path, other: Path | None = None, changes: Mapping[str, str] | None = None,
    track: str | None = None, min_grade: str = "secondary", allowed: Mapping[str, Sequence[str]] | None = None,
) -> WhatIf:  # fmt: skip
    """Re-judge what the warehouse holds by changed rules; the warehouse stays as it is.

    Args:
        packs: the packs that are changed by `changes` and `track`.
        other: a folder of packs to judge by instead; one without registry/ stands in for the folders it has.
        changes: RULE.FIELD to value, see rules.change.with_fields.
        allowed: the stores' own words (guize.toml), for when lexicons changed and messages are matched again.

    Raises:
        GuizeError: when nothing was published, or the change does not fit; RulesInvalid for packs that do not load.
    """
    released = warehouse / "current" / "exposure.parquet"
    if not released.exists():
        raise GuizeError(
            Problem(
                "nothing-published", str(warehouse), "这个仓库还没有发布过数据", "nothing was published in this warehouse yet",
                "先运行 guize run 导出目录", "run: guize run EXPORTS",
            )
        )  # fmt: skip
    base = sound_packs(packs)
    with _aside(warehouse) as aside:
        folder = _laid_over(packs, other, aside / "packs") if other else packs
        changed = load_packs(folder) if other else base
        if track:
            changed = with_track(changed, track)
        changed = with_fields(changed, changes or {})
        codes = None if other else _touched(base, changed)
        before = pl.read_parquet(released)
        rejudged = set(before.get_column("packs_version")) - {base.packs_version} != set()
        if rejudged:  # the release was judged by other packs than the change starts from
            before, _ = _judged(warehouse, aside / "before", base, packs, sql, min_grade, codes)
        facts, words = warehouse / "facts", pl.DataFrame(schema=WORDS)
        if other and words_changed(packs, folder):
            facts, lexicons = matched_again(facts, aside, folder, allowed)
            words = moved_words(warehouse / "facts", facts, folder, lexicons)
        after, work = _judged(warehouse, aside / "after", changed, folder, sql, min_grade, codes, facts)
        if codes is not None:
            before = before.filter(pl.col("pack").is_in(codes))
        return WhatIf(moves(before, after), work, rejudged, words)


def _touched(base: Packs, changed: Packs) -> list[str]:
    """The judging codes with a rule that differs; rules over rules and combinations stay within a code."""
    differ = [rule for name, rule in changed.rules.items() if base.rules.get(name) is not rule]
    return sorted({code for rule in differ for code in rule.applies_to})


def moves(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The stores, rules and certainties of two exposures whose sums differ, the home rules and the dearest moves first."""
    sides = [_summed(frame).rename({name: f"{name}_{side}" for name in SUMS}) for frame, side in ((before, "before"), (after, "after"))]
    joined = sides[0].join(sides[1], on=KEY, how="full", coalesce=True, nulls_equal=True)
    joined = joined.with_columns(pl.col("breaches_before", "breaches_after").fill_null(0))
    moved = pl.any_horizontal(pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after")) for name in SUMS)
    ends = [pl.col(f"money_high_cny_{side}").fill_null(0) for side in ("before", "after")]
    return joined.filter(moved).sort(
        ~pl.col("home"), (ends[1] - ends[0]).abs() * -1, "store_id", "pack", "rule_id", "certainty"
    )


def _summed(exposure: pl.DataFrame) -> pl.DataFrame:
    """Months together; a sum whose high end is unknown in one of them is unknown."""
    ends = []
    for low in ("money_low_cny", "points_low"):
        high = low.replace("_low", "_high")
        open_above = (pl.col(low).is_not_null() & pl.col(high).is_null()).any()
        some = pl.col(low).is_not_null().any()
        ends += [
            pl.when(some).then(pl.col(low).sum()).alias(low),
            pl.when(pl.col(high).is_not_null().any() & ~open_above).then(pl.col(high).sum()).alias(high),
        ]
    in_force = exposure.filter(pl.col("track") == "in_force")
    summed = in_force.group_by(KEY).agg(pl.col("breaches").sum(), *ends, pl.col("sanction_days_high").max())
    return summed.select(*KEY, *SUMS)


def _judged(
    warehouse: Path, root: Path, packs: Packs, folder: Path, sql: Path, min_grade: str, codes: list[str] | None,
    facts: Path | None = None,
) -> tuple[pl.DataFrame, Done]:  # fmt: skip
    """Judge by these packs from a copy of the state: only measures whose combos changed are run again.

    Where only some codes are touched, the others are neither measured nor priced.
    """
    models = load_models(sql)
    places = Places(facts or warehouse / "facts", root / "units", root / "rules", root / "marts", root / "duckdb")
    write_rules(compile_packs(packs, min_grade), places.rules)
    if codes is not None:
        _cut_changed_combos(places.rules, warehouse / "state" / "rules", codes)
    _copy_linked(warehouse / "state" / "units", places.state)
    work = build_state(make_batches(places.facts), models, places.rules, places.state, places.scratch)
    needed = {model.name: model for model in in_order(models, ["exposure"])}
    with open_duckdb(places.scratch) as connection:
        show_inputs(
            connection, facts=places.facts, state=places.state, rules=places.rules,
            frames=small_tables(folder, models, places.rules, None),
            info=RunInfo("whatif", datetime(2000, 1, 1), packs.packs_version),
        )  # fmt: skip
        if codes is not None:
            listed = ", ".join(f"'{code}'" for code in codes)
            narrow(connection, "rule_versions", f"track = 'in_force' and pack in ({listed or 'null'})")
        marts = build_marts(connection, needed, places.marts)
    return pl.read_parquet(marts["exposure"]), work


def _cut_changed_combos(rules: Path, judged_by: Path, codes: list[str]) -> None:
    """Of the measures that must run again keep the combos of these codes; the others stay as the state has them."""
    for file in rules.glob("combos_*.parquet"):
        former = judged_by / file.name
        if not former.exists() or former.read_bytes() != file.read_bytes():
            combos = pl.read_parquet(file)
            combos.filter(pl.col("packs").list.set_intersection(codes).list.len() > 0).write_parquet(file)


@contextmanager
def _aside(warehouse: Path) -> Iterator[Path]:
    """A folder that is gone afterwards: in the warehouse's scratch, where files can be linked, else the system's."""
    try:
        scratch = warehouse / "state" / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix="whatif-", dir=scratch)
    except OSError:
        folder = TemporaryDirectory(prefix="guize-whatif-")
    with folder as name:
        yield Path(name)


def _copy_linked(source: Path, target: Path) -> None:
    """Copy a folder by hard links: the engine replaces files whole, so what it rebuilds never reaches the original."""
    if source.exists():
        shutil.copytree(source, target, copy_function=link)


def _laid_over(packs: Path, other: Path, target: Path) -> Path:
    """The folder to judge by: `other` when it is whole, else the packs with what `other` has laid over them."""
    if (other / "registry").is_dir():
        return other
    shutil.copytree(packs, target)
    one_pack = (other / "pack.yaml").exists()
    shutil.copytree(other, target / other.resolve().name if one_pack else target, dirs_exist_ok=True)
    return target
