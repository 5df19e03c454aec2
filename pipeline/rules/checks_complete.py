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
from pipeline.rules.yamlfile import Map


def manifests_name_their_codes(packs: Packs) -> Iterator[Problem]:
    """pack.yaml names codes that its folder serves."""
    for folder, manifest in packs.manifests.items():
        for code in manifest.get("codes", []):
            if code not in codes_of(packs, folder):
                where = f"{folder}/pack.yaml:{manifest.line_of('codes')}"
                yield finding("wrong_folder", where, name=code, folder=folder)


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
    ruled = {(code, rule.concept): rule.id for rule in packs.rules.values() for code in rule.applies_to}
    for code, row in registry.coverage.items():
        for concept in row:
            if code not in registry.platforms or concept not in registry.concepts:
                where = f"registry/coverage.yaml:{row.line_of(concept)}"
                name = f"{code} × {concept}"
                yield finding(
                    "unresolved", where, what="cell", name=name, registry="platforms.yaml, concepts.yaml"
                )
    for code in registry.codes:
        row = registry.coverage.get(code, Map(1))
        for concept in registry.concepts:
            where = f"registry/coverage.yaml:{row.line_of(concept)}"
            if concept not in row:
                yield finding("coverage_cell_missing", where, pack=code, concept=concept)
                continue
            status, rule = row[concept]["status"], ruled.get((code, concept))
            if (status == "rule") != (rule is not None):
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
    """combine.yaml pairs rules that exist."""
    for entry in packs.registry.combine:
        for name in entry["rules"]:
            if name not in packs.rules:
                where = f"registry/combine.yaml:{entry.line}"
                yield finding("unresolved", where, what="rule", name=name, registry="rules/")


def _span(rule: Rule, track: str) -> tuple[date, date]:
    chain = rule.chain(track)
    last = chain[-1]
    ends = last.end if last.end and not last.suspended else LAST_DAY
    return chain[0].start or FIRST_DAY, ends


def _meet(first: tuple[date, date], second: tuple[date, date]) -> date | None:
    """The first day that both spans hold, None when they never meet."""
    start, end = max(first[0], second[0]), min(first[1], second[1])
    return start if start < end else None
