"""Judge one shop by every covered rule and write what was found."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.demo.generate import World
from pipeline.demo.plan import Plan
from pipeline.demo.truth.breach import Breach, Effect, add, heaviest
from pipeline.demo.truth.known import known_of
from pipeline.demo.truth.ledgers import cap_points, crossings, heavier_node_of_a_day
from pipeline.demo.truth.parcels import late_parcels, slow_refunds
from pipeline.demo.truth.replies import failing_windows, slow_answers, unserved
from pipeline.demo.truth.words import absolute_titles, bad_words

_ROWS = pl.Schema(
    {
        "store_id": pl.String(),
        "pack": pl.String(),
        "home": pl.Boolean(),
        "rule_id": pl.String(),
        "track": pl.String(),
        "occurred_at": pl.Int64(),
        "day": pl.Int32(),
        "order_id": pl.String(),
        "conversation_id": pl.String(),
        "message_id": pl.String(),
        "kind": pl.String(),
        "needs_text": pl.Boolean(),
        "certainty": pl.String(),
        "money_low_cny": pl.Int64(),
        "money_high_cny": pl.Int64(),
        "points_class": pl.String(),
        "points_low": pl.Float64(),
        "points_high": pl.Float64(),
        "sanction": pl.String(),
        "sanction_days_low": pl.Int64(),
        "sanction_days_high": pl.Int64(),
    }
)
_TOTALS = pl.Schema(
    {
        "store_id": pl.String(),
        "pack": pl.String(),
        "home": pl.Boolean(),
        "rule_id": pl.String(),
        "track": pl.String(),
        "certainty": pl.String(),
        "points_class": pl.String(),
        "breaches": pl.Int64(),
        "money_low_cny": pl.Int64(),
        "money_high_cny": pl.Int64(),
        "points_low": pl.Float64(),
        "points_high": pl.Float64(),
        "sanction": pl.String(),
        "sanction_days_low": pl.Int64(),
        "sanction_days_high": pl.Int64(),
    }
)


# Only the training documents speak of these; lacking better they are taken for the rules in force as well.
TRAINING_ONLY = {
    "baseline.first_response",
    "baseline.next_response",
    "baseline.abuse",
    "tmall.cannot_ship_72h",
    "tmall.extreme_words",
}


# From the first to the last of these days the copied numbers are the ones in force.
HOLDS_FROM, HOLDS_UNTIL = dt.date(2025, 8, 26), dt.date(2025, 11, 29)


def holds(plan: Plan) -> bool:
    """Whether the rules as copied here are in force on every day of the sample."""
    last = plan.first_day + dt.timedelta(days=plan.days - 1)
    return plan.first_day >= HOLDS_FROM and last <= HOLDS_UNTIL


def judge(world: World) -> list[Breach]:
    """Every breach of a covered rule in one shop, by every judging pack."""
    known = known_of(world)
    found = [
        *late_parcels(known),
        *slow_refunds(known),
        *unserved(known),
        *slow_answers(known),
        *failing_windows(known),
        *bad_words(known),
        *absolute_titles(known),
    ]
    cap_points(found)
    taught = [replace(breach, track="training") for breach in found if breach.rule_id in TRAINING_ONLY]
    nodes = list(crossings(found))
    heavier_node_of_a_day(nodes)
    return [*found, *taught, *nodes]


def truth_rows(breaches: Sequence[Breach]) -> pl.DataFrame:
    """The rows of truth.parquet: one a breach."""
    frame = pl.DataFrame([breach.row() for breach in breaches], schema=_ROWS, orient="row")
    return _typed(
        frame.with_columns(
            pl.from_epoch("occurred_at", time_unit="s").cast(pl.Datetime("us")),
            pl.col("day").cast(pl.Date),
        )
    )


def truth_totals(breaches: Sequence[Breach]) -> pl.DataFrame:
    """Sums per shop, pack, rule, track, certainty and points class.

    Breaches, money and sanction stand on the first class only, so that sums are right. An effect may be
    less sure than its breach and counts by its own certainty.
    """
    groups: dict[tuple[str, ...], tuple[list[Breach], list[Effect]]] = defaultdict(lambda: ([], []))
    for breach in breaches:
        key = (breach.store_id, breach.pack, breach.rule_id, breach.track)
        groups[*key, breach.certainty][0].append(breach)
        for effect in breach.counted:
            groups[*key, effect.certainty][1].append(effect)
    rows = []
    for (store_id, pack, rule_id, track, certainty), (members, effects) in groups.items():
        classes: list[str | None] = sorted({e.code for e in effects if e.kind == "points"}) or [None]  # type: ignore[assignment]
        sanction = heaviest(effects)
        for place, points_class in enumerate(classes):
            first = place == 0
            known = [e for e in effects if e.kind == "money" and e.low is not None]
            rows.append(
                {
                    "store_id": store_id,
                    "pack": pack,
                    "home": pack in ("law", store_id.partition("/")[0]),
                    "rule_id": rule_id,
                    "track": track,
                    "certainty": certainty,
                    "points_class": points_class,
                    "breaches": len(members) if first else 0,
                    "money_low_cny": add(known, "money", "low") if first else None,
                    "money_high_cny": add([e for e in effects if e.high is not None], "money", "high")
                    if first
                    else None,
                    "points_low": add(effects, "points", "low", points_class) if points_class else None,
                    "points_high": add(effects, "points", "high", points_class) if points_class else None,
                    "sanction": sanction.code if sanction and first else None,
                    "sanction_days_low": sanction.low if sanction and first else None,
                    "sanction_days_high": sanction.high if sanction and first else None,
                }
            )
    return _typed(pl.DataFrame(rows, schema=_TOTALS, orient="row"))


def write_truth(folder: Path, rows: Sequence[pl.DataFrame], totals: Sequence[pl.DataFrame]) -> None:
    """Write truth.parquet and truth_totals.parquet beside the exports."""
    by = ["store_id", "pack", "rule_id", "track"]
    pl.concat(rows).sort([*by, "occurred_at", "order_id", "conversation_id"]).write_parquet(
        folder / "truth.parquet"
    )
    pl.concat(totals).sort([*by, "certainty", "points_class"]).write_parquet(folder / "truth_totals.parquet")


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Fen become yuan."""
    money = [
        (pl.col(name).cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(18, 2))
        for name in ("money_low_cny", "money_high_cny")
    ]
    return frame.with_columns(money)
