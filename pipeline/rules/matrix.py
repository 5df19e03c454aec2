"""Lay comparison rows out for people: one concept across platforms, or every concept at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.lang import lang, say
from pipeline.rules.model import Packs
from pipeline.rules.output import Sheet
from pipeline.rules.timeline import FIRST_DAY, LAST_DAY
from pipeline.rules.values import UNKNOWN, Number, show_number
from pipeline.rules.words import duration_words, word

Row = Mapping[str, Any]
_UNITS = {"point": ("分", " points"), "star": ("星", " stars"), "count": ("", "")}
_OPS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_STATUS = {
    "searched_none": ("查过，未见规则", "searched, none found"),
    "not_applicable": ("不适用", "not applicable"),
    "todo": ("待查", "to do"),
}
_GRADES = {
    "official": ("官方", "official"),
    "secondary": ("转载", "secondary"),
    "training": ("培训资料", "training"),
    "hearsay": ("传闻", "hearsay"),
}
_BASIS = {
    "yardstick": ("对照，不参与排名", "yardstick, not ranked"),
    "not_exact": ("口径不同，不排名", "another scope, not ranked"),
    "dates_uncertain": ("起效日不详，不排名", "dates uncertain, not ranked"),
    "no_threshold": ("无可比界限", "no limit to compare"),
    "threshold_unknown": ("界限不详", "limit unknown"),
    "other_unit": ("单位不能换算", "unit cannot be converted"),
    "alone_with_this_unit": ("此计数单位仅此一家", "the only one counting this way"),
}


def rows_as_of(rows: Iterable[Row], concept: str | None, as_of: date, track: str) -> list[Row]:
    """The comparison rows that hold on a day, of one concept or of all."""
    return [
        row
        for row in rows
        if row["from_date"] <= as_of < row["to_date"]
        and row["track"] == track
        and (concept is None or row["concept"] == concept)
    ]


def concept_sheet(packs: Packs, rows: Sequence[Row], concept: str, as_of: date, track: str) -> Sheet:
    """One concept: a line per code and rule, with the demand, how it is counted, and what it costs."""
    entry = packs.registry.concepts[concept]
    order = {code: number for number, code in enumerate(packs.registry.codes)}
    lines = sorted(
        rows, key=lambda row: (order[row["pack"]], row["relation"] != "exact", row["rule_id"] or "")
    )
    headings = [
        say("平台", "platform"),
        say("规则", "rule"),
        say("要求", "demand"),
        say("怎么数", "counted by"),
        say("时段", "hours"),
        say("周期", "period"),
        say("处罚", "penalty"),
        say("从严", "rank"),
        say("排名依据", "basis"),
        say("起", "since"),
        say("证据", "evidence"),
    ]
    there = {row["pack"] for row in lines}
    cells = [_line(packs, row) for row in lines]
    cells += [
        [packs.registry.platforms[code][lang()], "—", say("当日无", "none on that day"), *[""] * 8]
        for code in packs.registry.codes
        if code not in there
    ]
    title = say(
        f"{entry['zh']}（{concept}），{as_of} 时的规则", f"{entry['en']} ({concept}), rules on {as_of}"
    ) + ("" if track == "in_force" else f" · {track}")
    notes = [
        say(
            "从严 1 为最严；只在口径一致（exact）、计数单位与时限相同的规则之间排名。",
            "Rank 1 is the strictest; only exact rules with the same unit and time limit are ranked.",
        ),
        say(
            "「？」：该日早于首个确定日期，此版是否已生效没有来源说明。",
            "“?”: the day lies before the first sure date; no source says whether this text was in force.",
        ),
    ]
    return Sheet(title, headings, cells, notes, [_record(row) for row in lines])


def overview_sheet(packs: Packs, rows: Sequence[Row], as_of: date, track: str) -> Sheet:
    """Every concept by every code, each cell the shortest thing that tells the rule."""
    codes = packs.registry.codes
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["concept"], row["pack"]), []).append(row)
    names = [packs.registry.platforms[code][lang()] for code in codes]
    cells = [
        [
            f"{entry[lang()]}\n{concept}",
            *(_short_cells(found.get((concept, code), [])) for code in codes),
        ]
        for concept, entry in packs.registry.concepts.items()
        if any(row["rule_id"] for code in codes for row in found.get((concept, code), []))
    ]
    title = say(f"各平台规则一览，{as_of}", f"rules of every platform on {as_of}")
    note = say(
        "—：查过没有；？：该日是否已生效不详。看一项：guize rules compare --concept 概念",
        "—: none found; ?: not sure it was in force. One concept: guize rules compare --concept ID",
    )
    return Sheet(title, [say("概念", "concept"), *names], cells, [note], [_record(row) for row in rows])


def demand(row: Row) -> str:
    """What must hold: share or number with its comparison, and the time limit of a single unit."""
    is_time = row["threshold_unit"] in ("second", "hour")
    if is_time and row["op"] == "le" and row["judged_by"] != "mean" and row["threshold"] is not None:
        return _time(row["threshold"], row["threshold_unit"])
    parts = []
    if row["op"] is not None:
        mean = say("均值", "mean ") if row["judged_by"] == "mean" else ""
        parts.append(f"{mean}{_OPS[row['op']]}{_amount(row['threshold'], row['threshold_unit'])}")
    if row["time_limit"] is not None:
        parts.append(_time(row["time_limit"], row["time_limit_unit"]))
    return " · ".join(parts)


def _line(packs: Packs, row: Row) -> list[Any]:
    platform = packs.registry.platforms[row["pack"]][lang()]
    if row["rule_id"] is None:
        status = _STATUS.get(row["status"], (row["status"], row["status"]))
        return [platform, "—", say(*status), *[""] * 8]
    rule = packs.rules[row["rule_id"]]
    unit = word(packs.registry, row["unit_of_count"]) if row["unit_of_count"] else ("", "")
    basis = row["rank_basis"]
    said_basis = say(*_BASIS[basis]) if basis in _BASIS else say("同一计数单位", "same unit of count")
    since = _since(row)
    return [
        platform,
        f"{say(rule.title_zh, rule.title_en)}\n{rule.id}",
        demand(row) or say("见处罚", "see the penalty"),
        say(*unit),
        _hours(row),
        _window(row),
        say(row["penalty_zh"], row["penalty_en"]),
        row["strictness_rank"],
        said_basis,
        since,
        say(*_GRADES[row["grade"]]) + (say("，有假定", ", partly assumed") if row["assumed"] else ""),
    ]


def _record(row: Row) -> dict[str, Any]:
    return {
        key: value for key, value in row.items() if key not in ("judged_window_en", "run_id", "packs_version")
    }


def _since(row: Row) -> str:
    if row["version_certain"]:
        return str(row["version_from"])
    if row["to_date"] == LAST_DAY:
        return say("？日期不详", "? undated")
    return say(f"？（{row['to_date']} 起确定）", f"? (sure from {row['to_date']})")


def _hours(row: Row) -> str:
    if row["hours_from"] is None:
        return ""
    return (
        say("不详", "unknown") if row["hours_from"] == UNKNOWN else f"{row['hours_from']}–{row['hours_to']}"
    )


def _window(row: Row) -> str:
    return say(row["judged_window"] or "", row["judged_window_en"] or "")


def _short_cells(rows: Sequence[Row]) -> str:
    if not any(row["rule_id"] for row in rows):
        status = rows[0]["status"] if rows else "searched_none"
        return {"searched_none": "—", "not_applicable": "/"}.get(status, "")
    said = []
    for row in sorted(rows, key=lambda row: (row["relation"] != "exact", row["rule_id"])):
        short = demand(row) or say("有", "yes")
        doubt = "" if row["version_certain"] or row["from_date"] != FIRST_DAY else "？"
        said.append(f"{short}{doubt}")
    shown = list(dict.fromkeys(said))
    return "\n".join(shown[:3]) + ("\n…" if len(shown) > 3 else "")


def _amount(threshold: Decimal | None, unit: str | None) -> str:
    if threshold is None:
        return say("不详", "unknown")
    number = Number(threshold, threshold)
    if unit == "share":
        return show_number(number, percent=True)
    if unit in ("second", "hour"):
        return say(*duration_words(threshold * (3600 if unit == "hour" else 1)))
    if unit == "rank_percent":
        return say(f"排名 {show_number(number, percent=True)}", f"rank {show_number(number, percent=True)}")
    zh, en = _UNITS.get(unit or "", ("", ""))
    return say(f"{show_number(number)}{zh}", f"{show_number(number)}{en}")


def _time(limit: Decimal, unit: str | None) -> str:
    zh, en = duration_words(limit * (3600 if unit == "hour" else 1))
    return say(f"{zh}内", f"within {en}")
