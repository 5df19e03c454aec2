"""The heavy zone: facts to units to daily sums and failing units, batch by batch, only where something changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb

from pipeline.engine.batches import ASKED_LATER, NEARBY, Batch
from pipeline.engine.duck import (
    Kind,
    copy_to,
    files_select,
    open_duckdb,
    quoted,
    rows,
    run,
    show_as,
    show_files,
)
from pipeline.engine.models import Model, in_order
from pipeline.tables import FACTS, by_name

UNIT_TABLES = ("unit_daily", "failing_units", "mend_units", "open_units")  # fed by the view `units` of one measure
FACT_TABLES = ("fact_daily", "order_daily", "agent_daily")  # fed by the facts alone
ROWS_IN_MEMORY = 300_000  # of messages
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Done:
    """How much work a run did: tasks are batch × measure."""

    built: int
    kept: int


@dataclass(frozen=True)
class _Plan:
    """A measure with the models it needs, in order; no measure: the tables that the facts alone feed."""

    measure: Model | None
    chain: tuple[Model, ...]
    reads: frozenset[str]
    content: str

    @property
    def name(self) -> str:
        return self.measure.name if self.measure else "facts"


@dataclass(frozen=True)
class _Task:
    batch: Batch
    plan: _Plan
    fingerprint: str

    @property
    def key(self) -> str:
        return f"{self.plan.name}/{self.batch.name}"


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
    state.mkdir(parents=True, exist_ok=True)
    seen = _read_seen(state)
    plans = _plans(models, rules)
    tasks = [task for batch in batches for plan in plans if (task := _task(batch, plan))]
    stale = [task for task in tasks if full or seen.get(task.key) != task.fingerprint]
    number = 0
    for batch, mine in groupby(stale, key=lambda task: task.batch):
        with open_duckdb(scratch, memory=memory) as connection:
            _show_batch(connection, batch, rules)
            for task in mine:
                number += 1
                if progress:
                    progress(f"{batch.name} {task.plan.name}", number, len(stale))
                _build(connection, task, models, rules, state)
                seen[task.key] = task.fingerprint
        _write_seen(state, seen)
    _drop_orphans(state, {task.key for task in tasks})
    return Done(len(stale), len(tasks) - len(stale))


def failing_now(
    batches: Iterable[Batch], models: Mapping[str, Model], rules: Path, scratch: Path,
    *, measure: str, combo: str, store_id: str, first: date, last: date,
) -> list[dict[str, object]]:  # fmt: skip
    """Every failing unit of one combo of one store on the days from `first` to before `last`, the worst first.

    The state keeps only the worst few of a day; this counts again, in the batches that may hold the rest.
    """
    found: list[dict[str, object]] = []
    plan = next(plan for plan in _plans(models, rules) if plan.name == measure)
    for batch in batches:
        if not _task(batch, plan):
            continue
        with open_duckdb(scratch) as connection:
            _show_batch(connection, batch, rules)
            _narrow(connection, rules, measure, f"combo = '{combo}'")
            for model in plan.chain:
                run(connection, f"create or replace view {model.name} as {model.sql}")
            cursor = connection.execute(
                "select unit_id, occurred_at, day, value, order_id, conversation_id, message_id, agent_id "
                f"from {measure} where not ok and store_id = ? and day >= ? and day < ? "
                "order by value desc nulls first, occurred_at, unit_id",
                [store_id, first, last],
            )
            names = [column[0] for column in cursor.description or ()]
            found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def _plans(models: Mapping[str, Model], rules: Path) -> list[_Plan]:
    facts = {*(table.name for table in FACTS), *(f"nearby_{table}" for table in NEARBY)}
    measures = [model for model in models.values() if model.stage == "measures" and _combos(rules, model.name).exists()]
    plans = []
    for measure in [*measures, None]:
        outputs = UNIT_TABLES if measure else FACT_TABLES
        chain = in_order(models, [measure.name]) if measure else []
        used = {model.name: model for model in (*chain, *(models[name] for name in outputs))}
        parts = [model.fingerprint for _, model in sorted(used.items())]
        if measure:
            parts.append(hashlib.sha256(_combos(rules, measure.name).read_bytes()).hexdigest())
        reads = frozenset().union(*(model.reads for model in used.values())) & facts
        plans.append(_Plan(measure, tuple(chain), reads, " ".join(parts)))
    return plans


def _task(batch: Batch, plan: _Plan) -> _Task | None:
    """The work of one plan on one batch; none where the measure has no rows to look at."""
    # A measure may read facts only through a view of its chain (contact through unanswered_runs).
    if plan.measure and not any(batch.files.get(table) for model in plan.chain for table in model.reads):
        return None
    text = f"{plan.content} {batch.fingerprint(plan.reads)}"
    return _Task(batch, plan, hashlib.sha256(text.encode()).hexdigest()[:16])


def _combos(rules: Path, measure: str) -> Path:
    return rules / f"combos_{measure}.parquet"


def _show_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, rules: Path) -> None:
    """The facts of a batch, and the small tables that measures share."""
    # dozens of small files cost more to open for every measure than their rows take up in memory
    kind: Kind = "table" if batch.rows <= ROWS_IN_MEMORY else "view"
    for table in FACTS:
        if table.name != "asks":
            show_files(connection, table, batch.files.get(table.name, ()), kind)
    _show_asks(connection, batch, kind)
    for name in NEARBY:
        files = batch.files.get(f"nearby_{name}", ())
        show_as(connection, f"nearby_{name}", files, by_name()[name].empty_select(), kind)
    show_as(connection, "order_scopes", [rules / "order_scopes.parquet"], "")
    run(connection, "create table small_numbers as select cast(range as bigint) as n from range(1, 61)")


def _show_asks(connection: duckdb.DuckDBPyConnection, batch: Batch, kind: Kind) -> None:
    """Asks with two marks: asked in this month, and of a conversation that began in it."""
    asked = batch.files.get("asks", ())
    own = [file for file in asked if file.stem.removeprefix("part-") in (*batch.months, "part")]
    empty = by_name()["asks"].empty_select()
    parts = [
        f"select *, {marks} from ({files_select(files, empty)}) as part"
        for files, marks in (
            (own, "true as in_month, true as of_month"),
            ([file for file in asked if file not in own], "true as in_month, false as of_month"),
            (batch.files.get(ASKED_LATER, ()), "false as in_month, true as of_month"),
        )
    ]
    run(connection, f"create {kind} asks as {' union all '.join(parts)}")


def _build(
    connection: duckdb.DuckDBPyConnection, task: _Task, models: Mapping[str, Model], rules: Path, state: Path
) -> None:
    name = task.plan.name
    paths = {table: state / table / name / f"{task.batch.name}.parquet" for table in (*UNIT_TABLES, *FACT_TABLES)}
    if task.plan.measure is None:
        for table in FACT_TABLES:
            copy_to(connection, models[table].sql, by_name()[table], paths[table])
        return
    _narrow(connection, rules, name, "true")
    for model in task.plan.chain:
        if model.stage == "facts" and not model.reads & {f"shapes_{name}", f"combos_{name}"}:
            # of the facts alone: found once for every pass and measure of the batch
            run(connection, f"create table if not exists {model.name} as {model.sql}")
        else:
            run(connection, f"create or replace view {model.name} as {model.sql}")
    run(connection, f"create or replace view units as select * from {name}")
    for table in UNIT_TABLES:
        paths[table].unlink(missing_ok=True)
    for table, condition in (("unit_daily", "true"), ("failing_units", "judged_each")):
        if _narrow(connection, rules, name, condition):
            copy_to(connection, models[table].sql, by_name()[table], paths[table])
    _build_home(connection, task, models, rules, paths)


def _build_home(
    connection: duckdb.DuckDBPyConnection, task: _Task, models: Mapping[str, Model], rules: Path, paths: Mapping[str, Path]
) -> None:  # fmt: skip
    """What people act on (units to mend, deadlines): kept for the rules of a store's own platform only.

    So each platform's combos look at its own stores alone, in a large batch one platform after the other.
    """
    name, platforms = task.plan.name, task.batch.platforms
    wanted = {"mend_units": "judged_window"}
    if task.plan.measure and "not_due_yet" in task.plan.measure.sql:
        wanted["open_units"] = "true"
    some = " or ".join(wanted.values())
    found = False
    for group in [(platform,) for platform in platforms] if task.batch.rows > ROWS_IN_MEMORY else [platforms]:
        if not _narrow(connection, rules, name, f"({some}) and ({_home(group)})"):
            continue
        # a store's id begins with its platform and a slash; a range of ids skips whole files
        stores = " or ".join(f"store_id >= '{platform}/' and store_id < '{platform}0'" for platform in group)
        start = "insert into home_units" if found else "create or replace table home_units as"
        kept = "(not ok or excluded_because = 'not_due_yet')"
        run(connection, f"{start} select * from {name} where {kept} and ({stores})")
        found = True
    if not found:
        return
    run(connection, "create or replace view units as select * from home_units")
    for table, condition in wanted.items():
        if _narrow(connection, rules, name, f"({condition}) and ({_home(platforms)})"):
            copy_to(connection, models[table].sql, by_name()[table], paths[table])
    run(connection, "drop table home_units cascade")


def _home(platforms: Iterable[str]) -> str:
    """The condition that a combo belongs to one of these platforms."""
    return " or ".join(f"list_contains(packs, '{platform}')" for platform in platforms)


def _narrow(connection: duckdb.DuckDBPyConnection, rules: Path, measure: str, condition: str) -> bool:
    """Narrow the combos, and with them the shapes, to those a pass needs; returns whether there are any."""
    combos = f"(select * from read_parquet('{quoted(_combos(rules, measure))}') where {condition}) as narrowed"
    shapes = quoted(rules / f"shapes_{measure}.parquet")
    run(connection, f"create or replace view combos_{measure} as select * from {combos}")
    run(
        connection,
        f"create or replace view shapes_{measure} as select * from read_parquet('{shapes}') "
        f"where shape in (select shape from {combos})",
    )
    run(connection, f"create or replace view home_combos as select combo, unnest(packs) as platform from {combos}")
    run(connection, f"create or replace view combo_bindings as select combo, binds_by from {combos}")
    return bool(rows(connection, f"select 1 from {combos} limit 1"))


def show_state(connection: duckdb.DuckDBPyConnection, state: Path) -> None:
    """Show every state table, all measures and batches together, as views."""
    for name in (*UNIT_TABLES, *FACT_TABLES):
        table = by_name()[name]
        show_as(connection, name, sorted((state / name).rglob("*.parquet")), table.empty_select())


def _read_seen(state: Path) -> dict[str, str]:
    path = state / "fingerprints.json"
    seen: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return seen


def _write_seen(state: Path, seen: Mapping[str, str]) -> None:
    aside = state / "fingerprints.aside"
    aside.write_text(json.dumps(seen, indent=0, sort_keys=True), encoding="utf-8")
    aside.replace(state / "fingerprints.json")


def _drop_orphans(state: Path, kept: set[str]) -> None:
    for name in (*UNIT_TABLES, *FACT_TABLES):
        for file in (state / name).rglob("*.parquet"):
            if f"{file.parent.name}/{file.stem}" not in kept:
                file.unlink()
    _write_seen(state, {key: value for key, value in _read_seen(state).items() if key in kept})
