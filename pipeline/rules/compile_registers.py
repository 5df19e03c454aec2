"""The rule tables that are registers: statements, documents, concepts, sanctions, days, coverage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pipeline.rules.model import Packs
from pipeline.rules.values import UNKNOWN, read_day
from pipeline.rules.yamlfile import Map

Rows = dict[str, list[dict[str, Any]]]


def add_registers(rows: Rows, packs: Packs) -> None:
    """Add the rows of every register."""
    registry = packs.registry
    for statement in packs.statements.values():
        rows["evidence"].append(
            {
                "evidence_id": statement.id,
                "pack_folder": statement.folder,
                "platform": ";".join(statement.platform),
                "concept": statement.concept,
                "kind": statement.kind,
                "source_ids": list(statement.sources),
                "locator": statement.locator or None,
                "statement_zh": statement.zh,
                "statement_en": statement.en,
                "grade": statement.grade,
                "effective_from": read_day(statement.effective_from),
                "published_on": read_day(statement.published_on),
                "seen_on": list(statement.seen_on),
                "supersedes": statement.supersedes or None,
                "use": statement.use,
                "note_zh": statement.note_zh or None,
                "note_en": statement.note_en or None,
            }
        )
    for source_id, entry in packs.sources.items():
        rows["sources"].append(_source(source_id, entry))
    for concept, entry in registry.concepts.items():
        rows["concepts"].append(
            {
                "concept": concept,
                "zh": entry["zh"],
                "en": entry["en"],
                "concept_group": entry.get("group"),
                "canonical_unit": entry.get("canonical_unit"),
                "stricter": entry.get("stricter"),
            }
        )
    for code, entry in registry.sanctions.items():
        rows["sanctions"].append(
            {
                "code": code,
                "zh": entry["zh"],
                "en": entry["en"],
                "weight": entry["weight"],
                "stops_sales": entry["stops_sales"],
            }
        )
    rows["calendar_days"] = [row for name, entry in registry.calendar.items() for row in _days(name, entry)]
    rows["coverage"] = list(coverage_rows(packs))
    rows["combinations"] = list(_combinations(packs))


def _source(source_id: str, entry: Map) -> dict[str, Any]:
    title, publisher, url = entry.get("title", {}), entry.get("publisher"), entry.get("url")
    published = entry.get("published_on")
    return {
        "source_id": source_id,
        "title_zh": title.get("zh", source_id),
        "title_en": title.get("en", source_id),
        "publisher": publisher.get("zh") if isinstance(publisher, Map) else publisher,
        "urls": list(url) if isinstance(url, list) else [],
        "published_on": None if published == UNKNOWN else published,
        "seen_on": list(entry.get("seen_on", [])),
        "kind": entry.get("kind", UNKNOWN),
    }


def _days(name: str, entry: Map) -> Iterator[dict[str, Any]]:
    for year, span in entry.get("years", {}).items():
        first, last = date.fromisoformat(span["first"]), date.fromisoformat(span["last"])
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            yield {"calendar": name, "day": day, "year": int(year), "kind": "holiday"}
        for worked in span.get("make_up", []):
            yield {"calendar": name, "day": date.fromisoformat(worked), "year": int(year), "kind": "workday"}


def coverage_rows(packs: Packs) -> Iterator[dict[str, Any]]:
    """One row per cell of coverage.yaml; a cell nobody wrote counts as todo."""
    for pack in packs.registry.codes:
        row = packs.registry.coverage.get(pack, {})
        for concept in packs.registry.concepts:
            cell = row.get(concept, {"status": "todo"})
            note = cell.get("note", {})
            yield {
                "pack": pack,
                "concept": concept,
                "status": cell["status"],
                "note_zh": note.get("zh"),
                "note_en": note.get("en"),
            }


def _combinations(packs: Packs) -> Iterator[dict[str, Any]]:
    for entry in packs.registry.combine:
        first, second = (packs.rules.get(rule_id) for rule_id in entry["rules"])
        if first is None or second is None:
            continue
        for pack in (pack for pack in first.applies_to if pack in second.applies_to):
            yield {
                "pack": pack,
                "rule_id": first.id,
                "other_rule_id": second.id,
                "meet_on": entry["meet_on"],
                "how": entry["how"],
                "from_date": read_day(entry.get("from")),
                "evidence_ids": list(entry.get("evidence", [])),
            }
