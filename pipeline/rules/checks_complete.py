"""Checks on completeness: manifests, counts, coverage, one exact rule at a time, worked cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from pipeline.problems import Problem
from pipeline.rules.checks_rules import codes_of
from pipeline.rules.findings import finding
from pipeline.rules.model import TRACKS, Packs, Rule
from pipeline.rules.timeline import FIRST_DAY, LAST_DAY
from pipeline.rules.values import read_day
from pipeline.rules.yamlfile import Map, Value

MANIFEST_KEYS = {
    "name": ("名称 {zh, en}", "a name {zh, en}"),
    "codes": ("服务的判罚代码", "the judging codes it serves"),
    "version": ("版本", "its version"),
    "checked_on": ("最近核对日", "the day it was last checked"),
    "points_classes": ("积分类别", "its points classes"),
    "counts": ("陈述、规则、案例数", "how many statements, rules and cases"),
}
CELL_STATUSES = ("rule", "searched_none", "not_applicable", "todo")
COMBINE_HOW = ("add", "heaviest", "replace", "override", "unknown")


def manifests_are_whole(packs: Packs) -> Iterator[Problem]:
    """pack.yaml has its keys, serves its folder's codes, and is written in both languages."""
    for folder, manifest in packs.manifests.items():
        file = f"{folder}/pack.yaml"
        for key, (zh, en) in MANIFEST_KEYS.items():
            if key not in manifest:
                yield finding("missing_key", f"{file}:{manifest.line}", key=key, what=f"{zh} / {en}")
        known = {*MANIFEST_KEYS, "appeal", "note"}
        for key in manifest:
            if key not in known:
                where = f"{file}:{manifest.line_of(key)}"
                yield finding("unknown_key", where, key=key, known=" ".join(sorted(known)))
        if "checked_on" in manifest and not read_day(manifest["checked_on"]):
            yield finding(
                "bad_date", f"{file}:{manifest.line_of('checked_on')}", value=manifest["checked_on"]
            )
        for code in manifest.get("codes", []):
            if code not in codes_of(packs, folder):
                yield finding("wrong_folder", f"{file}:{manifest.line_of('codes')}", name=code, folder=folder)
        named: list[tuple[str, Value]] = [("name", manifest.get("name"))]
        classes = manifest.get("points_classes")
        named += list(classes.items()) if isinstance(classes, Map) else []
        for key, words in named:
            for lang in ("zh", "en"):
                if not isinstance(words, Map) or not words.get(lang):
                    yield finding("missing_translation", f"{file}:{manifest.line} {key}", lang=lang)


def counts_agree(packs: Packs) -> Iterator[Problem]:
    """The counts in pack.yaml are those of the files, so that nothing drops out unseen."""
    for folder, manifest in packs.manifests.items():
        said = manifest.get("counts")
        if not isinstance(said, Map):
            continue
        found = {
            "statements": sum(statement.folder == folder for statement in packs.statements.values()),
            "rules": sum(rule.folder == folder for rule in packs.rules.values()),
            "cases": sum(case.folder == folder for case in packs.cases),
        }
        for what, count in found.items():
            if str(said.get(what)) != str(count):
                where = f"{folder}/pack.yaml:{said.line_of(what)} counts.{what}"
                yield finding("count_differs", where, said=said.get(what, 0), what=what, found=count)


def one_exact_rule_at_a_time(packs: Packs) -> Iterator[Problem]:
    """At most one exact rule per code, concept, track and day."""
    exact: dict[tuple[str, str, str], list[Rule]] = {}
    for rule in packs.rules.values():
        for code in rule.applies_to if rule.relation == "exact" else ():
            for track in TRACKS:
                if rule.chain(track):
                    exact.setdefault((code, rule.concept, track), []).append(rule)
    for (code, concept, track), rules in exact.items():
        for first, second in combinations(rules, 2):
            day = _meet(_span(first, track), _span(second, track))
            if day is not None:
                where = f"{second.file}:{second.line} {second.id}.relation"
                start = "unknown" if day == FIRST_DAY else day
                yield finding(
                    "second_exact_rule", where, pack=code, concept=concept, start=start, other=first.id
                )


def rules_have_cases(packs: Packs) -> Iterator[Problem]:
    """Every rule has at least one worked case."""
    with_case = {case.rule for case in packs.cases}
    for rule in packs.rules.values():
        if rule.id not in with_case:
            yield finding("rule_without_case", f"{rule.file}:{rule.line} {rule.id}")


def cases_resolve(packs: Packs) -> Iterator[Problem]:
    """A case speaks of a rule of its own pack, on a track that the rule has."""
    for case in packs.cases:
        rule = packs.rules.get(case.rule)
        if rule is None or rule.folder != case.folder:
            yield finding(
                "unresolved", case.where, what="rule", name=case.rule, registry=f"{case.folder}/rules/"
            )
        elif not rule.chain(case.track) and not rule.chain("training"):
            yield finding("bad_case", f"{case.where} {case.rule}", key="track", what=case.track)


def coverage_is_whole(packs: Packs) -> Iterator[Problem]:
    """coverage.yaml has a true cell for every code and concept."""
    registry = packs.registry
    if not registry.coverage:
        return  # reported as a missing file
    cells = registry.coverage.get("cells", registry.coverage)
    ruled = {(code, rule.concept): rule.id for rule in packs.rules.values() for code in rule.applies_to}
    for code, row in cells.items():
        for concept in row:
            if code not in registry.platforms or concept not in registry.concepts:
                where = f"registry/coverage.yaml:{row.line_of(concept)}"
                name = f"{code} × {concept}"
                yield finding(
                    "unresolved", where, what="cell", name=name, registry="platforms.yaml, concepts.yaml"
                )
    for code in registry.codes:
        row = cells.get(code, Map(1))
        for concept in registry.concepts:
            where = f"registry/coverage.yaml:{row.line_of(concept)}"
            cell = row.get(concept)
            status = cell.get("status") if isinstance(cell, Map) else cell
            rule = ruled.get((code, concept))
            if cell is None:
                yield finding("coverage_cell_missing", where, pack=code, concept=concept)
            elif status not in CELL_STATUSES:
                yield finding("not_one_of", where, value=status, allowed=" ".join(CELL_STATUSES))
            elif (status == "rule") != (rule is not None):
                zh, en = (
                    (f"有规则 {rule}", f"rule {rule} is there") if rule else ("没有规则", "there is no rule")
                )
                yield finding(
                    "coverage_cell_wrong",
                    where,
                    pack=code,
                    concept=concept,
                    status=status,
                    fact_zh=zh,
                    fact_en=en,
                )


def combinations_resolve(packs: Packs) -> Iterator[Problem]:
    """combine.yaml pairs rules that exist, in a way that the engine knows."""
    combine = packs.registry.combine
    for entry in combine if isinstance(combine, list) else combine.get("pairs", []):
        where = f"registry/combine.yaml:{getattr(entry, 'line', 1)}"
        for key in ("rules", "meet_on", "how"):
            if not isinstance(entry, Map) or key not in entry:
                yield finding("missing_key", where, key=key, what=key)
        if not isinstance(entry, Map):
            continue
        for name in entry.get("rules", []):
            if name not in packs.rules:
                yield finding("unresolved", where, what="rule", name=name, registry="rules/")
        if entry.get("how") not in COMBINE_HOW:
            yield finding("not_one_of", where, value=entry.get("how"), allowed=" ".join(COMBINE_HOW))


def _span(rule: Rule, track: str) -> tuple[date, date]:
    chain = rule.chain(track)
    last = chain[-1]
    ends = last.end if last.end and not last.suspended else LAST_DAY
    return chain[0].start or FIRST_DAY, ends


def _meet(first: tuple[date, date], second: tuple[date, date]) -> date | None:
    """The first day that both spans hold, None when they never meet."""
    start, end = max(first[0], second[0]), min(first[1], second[1])
    return start if start < end else None
