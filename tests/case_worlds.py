"""Worked cases of the packs through the real SQL: every case is a store of its own in one world per pack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.rules.model import Case
from pipeline.tables import by_name
from pipeline.text.derive import hits_of_listings
from pipeline.text.lexicon import Lexicons
from pipeline.text.match import find_hits
from pipeline.text.promises import find_promises
from tests.worlds import World, judge, typed

# ids that must not meet those of another case
OWN = ("conversation_id", "message_id", "buyer_key", "order_id", "aftersale_id", "complaint_id", "tracking_no")
LATER = timedelta(days=60)  # an export long after the last thing that happened, where a case names none


def of_packs(tables: Mapping[str, pa.Table], codes: Sequence[str]) -> dict[str, pa.Table]:
    """The compiled tables with the versions of these judging codes only."""
    versions = tables["rule_versions"]
    kept = versions.filter(pc.is_in(versions["pack"], pa.array(codes)))
    ids, combos = kept["version_id"].combine_chunks(), kept["combo"].combine_chunks()
    narrowed = {}
    for name, table in tables.items():
        if "version_id" in table.column_names:
            narrowed[name] = table.filter(pc.is_in(table["version_id"], ids))
        elif name.startswith("combos_"):
            narrowed[name] = table.filter(pc.is_in(table["combo"], combos))
        else:
            narrowed[name] = table
    return narrowed


def judge_cases(
    root: Path, cases: Sequence[Case], tables: Mapping[str, pa.Table], lexicons: Lexicons, codes: Sequence[str]
) -> World:
    """Judge every case as a store named after its place in the list."""
    facts: dict[str, list[dict[str, Any]]] = {"stores": []}
    for number, case in enumerate(cases):
        for name, rows in _facts_of(case, number).items():
            facts.setdefault(name, []).extend(rows)
    found = []
    if facts.get("messages"):
        messages = typed(by_name()["messages"], facts["messages"]).sort("conversation_id", "sent_at", "seq")
        found.append(find_hits(messages, lexicons))
        told = {row["store_id"] for row in facts.get("promises", [])}  # a case that gives its promises means no others
        promised = find_promises(messages).filter(~pl.col("store_id").is_in(told)).to_dicts()
        facts.setdefault("promises", []).extend(promised)
    if facts.get("listings"):
        found.append(hits_of_listings(typed(by_name()["listings"], facts["listings"]), lexicons))
    hits = pl.concat(found) if found else None
    return judge(root, facts, of_packs(tables, codes), hits, one_month=True)


def store_of(case: Case, number: int) -> str:
    """The store that plays a case."""
    platform = str(case.store.get("platform") or case.rule.split(".")[0])
    return f"{platform if platform not in ('baseline', 'law') else 'jd'}/case{number}"


def _facts_of(case: Case, number: int) -> dict[str, list[dict[str, Any]]]:
    store_id = store_of(case, number)
    times = [
        value for rows in case.facts.values() for row in rows for value in row.values() if isinstance(value, datetime)
    ]
    last = max(times, default=datetime(2025, 1, 1)) + LATER
    store = {name: value for name, value in case.store.items() if value is not None and name != "platform"}
    facts: dict[str, list[dict[str, Any]]] = {"stores": [{**store, "store_id": store_id}]}
    for name, rows in case.facts.items():
        facts[name] = []
        for place, row in enumerate(rows, 1):
            own = {
                column: f"case{number}-{value}" if column in OWN else value
                for column, value in row.items()
                if value is not None
            }
            if name in ("orders", "aftersales"):
                own.setdefault("exported_at", last)
            if name == "orders":
                own.setdefault("created_at", own.get("paid_at") or min(times))
                own.setdefault("status", _status(own))
            if name == "aftersales":
                own.setdefault("status", "refunded" if own.get("refunded_at") else "open")
            own.setdefault("platform", store_id.split("/")[0])
            if name == "messages":
                own.setdefault("message_id", f"case{number}-m{place}")
                own.setdefault("conversation_id", f"case{number}-c")
                own.setdefault("buyer_key", f"buyer of {own['conversation_id']}")
                own.setdefault("kind", "text")
                own.setdefault("seq", place)
            facts[name].append({**own, "store_id": store_id})
    _number_rounds(facts.get("messages", []))
    return facts


def _status(order: Mapping[str, Any]) -> str:
    if order.get("closed_at"):
        return "closed"
    if order.get("finished_at"):
        return "done"
    if order.get("shipped_at") or order.get("picked_up_at"):
        return "shipped"
    return "to_ship" if order.get("paid_at") else "unpaid"


def _number_rounds(messages: list[dict[str, Any]]) -> None:
    """The buyer's turns, as the reader numbers them."""
    for conversation in {row["conversation_id"] for row in messages}:
        turn, before = 0, None
        rows = sorted((row for row in messages if row["conversation_id"] == conversation), key=lambda r: (r["sent_at"], r["seq"]))
        for row in rows:
            if row["role"] == "buyer" and before != "buyer":
                turn += 1
            if row["role"] != "system":
                before = row["role"]
            row["round"] = turn


@dataclass(frozen=True)
class Miss:
    """One expectation of one case that did not come out."""

    case: Case
    what: str
    wanted: object
    got: object

    def __str__(self) -> str:
        return f"{self.case.where} {self.case.name_en}: {self.what} wanted {self.wanted}, got {self.got}"


def misses(world: World, cases: Sequence[Case]) -> list[Miss]:
    """What each case expects and did not get."""
    verdicts = world.mart("verdicts").partition_by("store_id", "track", as_dict=True)
    breaches = world.mart("breaches").partition_by("store_id", "track", as_dict=True)
    found: list[Miss] = []
    for number, case in enumerate(cases):
        key = (store_of(case, number), case.track)
        own = _of_rule(verdicts.get(key), case)
        broken = _of_rule(breaches.get(key), case)
        found += _compare(case, own, broken)
    return found


def _of_rule(frame: pl.DataFrame | None, case: Case) -> pl.DataFrame:
    if frame is None:
        return pl.DataFrame()
    code = str(case.store.get("platform") or "")
    own = frame.filter(pl.col("rule_id") == case.rule)
    matching = own.filter(pl.col("pack") == code)
    return matching if matching.height else own  # baseline and law judge stores of another platform


def _compare(case: Case, verdicts: pl.DataFrame, breaches: pl.DataFrame) -> list[Miss]:
    expect = case.expect
    if verdicts.is_empty():
        return [Miss(case, "verdict", expect.verdict or "some row", "no row")]
    verdicts = verdicts.filter(pl.col("pack") == verdicts.get_column("pack").sort().first())
    if not breaches.is_empty():
        breaches = breaches.filter(pl.col("pack") == verdicts.get_column("pack").first())
    counted = verdicts.filter(pl.col("units").fill_null(0) > 0)
    rolling = counted.height > 1 and counted.get_column("window_start").n_unique() != _spread(counted)
    found = []
    statuses = set(verdicts.get_column("status"))
    if expect.verdict and not _verdict_fits(expect.verdict, statuses):
        found.append(Miss(case, "verdict", expect.verdict, sorted(statuses)))
    if expect.units is not None:
        got = _total(counted, "units", rolling)
        if got != expect.units:
            found.append(Miss(case, "units", expect.units, got))
    if expect.failing is not None:
        got = _total(counted.with_columns((pl.col("units") - pl.col("ok_units")).alias("failing")), "failing", rolling)
        if got != expect.failing:
            found.append(Miss(case, "failing", expect.failing, got))
    if not breaches.is_empty():
        found += _costs(case, breaches)
    elif expect.certainty or expect.money or expect.points:
        found.append(Miss(case, "breach", expect.certainty or "a cost", "none"))
    return found


def _spread(counted: pl.DataFrame) -> int:
    """Windows that do not overlap have as many starts as rows."""
    return counted.height


def _verdict_fits(wanted: str, statuses: set[str]) -> bool:
    if wanted in ("ok", "not_applicable"):
        return wanted in statuses and "breach" not in statuses
    return wanted in statuses


def _total(counted: pl.DataFrame, column: str, rolling: bool) -> int:
    if counted.is_empty():
        return 0
    overlapping = counted.sort("window_start").select(
        (pl.col("window_start").shift(-1) < pl.col("window_end")).any()
    ).item()
    values = counted.get_column(column)
    return int(values.max() or 0) if overlapping or rolling else int(values.sum() or 0)


def _costs(case: Case, breaches: pl.DataFrame) -> list[Miss]:
    expect = case.expect
    found = []
    certainties = set(breaches.get_column("certainty"))
    if expect.certainty and expect.certainty not in certainties:
        found.append(Miss(case, "certainty", expect.certainty, sorted(certainties)))
    told = breaches.filter(pl.col("certainty") == expect.certainty) if expect.certainty in certainties else breaches
    if expect.money is not None and expect.currency in (None, "CNY"):
        got = _ends(told, "money_low_cny", "money_high_cny")
        if got != (_cents(expect.money.low), _cents(expect.money.high)):
            found.append(Miss(case, "money", (expect.money.low, expect.money.high), got))
    if expect.points is not None:
        of_class = told.filter(pl.col("points_class") == expect.points_class) if expect.points_class else told
        got = _ends(of_class, "points_low", "counted")
        if got != (_plain(expect.points.low), _plain(expect.points.high)):
            found.append(Miss(case, "points", (expect.points_class, expect.points.low, expect.points.high), got))
    if expect.sanction is not None and expect.sanction not in set(told.get_column("sanction").drop_nulls()):
        found.append(Miss(case, "sanction", expect.sanction, told.get_column("sanction").to_list()))
    if expect.sanction_days is not None:
        got = told.select(pl.col("sanction_days_low").max(), pl.col("sanction_days_high").max()).row(0)
        wanted = (_plain(expect.sanction_days.low), _plain(expect.sanction_days.high))
        if tuple(_plain(end) for end in got) != wanted:
            found.append(Miss(case, "sanction days", wanted, got))
    return found


def _ends(frame: pl.DataFrame, low: str, high: str) -> tuple[Decimal | None, Decimal | None]:
    ends = []
    for name in (low, high):
        values = frame.get_column(name)
        ends.append(None if values.null_count() == values.len() else _plain(values.sum()))
    return ends[0], ends[1]


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else _plain(value.quantize(Decimal("0.01")))


def _plain(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value).normalize() + 0


def pattern(text: str) -> re.Pattern[str]:
    """For trying one rule by hand."""
    return re.compile(text)


__all__ = ["Miss", "date", "judge_cases", "misses", "of_packs", "store_of"]
