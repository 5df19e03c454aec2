"""The heavy zone: facts to units to daily sums and failing units, batch by batch, only where something changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.engine.batches import Batch
from pipeline.engine.duck import copy_to, open_duckdb, quoted, run, show_as, show_files
from pipeline.engine.models import Model, in_order
from pipeline.tables import FACTS, Table, by_name

UNIT_TABLES = ("unit_daily", "failing_units", "mend_units", "open_units")  # fed by the view `units` of one measure
FACT_TABLES = ("fact_daily", "order_daily", "agent_daily")  # fed by the facts alone
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Done:
    """How much work a run did: tasks are batch × measure."""

    built: int
    kept: int


@dataclass(frozen=True)
class _Task:
    batch: Batch
    measure: Model | None  # None: the tables that the facts alone feed
    reads: frozenset[str]
    fingerprint: str


def build_state(
    batches: Iterable[Batch], models: Mapping[str, Model], rules: Path, state: Path, scratch: Path,
    *, memory: str = "2GB", full: bool = False, progress: Progress | None = None,
) -> Done:  # fmt: skip
    """Bring warehouse/state up to date and drop what no batch has any more.

    Args:
        rules: folder with the compiled rule tables, `combos_<measure>.parquet` and `shapes_…` among them.
        state: folder to which `<table>/<measure>/<batch>.parquet` is written.
        full: build everything anew.
    """
    seen = _read_seen(state)
    state.mkdir(parents=True, exist_ok=True)
    tasks = _tasks(list(batches), models, rules)
    stale = [task for task in tasks if full or seen.get(_key(task)) != task.fingerprint]
    for number, task in enumerate(stale, start=1):
        if progress:
            progress(f"{task.batch.name} {task.measure.name if task.measure else 'facts'}", number, len(stale))
        with open_duckdb(scratch, memory=memory) as connection:
            _build(connection, task, models, rules, state)
        seen[_key(task)] = task.fingerprint
        _write_seen(state, seen)
    _drop_orphans(state, {_key(task): task.fingerprint for task in tasks})
    return Done(len(stale), len(tasks) - len(stale))


def _tasks(batches: list[Batch], models: Mapping[str, Model], rules: Path) -> list[_Task]:
    measures = [model for model in models.values() if model.stage == "measures" and _combos(rules, model.name).exists()]
    tasks = []
    facts = {table.name for table in FACTS}
    for batch in batches:
        for measure in [*measures, None]:
            outputs = UNIT_TABLES if measure else FACT_TABLES
            chain = in_order(models, [measure.name] if measure else outputs)
            used = {model.name: model for model in (*chain, *(models[name] for name in outputs))}
            reads = frozenset().union(*(model.reads for model in used.values())) & facts
            parts = [model.fingerprint for _, model in sorted(used.items())] + [batch.fingerprint(reads)]
            if measure:
                parts.append(hashlib.sha256(_combos(rules, measure.name).read_bytes()).hexdigest())
            fingerprint = hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]
            tasks.append(_Task(batch, measure, reads, fingerprint))
    return tasks


def _combos(rules: Path, measure: str) -> Path:
    return rules / f"combos_{measure}.parquet"


def _build(
    connection: duckdb.DuckDBPyConnection, task: _Task, models: Mapping[str, Model], rules: Path, state: Path
) -> None:
    for table in FACTS:
        if table.name in task.reads:
            show_files(connection, table, task.batch.files.get(table.name, ()))
    if task.measure is None:
        for name in FACT_TABLES:
            _write(connection, models[name], by_name()[name], state / name / "facts" / f"{task.batch.name}.parquet")
        return
    name = task.measure.name
    _show_rules(connection, rules, name, "true")
    show_as(connection, "order_scopes", [rules / "order_scopes.parquet"], "")
    run(connection, "create or replace table small_numbers as select cast(range as bigint) as n from range(1, 61)")
    for model in in_order(models, [name]):
        run(connection, f"create view {model.name} as {model.sql}")
    run(connection, f"create view units as select * from {name}")
    target = f"{task.batch.name}.parquet"
    _write(connection, models["unit_daily"], by_name()["unit_daily"], state / "unit_daily" / name / target)
    _show_rules(connection, rules, name, "judged_each")
    _write(connection, models["failing_units"], by_name()["failing_units"], state / "failing_units" / name / target)
    _home_pass(connection, task, models, rules, state)


def _home_pass(
    connection: duckdb.DuckDBPyConnection, task: _Task, models: Mapping[str, Model], rules: Path, state: Path
) -> None:
    """What people act on, each store only by its own platform: a fraction of the pass over all packs."""
    assert task.measure is not None
    for platform in task.batch.platforms:
        for name in task.reads:
            files = [file for file in task.batch.files.get(name, ()) if f"platform={platform}" in file.parts]
            show_files(connection, by_name()[name], files)
        for table, judged in (("mend_units", "judged_window"), ("open_units", "true")):
            _show_rules(connection, rules, task.measure.name, f"{judged} and list_contains(packs, '{platform}')")
            target = state / table / task.measure.name / f"{task.batch.name}@{platform}.parquet"
            _write(connection, models[table], by_name()[table], target)


def _show_rules(connection: duckdb.DuckDBPyConnection, rules: Path, measure: str, condition: str) -> None:
    """Narrow the combos, and with them the shapes, to those a pass needs: what is not joined costs nothing."""
    combos = f"read_parquet('{quoted(_combos(rules, measure))}')"
    run(connection, f"create or replace view combos_{measure} as select * from {combos} where {condition}")
    shapes = rules / f"shapes_{measure}.parquet"
    run(
        connection,
        f"create or replace view shapes_{measure} as select * from read_parquet('{quoted(shapes)}') "
        f"where shape in (select shape from {combos} where {condition})",
    )


def _write(connection: duckdb.DuckDBPyConnection, model: Model, table: Table, target: Path) -> None:
    copy_to(connection, model.sql, table, target)


def show_state(connection: duckdb.DuckDBPyConnection, state: Path) -> None:
    """Show every state table, all measures and batches together, as views."""
    for name in (*UNIT_TABLES, *FACT_TABLES):
        table = by_name()[name]
        show_as(connection, name, sorted((state / name).rglob("*.parquet")), table.empty_select())


def _key(task: _Task) -> str:
    return f"{task.measure.name if task.measure else 'facts'}/{task.batch.name}"


def _read_seen(state: Path) -> dict[str, str]:
    path = state / "fingerprints.json"
    seen: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return seen


def _write_seen(state: Path, seen: Mapping[str, str]) -> None:
    aside = state / "fingerprints.aside"
    aside.write_text(json.dumps(seen, indent=0, sort_keys=True), encoding="utf-8")
    aside.replace(state / "fingerprints.json")


def _drop_orphans(state: Path, kept: Mapping[str, str]) -> None:
    for name in (*UNIT_TABLES, *FACT_TABLES):
        for file in (state / name).rglob("*.parquet"):
            batch = file.stem.split("@")[0]
            if f"{file.parent.name}/{batch}" not in kept:
                file.unlink()
    _write_seen(state, {key: value for key, value in _read_seen(state).items() if key in kept})
