"""What a pack is once it is read: rules with dated versions, statements, documents, registries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from pipeline.problems import Problem
from pipeline.rules.conditions import Condition
from pipeline.rules.values import Number
from pipeline.rules.yamlfile import Map, Value

TRACKS = ("in_force", "training", "draft", "trial")
GRADES = ("official", "secondary", "training", "hearsay")  # best first
# How the register grades a statement -> the grade that decides what is in force.
GRADE_OF_STATEMENT = {
    "official": "official", "secondary_plus": "secondary", "secondary": "secondary",
    "training": "training", "hearsay": "hearsay",
}  # fmt: skip


@dataclass(frozen=True)
class Param:
    """One parameter of a measure, as the registry describes it."""

    name: str
    type: str
    role: str | None  # shape, combo, or None for measures without units
    values: tuple[str, ...]
    has_default: bool
    default: Value
    zh: str
    en: str


@dataclass(frozen=True)
class Measure:
    """One measure, its facts and its parameters in order."""

    id: str
    zh: str
    en: str
    facts: tuple[str, ...]
    over_rules: bool
    params: dict[str, Param]


@dataclass(frozen=True)
class Registry:
    """Every name that packs share; the raw mappings stay as the files have them."""

    concepts: Map
    measures: dict[str, Measure]
    scope: dict[str, Param]
    facts: Map  # facts of penalties, exemptions, scope
    aggregates: Map  # facts of bands and gates
    units: Map
    platforms: Map
    sanctions: Map
    calendar: Map
    coverage: Map
    combine: list[Map]
    words: Map

    @property
    def codes(self) -> list[str]:
        """The judging codes in the registry's order."""
        return list(self.platforms)


@dataclass(frozen=True)
class Statement:
    """One row of a register: what a document says."""

    id: str
    folder: str
    where: str
    platform: tuple[str, ...]
    concept: str
    kind: str
    sources: tuple[str, ...]
    locator: str
    zh: str
    en: str
    grade: str
    effective_from: str
    published_on: str
    seen_on: tuple[str, ...]
    supersedes: str
    use: str
    note_zh: str
    note_en: str

    @property
    def days(self) -> set[str]:
        """Every date the statement carries, as written."""
        return {day for day in (self.effective_from, self.published_on, *self.seen_on) if day}


@dataclass(frozen=True)
class Cite:
    """A version's citation: which statement supports which fields."""

    evidence: str
    supports: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Assumption:
    """A field that no source states, taken as it is for a reason."""

    field: str
    zh: str
    en: str
    line: int


@dataclass(frozen=True)
class Band:
    """A range of the aggregates and the severity it has."""

    condition: Condition
    severity: str


@dataclass(frozen=True)
class Effect:
    """One consequence of a penalty; numbers are None where the effect has no such number."""

    kind: str
    code: str | None = None
    amount: Number | None = None
    is_rate: bool = False
    base: str | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    currency: str | None = None
    payee: str | None = None
    form: str | None = None
    days: Number | None = None
    until: str | None = None


@dataclass(frozen=True)
class Cap:
    """How much of a penalty counts at most within a period."""

    of: str
    per: str
    limit: Number
    mode: str


@dataclass(frozen=True)
class Penalty:
    """What happens when its condition holds."""

    condition: Condition
    per: str
    effects: tuple[Effect, ...]
    caps: tuple[Cap, ...]


@dataclass(frozen=True)
class Version:
    """One dated version, everything inherited already merged in."""

    rule_id: str
    no: int
    track: str
    line: int
    from_date: date | None
    seen: tuple[date, ...]
    end: date | None
    suspended: bool
    binds_by: str
    measure: str | None
    body: Map  # the merged mapping as written: params, scope, judge, penalties, ...
    bands: tuple[Band, ...]
    gate: Condition | None
    exempt: tuple[Condition, ...]
    stores: Condition | None
    orders: Condition | None
    pick: str
    penalties: tuple[Penalty, ...]
    cites: tuple[Cite, ...]
    support: dict[str, tuple[str, ...]]  # field -> statements that support it, own or inherited
    assumed: tuple[Assumption, ...]

    @property
    def start(self) -> date | None:
        """The day it starts: from, else the first day it was seen."""
        return self.from_date or (min(self.seen) if self.seen else None)

    def part(self, name: str) -> Map:
        """A mapping of the body (params, scope, judge), empty when absent."""
        value = self.body.get(name)
        return value if isinstance(value, Map) else Map(self.line)


@dataclass(frozen=True)
class Rule:
    """One concept judged one way on one or more codes."""

    id: str
    folder: str
    file: str
    line: int
    title_zh: str
    title_en: str
    concept: str
    relation: str
    kind: str
    applies_to: tuple[str, ...]
    versions: tuple[Version, ...]

    def chain(self, track: str) -> list[Version]:
        """The versions of one track in order."""
        return [version for version in self.versions if version.track == track]


@dataclass(frozen=True)
class Expect:
    """What a case must give; None where the case does not say. Bounds of None are unknown."""

    units: int | None
    failing: int | None
    verdict: str | None
    certainty: str | None
    money: Number | None
    currency: str
    points_class: str | None
    points: Number | None
    sanction: str | None
    sanction_days: Number | None


@dataclass(frozen=True)
class Case:
    """One worked example: tiny facts in, verdict and penalty out."""

    where: str
    folder: str
    rule: str
    track: str
    name_zh: str
    name_en: str
    store: dict[str, object]
    facts: dict[str, list[dict[str, object]]]  # rows by fact table, values typed as pipeline/tables.py says
    expect: Expect


@dataclass(frozen=True)
class Packs:
    """Everything the rule folder says, with what is wrong in it."""

    root: Path
    registry: Registry
    sources: dict[str, Map]
    statements: dict[str, Statement]
    lexicons: dict[str, Map]
    manifests: dict[str, Map]  # folder -> pack.yaml
    exports: dict[str, Map]  # folder -> exports.yaml
    rules: dict[str, Rule]
    cases: tuple[Case, ...]
    fingerprint: str
    problems: tuple[Problem, ...] = field(default=())

    @cached_property
    def packs_version(self) -> str:
        """A short name of exactly these files, for run records and marts."""
        return self.fingerprint[:12]
