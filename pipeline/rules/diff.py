"""Compare two editions of the packs: which rules, versions, fields and statements came, went or changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.rules.changes import changed_fields
from pipeline.rules.model import Packs, Rule, Statement, Version

_STATEMENT_FIELDS = (
    "concept",
    "platform",
    "grade",
    "zh",
    "en",
    "effective_from",
    "seen_on",
    "use",
    "sources",
)


def diff_rows(old: Packs, new: Packs) -> list[dict[str, Any]]:
    """One row per difference: what, id, version, field, old, new, direction."""
    return [*_rules(old, new), *_statements(old, new)]


def _rules(old: Packs, new: Packs) -> Iterator[dict[str, Any]]:
    for name in sorted({*old.rules, *new.rules}):
        before, after = old.rules.get(name), new.rules.get(name)
        if before is None or after is None:
            present = after or before
            assert present is not None
            yield _row(
                "rule_added" if after else "rule_removed",
                name,
                new_value=present.title_zh if after else None,
                old_value=None if after else present.title_zh,
            )
            continue
        for field in ("title_zh", "title_en", "concept", "relation", "kind", "applies_to"):
            if getattr(before, field) != getattr(after, field):
                yield _row(
                    "rule_changed", name, None, field, str(getattr(before, field)), str(getattr(after, field))
                )
        yield from _versions(new, before, after)


def _versions(packs: Packs, before: Rule, after: Rule) -> Iterator[dict[str, Any]]:
    old, new = _by_place(before), _by_place(after)
    for place in dict.fromkeys([*old, *new]):
        a, b = old.get(place), new.get(place)
        if a is None or b is None:
            version = b or a
            assert version is not None
            yield _row(
                "version_added" if b else "version_removed",
                after.id,
                place,
                "from",
                None if b else str(version.start),
                str(version.start) if b else None,
            )
            continue
        for field, was, now in (
            ("from", a.from_date, b.from_date),
            ("seen", a.seen, b.seen),
            ("to", a.end, b.end),
            ("evidence", [c.evidence for c in a.cites], [c.evidence for c in b.cites]),
        ):
            if was != now:
                yield _row("version_changed", after.id, place, field, _text(was), _text(now))
        for field, was_text, now_text, direction in changed_fields(packs, after, a, b):
            yield _row("version_changed", after.id, place, field, was_text, now_text, direction)


def _by_place(rule: Rule) -> dict[str, Version]:
    """Versions by track and start day, so that one put in between does not shift the rest."""
    return {f"{version.track} {version.start or 'unknown'}": version for version in rule.versions}


def _statements(old: Packs, new: Packs) -> Iterator[dict[str, Any]]:
    for name in sorted({*old.statements, *new.statements}):
        before, after = old.statements.get(name), new.statements.get(name)
        if before is None or after is None:
            said = after or before
            assert isinstance(said, Statement)
            yield _row(
                "statement_added" if after else "statement_removed",
                name,
                new_value=said.zh if after else None,
                old_value=None if after else said.zh,
            )
            continue
        for field in _STATEMENT_FIELDS:
            if getattr(before, field) != getattr(after, field):
                yield _row(
                    "statement_changed",
                    name,
                    None,
                    field,
                    _text(getattr(before, field)),
                    _text(getattr(after, field)),
                )


def _row(
    what: str,
    name: str,
    version: str | None = None,
    field: str | None = None,
    old_value: str | None = None,
    new_value: str | None = None,
    direction: str | None = None,
) -> dict[str, Any]:
    return {
        "what": what,
        "id": name,
        "version": version,
        "field": field,
        "old": old_value,
        "new": new_value,
        "direction": direction,
    }


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return " ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)
