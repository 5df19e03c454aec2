"""Checks on provenance: every field is supported or assumed, every statement is used or excused."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.problems import Problem
from pipeline.rules.build import covers, fields_of
from pipeline.rules.checks_rules import each_version, place
from pipeline.rules.findings import finding
from pipeline.rules.model import Packs, Version
from pipeline.rules.values import UNKNOWN
from pipeline.rules.yamlfile import Map, Seq, Value

# What a statement may support beside the fields that a version is judged by.
_OTHER_FIELDS = {
    "from",
    "to",
    "seen",
    "published_on",
    "recorded_on",
    "binds_by",
    "suspends",
    "measure",
    "title",
    "kind",
    "applies_to",
    "exempt",
    "penalties",
    "judge",
    "params",
    "scope",
    "judge.by",
}


def statements_resolve(packs: Packs) -> Iterator[Problem]:
    """A statement's concept, platforms, documents and predecessor are registered."""
    for statement in packs.statements.values():
        where = f"{statement.where} {statement.id}"
        if statement.concept not in packs.registry.concepts:
            yield finding(
                "unresolved", where, what="concept", name=statement.concept, registry="registry/concepts.yaml"
            )
        for code in statement.platform:
            if code not in packs.registry.platforms:
                yield finding(
                    "unresolved", where, what="platform", name=code, registry="registry/platforms.yaml"
                )
        for source in statement.sources:
            if source not in packs.sources:
                yield finding("unresolved", where, what="source", name=source, registry="sources.yaml")
        for name in filter(None, (part.strip() for part in statement.supersedes.split(";"))):
            if name not in packs.statements:
                yield finding("unresolved", where, what="statement", name=name, registry="evidence.csv")


def dates_are_in_evidence(packs: Packs) -> Iterator[Problem]:
    """A version's dates are dates of the statements it cites; what they were seen on is not left out."""
    for rule, version in each_version(packs):
        cited = [
            packs.statements[cite.evidence] for cite in version.cites if cite.evidence in packs.statements
        ]
        known = {day for statement in cited for day in statement.days}
        dates = [("from", version.from_date)] + [("seen", day) for day in version.seen]
        for key, day in dates:
            if day and str(day) not in known and not _assumed(version, key):
                yield finding("date_not_in_evidence", place(rule, version, key), key=key, day=day)
        seen = sorted(day for statement in cited for day in statement.seen_on)
        if version.start is None and seen and not _assumed(version, "seen"):
            yield finding("seen_missing", place(rule, version, "seen"), day=seen[0])


def fields_are_supported(packs: Packs) -> Iterator[Problem]:
    """Every field that is no default and not unknown is supported by a statement or assumed."""
    for rule, version in each_version(packs):
        for field in fields_of(version):
            if (
                not version.support.get(field)
                and not _assumed(version, field)
                and not _needs_none(version, field, packs)
            ):
                yield finding("unsupported_field", place(rule, version, field), field=field)


def supports_name_fields(packs: Packs) -> Iterator[Problem]:
    """`supports` names fields that the version has."""
    for rule, version in each_version(packs):
        fields = fields_of(version)
        for cite in version.cites:
            for entry in cite.supports:
                if not _names_field(entry, fields, version):
                    where = place(rule, version, "evidence", cite.line)
                    yield finding("supports_nothing", where, evidence=cite.evidence, field=entry)


def assumptions_name_fields(packs: Packs) -> Iterator[Problem]:
    """`assumed` names fields that the version has or could have."""
    for rule, version in each_version(packs):
        fields = fields_of(version)
        for assumption in version.assumed:
            part, _, key = assumption.field.partition(".")
            measure = packs.registry.measures.get(version.measure or "")
            # What the version leaves at its default may be an assumption too.
            could = (part == "scope" and key in packs.registry.scope) or (
                part == "params" and measure is not None and key in measure.params
            )
            if not could and not _names_field(assumption.field, fields, version):
                where = place(rule, version, "assumed", assumption.line)
                yield finding("assumed_nothing", where, field=assumption.field)


def evidence_speaks_of_the_platform(packs: Packs) -> Iterator[Problem]:
    """For each code a rule applies to, some statement it cites speaks of that code."""
    for rule, version in each_version(packs):
        ids = {cite.evidence for cite in version.cites} | {
            i for found in version.support.values() for i in found
        }
        speaks = {code for i in ids if i in packs.statements for code in packs.statements[i].platform}
        missing = [code for code in rule.applies_to if code not in speaks]
        if missing and not _assumed(version, "applies_to"):
            yield finding(
                "evidence_of_other_platform",
                place(rule, version, "evidence"),
                evidence=" ".join(sorted(ids)),
                speaks=" ".join(sorted(speaks)),
                applies=" ".join(missing),
            )


def every_statement_is_used_or_excused(packs: Packs) -> Iterator[Problem]:
    """A statement whose use is `rule` is cited somewhere; an excused one is not."""
    users = used_statements(packs)
    for statement in packs.statements.values():
        where = f"{statement.where} {statement.id} use"
        user = users.get(statement.id)
        if statement.use == "rule" and user is None:
            yield finding("statement_unused", where, evidence=statement.id)
        elif statement.use != "rule" and user is not None:
            yield finding(
                "statement_excused_but_used", where, evidence=statement.id, use=statement.use, user=user
            )


def citations_resolve(packs: Packs) -> Iterator[Problem]:
    """What rules, calendars, combinations, lexicons and manifests cite exists."""
    for rule, version in each_version(packs):
        for cite in version.cites:
            if cite.evidence not in packs.statements:
                where = place(rule, version, "evidence", cite.line)
                yield finding(
                    "unresolved", where, what="statement", name=cite.evidence, registry="evidence.csv"
                )
    for evidence, user in _cited_outside_rules(packs):
        if evidence not in packs.statements:
            yield finding("unresolved", user, what="statement", name=evidence, registry="evidence.csv")


def used_statements(packs: Packs) -> dict[str, str]:
    """Which statements are cited, each with the first thing that cites it."""
    users: dict[str, str] = {}
    for rule, version in each_version(packs):
        for cite in version.cites:
            users.setdefault(cite.evidence, rule.id)
    for evidence, user in _cited_outside_rules(packs):
        users.setdefault(evidence, user)
    return users


def _cited_outside_rules(packs: Packs) -> Iterator[tuple[str, str]]:
    registry = packs.registry
    trees: dict[str, Value] = {
        "registry/calendar.yaml": registry.calendar,
        "registry/combine.yaml": registry.combine,
        "registry/coverage.yaml": registry.coverage,
        **{f"lexicons/{name}.yaml": tree for name, tree in packs.lexicons.items()},
        **{f"{folder}/pack.yaml": tree for folder, tree in packs.manifests.items()},
        **{f"{folder}/exports.yaml": tree for folder, tree in packs.exports.items()},
    }
    for file, tree in trees.items():
        for evidence, line in _evidence_lists(tree):
            yield evidence, f"{file}:{line}"


def _evidence_lists(tree: Value) -> Iterator[tuple[str, int]]:
    """Every id under a key `evidence`, at any depth, with its line."""
    waiting: list[Value] = [tree]
    while waiting:
        at = waiting.pop()
        if isinstance(at, Map):
            found = at.get("evidence")
            for item in found if isinstance(found, Seq) else [found] if isinstance(found, str) else []:
                if isinstance(item, str):
                    yield item, at.line_of("evidence")
            waiting += [value for value in at.values() if isinstance(value, (Map, Seq))]
        elif isinstance(at, Seq):
            waiting += [value for value in at if isinstance(value, (Map, Seq))]


def _assumed(version: Version, field: str) -> bool:
    return any(covers(entry.field, field) for entry in version.assumed)


def _names_field(entry: str, fields: list[str], version: Version) -> bool:
    if entry in ("from", "seen"):
        return bool(version.from_date if entry == "from" else version.seen)
    if entry in _OTHER_FIELDS or any(covers(entry, field) for field in fields):
        return True
    head = entry.split(".")[0].split("[")[0]
    return head in ("penalties", "judge") and head in version.body


def _needs_none(version: Version, field: str, packs: Packs) -> bool:
    """Unknown values and defaults of the registry need no source."""
    part, _, key = field.partition(".")
    value = version.part(part).get(key) if key else version.body.get(part)
    if value == UNKNOWN or value == []:
        return True
    if part == "judge" and key == "bands":
        return all(
            predicate.number is not None and not predicate.number.known
            for band in version.bands
            for group in band.condition
            for predicate in group
        )
    measure = packs.registry.measures.get(version.measure or "")
    param = (
        measure.params.get(key)
        if measure and part == "params"
        else packs.registry.scope.get(key)
        if part == "scope"
        else None
    )
    return param is not None and param.has_default and value == param.default
