"""Read a pack's evidence.csv: one statement a row, strict about columns, grades, dates and reasons."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pipeline.problems import Problem
from pipeline.rules.findings import finding
from pipeline.rules.model import GRADE_OF_STATEMENT, Statement
from pipeline.rules.values import read_day
from pipeline.rules.yamlfile import refuse_path

COLUMNS = (
    "id",
    "platform",
    "concept",
    "kind",
    "source",
    "locator",
    "statement_zh",
    "statement_en",
    "grade",
    "effective_from",
    "published_on",
    "seen_on",
    "supersedes",
    "use",
    "note_zh",
    "note_en",
)
REQUIRED = ("id", "platform", "concept", "kind", "source", "statement_zh", "statement_en", "grade", "use")
EXCUSES = (
    "background",
    "contradicted",
    "hearsay",
    "example_only",
    "not_observable",
    "not_merchant_duty",
    "display_aid",
)


def read_register(path: Path, root: Path) -> tuple[list[Statement], list[Problem]]:
    """Return the statements of one evidence.csv and what is wrong with it."""
    name = str(path.relative_to(root))
    refusal = refuse_path(path, root)
    if refusal:
        return [], [refusal]
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [finding("not_utf8", name, byte=error.start)]
    rows = csv.reader(io.StringIO(text, newline=""), strict=False)
    heading = next(rows, [])
    if tuple(heading) != COLUMNS:
        return [], [finding("csv_columns", f"{name}:1", want=",".join(COLUMNS))]
    statements, problems = [], list[Problem]()
    for row in rows:
        where = f"{name}:{rows.line_num}"
        if len(row) != len(COLUMNS):
            problems.append(finding("csv_row", where, cells=len(row), columns=len(COLUMNS)))
            continue
        cells = {key: cell.strip() for key, cell in zip(COLUMNS, row, strict=True)}
        faults = _faults(cells, f"{where} {cells['id']}")
        problems += faults
        statements.append(_statement(cells, path.parent.name, where))
    return statements, problems


def _faults(cells: dict[str, str], where: str) -> list[Problem]:
    problems = []
    for key in REQUIRED:
        if not cells[key]:
            lang = key.removeprefix("statement_")
            problems.append(
                finding("missing_translation", f"{where} {key}", lang=lang)
                if key.startswith("statement_")
                else finding("missing_cell", where, key=key)
            )
    grades = " ".join(GRADE_OF_STATEMENT)
    if cells["grade"] and cells["grade"] not in GRADE_OF_STATEMENT:
        problems.append(finding("not_one_of", f"{where} grade", value=cells["grade"], allowed=grades))
    if cells["use"] and cells["use"] not in ("rule", *EXCUSES):
        allowed = " ".join(("rule", *EXCUSES))
        problems.append(finding("not_one_of", f"{where} use", value=cells["use"], allowed=allowed))
    elif cells["use"] in EXCUSES and not (cells["note_zh"] and cells["note_en"]):
        problems.append(finding("excuse_without_note", where, evidence=cells["id"]))
    if bool(cells["note_zh"]) != bool(cells["note_en"]) and cells["use"] == "rule":
        lang = "en" if cells["note_zh"] else "zh"
        problems.append(finding("missing_translation", f"{where} note_{lang}", lang=lang))
    for key in ("effective_from", "published_on", "seen_on"):
        problems += [
            finding("bad_date", f"{where} {key}", value=day) for day in _list(cells[key]) if not read_day(day)
        ]
    return problems


def _statement(cells: dict[str, str], folder: str, where: str) -> Statement:
    return Statement(
        id=cells["id"],
        folder=folder,
        where=where,
        platform=_list(cells["platform"]),
        concept=cells["concept"],
        kind=cells["kind"],
        sources=_list(cells["source"]),
        locator=cells["locator"],
        zh=cells["statement_zh"],
        en=cells["statement_en"],
        grade=cells["grade"],
        effective_from=cells["effective_from"],
        published_on=cells["published_on"],
        seen_on=_list(cells["seen_on"]),
        supersedes=cells["supersedes"],
        use=cells["use"],
        note_zh=cells["note_zh"],
        note_en=cells["note_en"],
    )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
