"""Checks on rules themselves: ids, dates and chains, windows, bands, penalties, rules over rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.problems import Problem
from pipeline.rules.conditions import Condition, Predicate
from pipeline.rules.findings import finding
from pipeline.rules.model import Packs, Rule, Version
from pipeline.rules.values import NONE, UNKNOWN
from pipeline.rules.yamlfile import Map

ROLLING = ("7d", "30d")
LOOK_AT_ORDERS = ("shipment", "out_of_stock", "refund")  # measures that heed scope.orders
_ID = re.compile(r"([a-z]+)\.[a-z][a-z0-9_]*\Z")


def place(rule: Rule, version: Version, path: str = "", line: int | None = None) -> str:
    """Where a version stands: file, line, rule, number, key."""
    track = "" if version.track == "in_force" else f"@{version.track}"
    return f"{rule.file}:{line or version.line} {rule.id} #{version.no}{track}" + (f" {path}" if path else "")


def each_version(packs: Packs) -> Iterator[tuple[Rule, Version]]:
    """Every version of every rule."""
    for rule in packs.rules.values():
        for version in rule.versions:
            yield rule, version


def codes_of(packs: Packs, folder: str) -> list[str]:
    """The judging codes that a folder serves."""
    platforms = packs.registry.platforms
    return [
        code for code, entry in platforms.items() if isinstance(entry, Map) and entry.get("folder") == folder
    ]


def ids_name_a_served_code(packs: Packs) -> Iterator[Problem]:
    """A rule id is code.name, the code served by its folder."""
    for rule in packs.rules.values():
        match = _ID.match(rule.id)
        if not match or match[1] not in codes_of(packs, rule.folder):
            yield finding("bad_id", f"{rule.file}:{rule.line}", name=rule.id)


def codes_are_served_by_the_folder(packs: Packs) -> Iterator[Problem]:
    """A rule applies only to codes that its folder serves."""
    for rule in packs.rules.values():
        for code in rule.applies_to:
            if code not in codes_of(packs, rule.folder):
                where = f"{rule.file}:{rule.line} {rule.id}.applies_to"
                yield finding("wrong_folder", where, name=code, folder=rule.folder)


def points_classes_are_declared(packs: Packs) -> Iterator[Problem]:
    """Every points class is declared in the pack's pack.yaml."""
    for rule, version in each_version(packs):
        known = packs.manifests.get(rule.folder, Map(1)).get("points_classes", {})
        used = {
            effect.code
            for penalty in version.penalties
            for effect in penalty.effects
            if effect.kind == "points"
        }
        if version.measure == "ledger":
            used.add(version.part("params").get("class"))
        for name in sorted(filter(None, used - set(known))):
            registry = f"{rule.folder}/pack.yaml points_classes"
            yield finding(
                "unresolved", place(rule, version), what="points class", name=name, registry=registry
            )


def names_resolve(packs: Packs) -> Iterator[Problem]:
    """Every lexicon that a parameter names has its file, every concept its entry."""
    known = {
        "lexicons": ("lexicon", packs.lexicons, "lexicons/"),
        "concepts": ("concept", packs.registry.concepts, "registry/concepts.yaml"),
        "concept": ("concept", packs.registry.concepts, "registry/concepts.yaml"),
    }
    for rule, version in each_version(packs):
        measure = packs.registry.measures.get(version.measure or "")
        params = version.part("params")
        for key, param in measure.params.items() if measure else ():
            if param.type not in known:
                continue
            what, entries, registry = known[param.type]
            given = params.get(key, param.default)
            for name in given if isinstance(given, list) else [given]:
                if name not in (None, UNKNOWN, NONE, *entries):
                    where = place(rule, version, f"params.{key}", params.line_of(key))
                    yield finding("unresolved", where, what=what, name=name, registry=registry)


def chains_are_in_order(packs: Packs) -> Iterator[Problem]:
    """Versions of a chain follow each other in time; an undated one stands alone."""
    for rule in packs.rules.values():
        for track in {version.track for version in rule.versions}:
            chain = rule.chain(track)
            for before, version in zip([None, *chain], chain, strict=False):
                if version.start is None and len(chain) > 1:
                    yield finding("undated_in_chain", place(rule, version, "from"))
                elif before and before.start and version.start and version.start <= before.start:
                    where = place(rule, version, "from")
                    yield finding("chain_out_of_order", where, start=version.start, before=before.start)


def dates_make_sense(packs: Packs) -> Iterator[Problem]:
    """Nothing is seen before it starts, nothing ends before it starts."""
    for rule, version in each_version(packs):
        if version.from_date and version.seen and min(version.seen) < version.from_date:
            where = place(rule, version, "seen")
            yield finding("seen_before_from", where, seen=min(version.seen), start=version.from_date)
        if version.end and version.start and version.end <= version.start:
            yield finding(
                "ends_before_start", place(rule, version, "to"), end=version.end, start=version.start
            )


def parts_are_whole(packs: Packs) -> Iterator[Problem]:
    """Once all is inherited, `judge` says by what and `penalties` say which of them."""
    for rule, version in each_version(packs):
        for part, keys in (("judge", ("by",)), ("penalties", ("pick", "of"))):
            if part in version.body or (part == "judge" and version.measure):
                for key in keys:
                    if key not in version.part(part):
                        yield finding(
                            "missing_key", place(rule, version, part), key=key, what=f"{part}.{key}"
                        )


def windows_are_stated(packs: Packs) -> Iterator[Problem]:
    """What is judged over a window says which."""
    for rule, version in each_version(packs):
        judge = version.part("judge")
        by = judge.get("by", "each")
        if by != "each" and "window" not in judge:
            yield finding("window_missing", place(rule, version, "judge"), by=by)


def what_is_written_is_judged(packs: Packs) -> Iterator[Problem]:
    """Nothing that the form allows and the engine does not know is passed over in silence."""
    for rule, version in each_version(packs):
        for number, penalty in enumerate(version.penalties, 1):
            rolling = sum(cap.per in ROLLING for cap in penalty.caps)
            if len(penalty.caps) > 2 or rolling > 1:
                yield finding(
                    "not_judged", place(rule, version, "penalties"), field=f"of[{number}].caps",
                    why_zh="一条处罚至多两个上限，其中至多一个滚动（7d、30d）",
                    why_en="a penalty has at most two caps, of which at most one rolls (7d, 30d)",
                )  # fmt: skip
            if any(cap.mode == "skip" and cap.per not in ROLLING for cap in penalty.caps):
                yield finding(
                    "not_judged", place(rule, version, "penalties"), field=f"of[{number}].caps",
                    why_zh="整次不算（mode: skip）只用于滚动上限（7d、30d）",
                    why_en="an offence is dropped whole (mode: skip) only by a rolling cap (7d, 30d)",
                )  # fmt: skip
        if version.orders is not None and version.measure not in LOOK_AT_ORDERS:
            yield finding(
                "not_judged", place(rule, version, "scope"), field="orders",
                why_zh=f"量法 {version.measure} 不看订单范围",
                why_en=f"measure {version.measure} does not look at the scope of orders",
            )  # fmt: skip
        if version.part("params").get("min_agents", "1") not in ("1", UNKNOWN):
            yield finding(
                "not_judged", place(rule, version, "params"), field="min_agents",
                why_zh="在线时长只算至少一人在线", why_en="hours online are those with at least one agent",
            )  # fmt: skip


def bands_can_be_reached(packs: Packs) -> Iterator[Problem]:
    """No band is wholly inside an earlier one, since the first that is met counts."""
    for rule, version in each_version(packs):
        for first, second in _shadowed([band.condition for band in version.bands]):
            yield finding("bands_overlap", place(rule, version, "judge.bands"), first=first, second=second)


def penalties_can_be_reached(packs: Packs) -> Iterator[Problem]:
    """With pick: first, no penalty is wholly inside an earlier one."""
    for rule, version in each_version(packs):
        if version.pick != "first":
            continue
        for first, second in _shadowed([penalty.condition for penalty in version.penalties]):
            yield finding(
                "penalty_unreachable", place(rule, version, "penalties"), first=first, second=second
            )


def severities_come_from_bands(packs: Packs) -> Iterator[Problem]:
    """Where bands give the severity, penalties speak only of what they give."""
    for rule, version in each_version(packs):
        given = {band.severity for band in version.bands}
        if not given or UNKNOWN in given:  # an unknown severity may turn out to be any that penalties name
            continue
        for penalty in version.penalties:
            for predicate in (predicate for group in penalty.condition for predicate in group):
                for member in predicate.members if predicate.fact == "severity" else ():
                    if member not in given:
                        where = place(rule, version, "penalties")
                        yield finding("severity_unknown", where, severity=member)


def recurrences_resolve(packs: Packs) -> Iterator[Problem]:
    """Rules over rules count rules that exist, and never themselves."""
    counted: dict[str, set[str]] = {}
    for rule, version in each_version(packs):
        if version.measure != "recurrence":
            continue
        for name in version.part("params").get("of", []):
            counted.setdefault(rule.id, set()).add(name)
            if name not in packs.rules:
                where = place(rule, version, "params.of")
                yield finding("unresolved", where, what="rule", name=name, registry="rules/")
    for start in counted:
        way, seen = [start], {start}
        while way:
            for name in counted.get(way.pop(), ()):
                if name == start:
                    rule = packs.rules[start]
                    yield finding(
                        "recurrence_loop", f"{rule.file}:{rule.line} {start}", loop=" → ".join([start, name])
                    )
                elif name not in seen:
                    seen.add(name)
                    way.append(name)


def _shadowed(conditions: list[Condition]) -> Iterator[tuple[int, int]]:
    """Pairs (from 1) of which the later can never be the first that is met."""
    for second, later in enumerate(conditions):
        for first, earlier in enumerate(conditions[:second]):
            if all(any(_implies(inner, outer) for outer in earlier) for inner in later):
                yield first + 1, second + 1
                break


def _implies(inner: tuple[Predicate, ...], outer: tuple[Predicate, ...]) -> bool:
    """Whether whatever meets the predicates `inner` also meets the predicates `outer`."""
    return all(any(_predicate_implies(given, wanted) for given in inner) for wanted in outer)


def _predicate_implies(given: Predicate, wanted: Predicate) -> bool:
    if given == wanted:
        # Two unknown limits need not be the same limit.
        return given.number is None or given.number.known
    if given.fact != wanted.fact or given.in_window != wanted.in_window:
        return False
    if given.members and wanted.members:
        return set(given.members) <= set(wanted.members)
    a = given.number.exact if given.number else None
    b = wanted.number.exact if wanted.number else None
    if a is None or b is None:
        return False
    match wanted.op:
        case "ge":
            return (given.op in ("ge", "gt", "eq")) and a >= b
        case "gt":
            return (given.op == "gt" and a >= b) or (given.op in ("ge", "eq") and a > b)
        case "le":
            return (given.op in ("le", "lt", "eq")) and a <= b
        case "lt":
            return (given.op == "lt" and a <= b) or (given.op in ("le", "eq") and a < b)
    return False
