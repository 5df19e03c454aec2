"""One run from exports to a published release: read, check, judge, check, publish."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.config import Config
from pipeline.engine.batches import fact_files
from pipeline.engine.duck import open_duckdb, show_as, show_files
from pipeline.engine.evaluate import Places, evaluate, write_rules
from pipeline.engine.global_zone import RunInfo
from pipeline.ingest.read import IngestReport, ingest
from pipeline.publish.lock import warehouse_lock
from pipeline.publish.release import publish
from pipeline.quality.gates import GateResult, Gates
from pipeline.rules.compiled import compiled
from pipeline.rules.load import sound_packs
from pipeline.tables import FACTS, RULES, Table, by_name
from pipeline.text.derive import derive
from pipeline.text.lexicon import load_lexicons

Progress = Callable[[str, int, int], None]
FROM_TEXTS = ("hits", "promises")  # fact tables that derive writes


@dataclass
class Summary:
    """What a run did; `published` is false when nothing was new."""

    run_id: str
    started_at: datetime
    warehouse: Path
    packs_version: str
    ingested: IngestReport
    published: bool = False
    built: int = 0
    kept: int = 0
    gates: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """1 when some files were refused, else 0."""
        return 1 if self.ingested.refused else 0

    def as_json(self) -> dict[str, Any]:
        """The summary object of `--json`."""
        return {
            "run_id": self.run_id,
            "started_at": self.started_at.isoformat(),
            "status": "refused_files" if self.ingested.refused else "done",
            "published": self.published,
            "warehouse": str(self.warehouse),
            "packs_version": self.packs_version,
            "rows": self.ingested.totals(),
            "tables": {
                row["table"]: {name: int(row[name]) for name in ("read", "loaded", "superseded", "quarantined")}
                for row in self.ingested.tables.to_dicts()
            },
            "files_known": self.ingested.known,
            "refused": [
                {"code": p.code, "where": p.where, "zh": p.zh, "en": p.en, "mend_zh": p.mend_zh, "mend_en": p.mend_en}
                for p in self.ingested.refused
            ],
            "set_aside": [{"where": p.where, "zh": p.zh, "en": p.en} for p in self.ingested.notes],
            "work": {"built": self.built, "kept": self.kept},
            "gates": self.gates,
        }


def run(
    exports: Path, warehouse: Path, *, config: Config, packs: Path, sql: Path, min_grade: str = "secondary",
    full: bool = False, progress: Progress | None = None, gates: Gates | None = None,
    and_then: Callable[[], object] | None = None,
) -> Summary:  # fmt: skip
    """Read new exports, judge everything by the packs, publish a release unless nothing changed.

    Args:
        gates: started already, and closed by the caller; their start takes as long as a small run.
        and_then: called once the release is the current one, while its views are written.

    Raises:
        WarehouseLocked, RulesInvalid, GateFailed: nothing is published then.
    """
    started_at = datetime.now().replace(microsecond=0)
    with warehouse_lock(warehouse), (nullcontext(gates) if gates else Gates(warehouse)) as gates, ThreadPoolExecutor(2) as beside:
        loaded = sound_packs(packs)
        lexicons = load_lexicons(packs / "lexicons", config.allowed_words)
        run_id = _run_id(warehouse, started_at)
        report = ingest(exports, warehouse, config, run_id, progress, packs=packs)
        summary = Summary(run_id, started_at, warehouse, loaded.packs_version, report)
        derived = beside.submit(derive, warehouse / "facts", warehouse / "state", lexicons, progress)
        inputs = _inputs(warehouse, loaded.fingerprint, lexicons.fingerprint, sql, min_grade)
        if not full and not report.changed and not derived.result() and inputs == _published_inputs(warehouse):
            return summary
        with _places(warehouse, run_id) as places:
            of_packs = compiled(loaded, min_grade)
            write_rules(of_packs.tables, places.rules)
            checked = beside.submit(_check_inputs, gates, places, derived)
            derived.result()

            def gate(connection: duckdb.DuckDBPyConnection) -> None:
                summary.gates |= checked.result() | _told(gates.check("marts", connection))

            try:
                done = evaluate(
                    places, packs=packs, sql=sql, info=RunInfo(run_id, started_at, summary.packs_version),
                    first_seen=_first_seen(warehouse), full=full, progress=progress, gate=gate,
                )  # fmt: skip
            except Exception:
                checked.result()  # what is wrong with the facts says more than what came of it
                raise
            gates.finish()
            summary.published = True
            summary.built, summary.kept = done.work.built, done.work.kept
            frames: dict[str, pl.DataFrame | Path] = {
                **done.marts,
                **{table.name: places.rules / f"{table.name}.parquet" for table in RULES},
                **of_packs.marts_of(run_id),
                "runs": _runs(warehouse, summary),
            }
            publish(frames, warehouse, run_id, config.keep_releases, summary.packs_version, and_then=and_then)
            _inputs_file(warehouse).write_text(json.dumps(inputs), encoding="utf-8")
    return summary


@contextmanager
def _places(warehouse: Path, run_id: str) -> Iterator[Places]:
    scratch = warehouse / "state" / "scratch" / run_id
    try:
        yield Places(
            facts=warehouse / "facts",
            state=warehouse / "state" / "units",
            rules=warehouse / "state" / "rules",
            marts=scratch / "marts",
            scratch=scratch / "duckdb",
        )
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)


def _run_id(warehouse: Path, started_at: datetime) -> str:
    """The start to the second, with a number behind it when that is taken."""
    base = started_at.strftime("%Y%m%dT%H%M%S")
    taken = {path.name for path in (warehouse / "releases").glob(f"{base}*")}
    return next(name for name in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if name not in taken)


def _inputs(warehouse: Path, packs: str, lexicons: str, sql: Path, min_grade: str) -> dict[str, str]:
    """Everything that decides what a release says, bar the facts that ingest itself reports as changed."""
    queries, stores = hashlib.sha256(), hashlib.sha256()
    for path in sorted(sql.glob("*/*.sql")):
        queries.update(path.read_bytes())
    for path in sorted((warehouse / "facts" / "stores").rglob("*.parquet")):
        stores.update(pl.read_parquet(path).drop("ingested_run", strict=False).write_json().encode())
    return {"packs": packs, "lexicons": lexicons, "min_grade": min_grade, "sql": queries.hexdigest(), "stores": stores.hexdigest()}


def _inputs_file(warehouse: Path) -> Path:
    return warehouse / "state" / "published.json"


def _published_inputs(warehouse: Path) -> dict[str, str]:
    """What the current release was made from; empty when there is none."""
    file = _inputs_file(warehouse)
    told: dict[str, str] = json.loads(file.read_bytes()) if file.exists() and (warehouse / "current").exists() else {}
    return told


def _told(result: GateResult) -> dict[str, Any]:
    return {result.gate: {"tables": result.tables, "rows": result.rows, "checks": result.checks, "passed": result.passed}}


def _check_inputs(gates: Gates, places: Places, derived: Future[int]) -> dict[str, Any]:
    """The gates of facts and rules, on what was written; they run beside the matching of texts and the judging."""
    scratch = places.scratch / "gates"
    with open_duckdb(scratch) as connection:
        for table in RULES:
            path = places.rules / f"{table.name}.parquet"
            show_as(connection, table.name, [path] if path.exists() else [], table.empty_select())
        seen_rules = gates.count("rules", connection)
    with open_duckdb(scratch, memory="1GB") as connection:
        read = [table for table in FACTS if table.name not in FROM_TEXTS]
        _show_facts(connection, places, read)
        seen_facts = gates.count("facts", connection)
        derived.result()
        _show_facts(connection, places, [table for table in FACTS if table.name in FROM_TEXTS])
        seen_facts += gates.count("facts", connection, FROM_TEXTS)
    facts = _told(gates.conclude("facts", seen_facts))
    return facts | _told(gates.conclude("rules", seen_rules))


def _show_facts(connection: duckdb.DuckDBPyConnection, places: Places, tables: Iterable[Table]) -> None:
    files = fact_files(places.facts)
    for table in tables:
        if files[table.name]:
            show_files(connection, table, files[table.name])


def _first_seen(warehouse: Path) -> pl.DataFrame | None:
    earlier = warehouse / "current" / "breaches.parquet"
    return pl.read_parquet(earlier, columns=["breach_id", "first_seen_run"]).unique() if earlier.exists() else None


def _runs(warehouse: Path, summary: Summary) -> pl.DataFrame:
    """This run and the earlier ones."""
    totals = summary.ingested.totals()
    changed = {"store_months": sorted("/".join(pair) for pair in summary.ingested.touched), "built": summary.built}
    row = {
        "run_id": summary.run_id, "started_at": summary.started_at, "finished_at": datetime.now().replace(microsecond=0),
        "status": "refused_files" if summary.ingested.refused else "done",
        "rows_read": totals["read"], "rows_loaded": totals["loaded"], "rows_superseded": totals["superseded"],
        "rows_quarantined": totals["quarantined"], "gates": json.dumps(summary.gates), "changed": json.dumps(changed),
        "packs_version": summary.packs_version,
    }  # fmt: skip
    frame = pl.DataFrame([row], schema=by_name()["runs"].polars_schema())
    earlier = warehouse / "current" / "runs.parquet"
    return pl.concat([pl.read_parquet(earlier), frame]) if earlier.exists() else frame
