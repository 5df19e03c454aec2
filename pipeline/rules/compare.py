"""Compare rules across platforms: one row per code, concept and span, ranked where it is fair to rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl

from pipeline import tables
from pipeline.rules.changes import change_rows
from pipeline.rules.compile_registers import coverage_rows
from pipeline.rules.compile_versions import evidence_ids, unit_of_count
from pipeline.rules.limits import Limit, rule_limit, time_limit
from pipeline.rules.model import Packs
from pipeline.rules.rule_words import assumed_words, window_words
from pipeline.rules.timeline import FIRST_DAY, LAST_DAY, Binding, bindings
from pipeline.rules.values import UNKNOWN
from pipeline.rules.words import condition_words, penalties_words
from pipeline.rules.yamlfile import Value

YARDSTICK = "baseline"


@dataclass(frozen=True)
class _Line:
    """One version on one span of days, with its limit and rank."""

    binding: Binding
    first: date
    last: date  # exclusive
    certain: bool
    limit: Limit | None
    rank: int | None = None
    basis: str = ""


def comparison_frames(packs: Packs, run_id: str, min_grade: str = "secondary") -> dict[str, pl.DataFrame]:
    """The marts that come straight from the packs, stamped with the run."""
    bound = bindings(packs, min_grade)
    stamp = {"run_id": run_id, "packs_version": packs.packs_version}
    rows = {
        "rule_comparison": comparison_rows(packs, bound),
        "rule_penalties": list(penalty_rows(packs, bound)),
        "rule_changes": list(change_rows(packs, bound)),
    }
    return {
        name: pl.DataFrame(
            [row | stamp for row in found], schema=tables.by_name()[name].polars_schema(), orient="row"
        )
        for name, found in rows.items()
    }


def comparison_rows(packs: Packs, bound: Sequence[Binding]) -> list[dict[str, Any]]:
    """One row per version and span on which its rank holds, and one per code and concept without a rule."""
    groups: dict[tuple[str, str], list[_Line]] = {}
    for binding in bound:
        for line in _lines(binding, packs):
            groups.setdefault((binding.track, binding.rule.concept), []).append(line)
    rows = [_row(line, packs) for lines in groups.values() for line in _ranked(lines, packs)]
    ruled = {(binding.pack, binding.rule.concept) for binding in bound if binding.track == "in_force"}
    for cell in coverage_rows(packs):
        if (cell["pack"], cell["concept"]) not in ruled:
            status = "searched_none" if cell["status"] == "rule" else cell["status"]
            rows.append(_bare_row(packs, cell["concept"], cell["pack"], status, "in_force"))
    return sorted(
        rows,
        key=lambda row: (row["concept"], row["track"], row["pack"], row["rule_id"] or "", row["from_date"]),
    )


def penalty_rows(packs: Packs, bound: Sequence[Binding]) -> Iterator[dict[str, Any]]:
    """One row per effect of every penalty; a tier without effects says `none`."""
    for binding in bound:
        for number, penalty in enumerate(binding.version.penalties, 1):
            when = condition_words(penalty.condition, packs.registry)
            caps = "; ".join(
                f"{cap.of} {cap.limit.exact if cap.limit.exact is not None else UNKNOWN} per {cap.per}"
                for cap in penalty.caps
            )
            shared = {
                "rule_id": binding.rule.id,
                "pack": binding.pack,
                "track": binding.track,
                "from_date": binding.version.from_date,
                "no": number,
                "per": penalty.per,
                "when_zh": when[0] or None,
                "when_en": when[1] or None,
                "caps": caps or None,
            }
            for effect in penalty.effects:
                amount = effect.days if effect.kind == "sanction" else effect.amount
                yield shared | {
                    "effect_kind": effect.kind,
                    "code": effect.code,
                    "low": amount.low if amount else None,
                    "high": amount.high if amount else None,
                    "currency": effect.currency,
                    "payee": effect.payee,
                    "form": effect.form,
                }
            if not penalty.effects:
                yield shared | {"effect_kind": "none"}


def _lines(binding: Binding, packs: Packs) -> Iterator[_Line]:
    """The spans of a version: before the day from which it is certain, and from then on."""
    limit = rule_limit(binding.rule, binding.version, packs)
    first, last, certain = binding.effective_from, binding.effective_to, binding.certain_from
    if first < certain:
        yield _Line(binding, first, min(certain, last), False, limit)
    if certain < last:
        yield _Line(binding, max(first, certain), last, True, limit)


def _ranked(lines: Sequence[_Line], packs: Packs) -> list[_Line]:
    """Cut a concept's lines where any of them changes, rank each stretch, join stretches that agree."""
    cuts = sorted({day for line in lines for day in (line.first, line.last)})
    out: dict[int, list[_Line]] = {}
    for first, last in pairwise(cuts):
        here = [(n, line) for n, line in enumerate(lines) if line.first <= first and last <= line.last]
        for number, line in _rank([line for _, line in here], [n for n, _ in here], packs):
            stretch = replace(line, first=first, last=last)
            done = out.setdefault(number, [])
            if done and (done[-1].rank, done[-1].basis) == (line.rank, line.basis):
                done[-1] = replace(done[-1], last=last)
            else:
                done.append(stretch)
    return [line for number in sorted(out) for line in out[number]]


def _rank(lines: Sequence[_Line], numbers: Sequence[int], packs: Packs) -> Iterator[tuple[int, _Line]]:
    fair: dict[tuple[Any, ...], list[Decimal]] = {}
    keys = [_fair_key(line, packs) for line in lines]
    for line, key in zip(lines, keys, strict=True):
        if isinstance(key, tuple) and line.limit and line.limit.canonical is not None:
            fair.setdefault(key, []).append(line.limit.canonical)
    for number, line, key in zip(numbers, lines, keys, strict=True):
        if isinstance(key, str):
            yield number, replace(line, basis=key)
        elif len(fair[key]) < 2:
            yield number, replace(line, basis="alone_with_this_unit")
        else:
            own = line.limit.canonical if line.limit else None
            higher = packs.registry.concepts[line.binding.rule.concept].get("stricter") == "higher"
            ahead = sum((value > own) if higher else (value < own) for value in fair[key] if own is not None)
            yield (
                number,
                replace(
                    line, rank=ahead + 1, basis="same_unit:" + ":".join(str(part) for part in key if part)
                ),
            )


def _fair_key(line: _Line, packs: Packs) -> tuple[Any, ...] | str:
    """What must agree for two rules to be ranked, or why this one is not."""
    rule, version = line.binding.rule, line.binding.version
    stricter = packs.registry.concepts[rule.concept].get("stricter")
    if line.binding.pack == YARDSTICK:
        return "yardstick"
    if rule.relation != "exact":
        return "not_exact"
    if not line.certain:
        return "dates_uncertain"
    if line.limit is None or stricter not in ("lower", "higher"):
        return "no_threshold"
    if line.limit.canonical is None:
        return "threshold_unknown" if line.limit.threshold is None else "other_unit"
    by = version.part("judge").get("by", "each")
    limit = time_limit(version) if by == "share" else None
    span = f"{limit[1].exact}{limit[2]}" if limit and limit[1].exact is not None else ("?" if limit else "")
    return (unit_of_count(version, packs), by, span)


def _row(line: _Line, packs: Packs) -> dict[str, Any]:
    binding, version, rule = line.binding, line.binding.version, line.binding.rule
    hours = version.part("scope").get("hours")
    penalties, assumed = penalties_words(version, packs.registry), assumed_words(version, packs.registry)
    window = window_words(version.part("judge").get("window"), packs.registry)
    timed = time_limit(version)
    row = _bare_row(packs, rule.concept, binding.pack, "rule", binding.track)
    return row | {
        "rule_id": rule.id,
        "from_date": line.first,
        "to_date": line.last,
        "version_certain": line.certain,
        "kind": rule.kind,
        "relation": rule.relation,
        "judged_by": version.part("judge").get("by", "each"),
        "unit_of_count": unit_of_count(version, packs),
        "op": line.limit.op if line.limit else None,
        "threshold": line.limit.threshold if line.limit else None,
        "threshold_unit": line.limit.unit if line.limit else None,
        "threshold_canonical": _six(line.limit.canonical) if line.limit else None,
        "time_limit": timed[1].exact if timed else None,
        "time_limit_unit": timed[2] if timed else None,
        "hours_from": _hour(hours, 0),
        "hours_to": _hour(hours, 1),
        "hours_apply_to": version.part("scope").get("hours_apply_to"),
        "judged_window": window[0] or None,
        "judged_window_en": window[1] or None,
        "version_from": binding.certain_from if line.certain else None,
        "penalty_zh": penalties[0],
        "penalty_en": penalties[1],
        "strictness_rank": line.rank,
        "rank_basis": line.basis,
        "assumed": assumed[0] or None,
        "grade": binding.grade,
        "evidence_ids": evidence_ids(version),
    }


# A line begins where its rank does; `version_from` is the day on which the text itself came into force.
OWN_KEYS = ("judged_window_en", "version_from")
_COLUMNS = (*tables.by_name()["rule_comparison"].names, *OWN_KEYS)


def _bare_row(packs: Packs, concept: str, pack: str, status: str, track: str) -> dict[str, Any]:
    return dict.fromkeys(_COLUMNS) | {
        "concept": concept,
        "concept_zh": packs.registry.concepts[concept]["zh"],
        "pack": pack,
        "status": status,
        "track": track,
        "from_date": FIRST_DAY,
        "to_date": LAST_DAY,
    }


def _hour(hours: Value, end: int) -> str | None:
    if hours == UNKNOWN:
        return UNKNOWN
    return str(hours[end]) if isinstance(hours, list) else None


def _six(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(Decimal("0.000001"))
