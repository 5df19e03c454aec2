"""The heavy zone: facts to units to daily sums and failing units, batch by batch, only where something changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import count, groupby
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet

from pipeline.engine.batch_facts import find_shared, shared_facts, show_facts
from pipeline.engine.batches import ASKED_LATER, GOING_ON, NEARBY, SEEN, SPANS, Batch
from pipeline.engine.duck import copy_to, open_duckdb
from pipeline.engine.models import Model, in_order
from pipeline.engine.side_by_side import Work, side_by_side
from pipeline.engine.units import UNIT_TABLES, build_units, narrow, show_measure
from pipeline.tables import FACTS, by_name

FACT_TABLES = ("fact_daily", "order_daily", "agent_daily")  # fed by the facts alone
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
    # what is being replaced is known no more: a run that is killed here leaves nothing that looks finished
    _write_seen(state, {key: text for key, text in seen.items() if key not in {task.key for task in stale}})
    built = 0
    for batch, group in groupby(stale, key=lambda task: task.batch):
        mine = list(group)
        # measures side by side take a core each
        with open_duckdb(scratch, memory=memory, threads=1) as connection:
            _build(connection, batch, mine, models, rules, state, partial(_tell, progress, count(built + 1), len(stale)))
        built += len(mine)
        seen |= {task.key: task.fingerprint for task in mine}
        _write_seen(state, seen)
    _drop_orphans(state, {task.key for task in tasks})
    return Done(len(stale), len(tasks) - len(stale))


def _tell(progress: Progress | None, numbers: Iterator[int], total: int, name: str) -> None:
    if progress:
        progress(name, next(numbers), total)


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
            for show in _facts_for(batch, [plan.chain], rules).values():
                show(connection)
            for model in shared_facts([plan.chain]).values():
                find_shared(model)(connection)
            show_measure(connection, plan.chain, batch, rules)
            narrow(connection, measure, f"combo = '{combo}'")
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
    facts = {*(table.name for table in FACTS), *(f"nearby_{table}" for table in NEARBY), *GOING_ON, SPANS, SEEN}
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
    tables = {table for model in plan.chain for table in model.reads}
    if plan.measure and not any(batch.files.get(table) for table in (*tables, *((ASKED_LATER,) if "asks" in tables else ()))):
        return None
    text = f"{plan.content} {batch.fingerprint(plan.reads)}"
    return _Task(batch, plan, hashlib.sha256(text.encode()).hexdigest()[:16])


def _combos(rules: Path, measure: str) -> Path:
    return rules / f"combos_{measure}.parquet"


def _build(
    connection: duckdb.DuckDBPyConnection, batch: Batch, tasks: list[_Task], models: Mapping[str, Model], rules: Path,
    state: Path, started: Callable[[str], None],
) -> None:  # fmt: skip
    """Read the facts, find what measures share, judge by measure, side by side."""
    of_facts = tuple(models[name] for name in FACT_TABLES)
    chains = {task.plan.name: task.plan.chain or of_facts for task in tasks}
    work = _facts_for(batch, [*chains.values(), [models[name] for name in UNIT_TABLES]], rules)
    needs: dict[str, set[str]] = {}
    for name in sorted(chains, key=lambda name: -_weight(rules, name)):
        paths = {table: state / table / name / f"{batch.name}.parquet" for table in (*UNIT_TABLES, *FACT_TABLES)}
        for model in shared_facts([chains[name]]).values():
            work.setdefault(model.name, find_shared(model))
            needs[model.name] = set(model.reads)
        used = (*chains[name], *(models[table] for table in UNIT_TABLES))
        needs[f"units {name}"] = {SPANS, *(table for model in used for table in (model.name, *model.reads))}
        if chains[name] is of_facts:
            work[f"units {name}"] = partial(_write_daily, models=models, paths=paths)
        else:
            units = {table: paths[table] for table in UNIT_TABLES}
            work[f"units {name}"] = partial(
                build_units, chain=chains[name], batch=batch, models=models, rules=rules, paths=units
            )

    def tell(name: str) -> None:
        if name.startswith("units "):
            started(f"{batch.name} {name.removeprefix('units ')}")

    side_by_side(connection, work, needs, started=tell)


def _facts_for(batch: Batch, chains: Iterable[Iterable[Model]], rules: Path) -> dict[str, Work]:
    """The work of showing those facts that some model reads."""
    models = [model for chain in chains for model in chain]
    read = frozenset().union(*(model.reads for model in models))
    return {name: work for name, work in show_facts(batch, models, rules).items() if name in read or name == SPANS}


def _weight(rules: Path, measure: str) -> int:
    """What is likely to take long: a measure by the number of its combos."""
    path = _combos(rules, measure)
    return parquet.read_metadata(path).num_rows if path.exists() else 0


def _write_daily(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model], paths: Mapping[str, Path]
) -> None:
    for table in FACT_TABLES:
        copy_to(connection, models[table].sql, by_name()[table], paths[table])


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
