"""Read the registries: the names that packs, measures and marts share."""

from __future__ import annotations

from pathlib import Path

from pipeline.problems import Problem
from pipeline.rules.model import Measure, Param, Registry
from pipeline.rules.yamlfile import Map, Value, read_yaml

FILES = (
    "concepts",
    "measures",
    "facts",
    "units",
    "platforms",
    "sanctions",
    "calendar",
    "coverage",
    "combine",
    "words",
)


def read_registry(root: Path) -> tuple[Registry, list[Problem]]:
    """Read every registry file; what is missing or malformed is a problem, and reads as empty."""
    problems: list[Problem] = []
    read: dict[str, Value] = {}
    for name in FILES:
        value, found = read_yaml(root / "registry" / f"{name}.yaml", root)
        read[name] = Map(1) if value is None else value
        problems += found
    maps = {name: value if isinstance(value, Map) else Map(1) for name, value in read.items()}
    facts = maps["facts"]
    registry = Registry(
        concepts=maps["concepts"],
        measures={
            name: _measure(name, entry) for name, entry in _inner(maps["measures"], "measures").items()
        },
        scope={name: _param(name, entry) for name, entry in _inner(maps["measures"], "scope").items()},
        facts=_inner(facts, "facts"),
        aggregates=_inner(facts, "aggregates"),
        units=maps["units"],
        platforms=maps["platforms"],
        sanctions=maps["sanctions"],
        calendar=_inner(maps["calendar"], "periods"),
        coverage=maps["coverage"],
        combine=read["combine"],
        words=maps["words"],
    )
    return registry, problems


def _inner(outer: Map, key: str) -> Map:
    value = outer.get(key)
    return value if isinstance(value, Map) else Map(outer.line)


def _measure(name: str, entry: Map) -> Measure:
    return Measure(
        id=name,
        zh=entry["zh"],
        en=entry["en"],
        facts=tuple(entry.get("facts", [])),
        over_rules=entry.get("over_rules", False) is True,
        params={key: _param(key, value) for key, value in entry.get("params", {}).items()},
    )


def _param(name: str, entry: Map) -> Param:
    return Param(
        name=name,
        type=entry["type"],
        role=entry.get("role"),
        values=tuple(entry.get("values", [])),
        has_default="default" in entry,
        default=entry.get("default"),
        zh=entry["zh"],
        en=entry["en"],
    )
