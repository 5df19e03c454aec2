"""Decide which versions bind when: grade, track, and the days on which each one judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.rules.model import GRADE_OF_STATEMENT, GRADES, Packs, Rule, Version

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True)
class Binding:
    """One version as it binds one judging code on one track, with the days on which it judges."""

    rule: Rule
    version: Version
    pack: str
    track: str
    grade: str
    effective_from: date
    effective_to: date
    certain_from: date

    @property
    def version_id(self) -> str:
        """code:rule#number, with @track when it is not in force."""
        suffix = "" if self.track == "in_force" else f"@{self.track}"
        return f"{self.pack}:{self.rule.id}#{self.version.no}{suffix}"


def version_grade(version: Version, packs: Packs) -> str:
    """The grade of a version: per field the best statement counts, and the weakest field decides."""
    fields = [_best(ids, packs) for ids in version.support.values() if ids]
    if not fields:
        fields = [_best(tuple(cite.evidence for cite in version.cites), packs)]
    return max(fields, key=GRADES.index)


def bindings(packs: Packs, min_grade: str = "secondary") -> list[Binding]:
    """Return every version that binds a code, chain by chain.

    On track in_force: `official` takes only official versions; `secondary` (the usual) adds secondary ones
    and, where a code has nothing better for a concept, training ones; `hearsay` adds hearsay ones too.
    `training` reads as `secondary`. The other tracks are returned whole.
    """
    found: list[Binding] = []
    grades = {
        id(version): version_grade(version, packs)
        for rule in packs.rules.values()
        for version in rule.versions
    }
    better = _codes_with_better(packs, grades, min_grade)
    for rule in sorted(packs.rules.values(), key=lambda rule: rule.id):
        for pack in rule.applies_to:
            known = (pack, rule.concept) in better
            in_force = [v for v in rule.chain("in_force") if _taken(grades[id(v)], min_grade, known)]
            found += _chain(rule, pack, "in_force", in_force, grades)
            for track in ("training", "draft", "trial"):
                found += _chain(rule, pack, track, rule.chain(track), grades)
            if not in_force and not known and min_grade != "official":
                found += _chain(rule, pack, "in_force", rule.chain("training"), grades)
    return found


def _best(ids: tuple[str, ...], packs: Packs) -> str:
    grades = [
        GRADE_OF_STATEMENT.get(packs.statements[i].grade, "hearsay") for i in ids if i in packs.statements
    ]
    return min(grades, key=GRADES.index, default="hearsay")


def _codes_with_better(packs: Packs, grades: dict[int, str], min_grade: str) -> set[tuple[str, str]]:
    """The codes and concepts for which some version in force is official or secondary."""
    enough = ("official",) if min_grade == "official" else ("official", "secondary")
    return {
        (pack, rule.concept)
        for rule in packs.rules.values()
        for pack in rule.applies_to
        if any(grades[id(version)] in enough for version in rule.chain("in_force"))
    }


def _taken(grade: str, min_grade: str, better_known: bool) -> bool:
    if grade == "hearsay":
        return min_grade == "hearsay"
    if grade == "training":
        return not better_known and min_grade != "official"
    return grade == "official" or min_grade != "official"


def _chain(
    rule: Rule, pack: str, track: str, versions: list[Version], grades: dict[int, str]
) -> list[Binding]:
    chain = []
    for position, version in enumerate(versions):
        following = versions[position + 1] if position + 1 < len(versions) else None
        start = version.start
        ends = following.start if following and following.start else LAST_DAY
        # A suspended version goes on after its pause; only a plain `to` ends one.
        if version.end and not version.suspended:
            ends = min(ends, version.end)
        first = position == 0
        chain.append(
            Binding(
                rule=rule,
                version=version,
                pack=pack,
                track=track,
                grade=grades[id(version)],
                effective_from=FIRST_DAY if first else start or FIRST_DAY,
                effective_to=ends,
                certain_from=start or LAST_DAY,
            )
        )
    return chain
