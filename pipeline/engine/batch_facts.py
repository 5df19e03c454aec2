"""Show the facts of one batch to its measures, and find what several measures share once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import duckdb

from pipeline.engine.batches import ASKED_LATER, GOING_ON, NEARBY, SEEN, SPANS, Batch
from pipeline.engine.duck import files_select, quoted, run, show_as
from pipeline.engine.models import Model
from pipeline.engine.side_by_side import Work
from pipeline.engine.spans import DAYS_AFTER
from pipeline.tables import FACTS, by_name


def show_facts(batch: Batch, models: Iterable[Model], rules: Path) -> dict[str, Work]:
    """The work of reading each fact table of a batch into memory, the columns that models write, and the small tables.

    Dozens of measures read the same rows: from memory that costs a fraction of what Parquet does.
    """
    work: dict[str, Work] = {}
    models = list({model.name: model for model in models}.values())
    empty = {table.name: table.empty_select() for table in FACTS}
    for name, nothing in (empty | {f"nearby_{name}": empty[name] for name in NEARBY}).items():
        every = by_name()[name.removeprefix("nearby_")].names
        rows = files_select(batch.files.get(name, ()), nothing)
        work[name] = partial(run, sql=f"create table {name} as {_narrow(rows, every, name, models)}")
    asks = (*by_name()["asks"].names, "in_month", "of_month")
    work["asks"] = partial(run, sql=f"create table asks as {_narrow(_asks(batch), asks, 'asks', models)}")
    work[SPANS] = partial(run, sql=f"create table {SPANS} as {_spans(batch)}")
    work[SEEN] = partial(run, sql=f"create table {SEEN} as {_seen(batch)}")
    for name in GOING_ON:
        rows = _narrow(_going_on(batch, name), by_name()["messages"].names, name, models)
        work[name] = partial(run, sql=f"create table {name} as {rows}")
    work["order_scopes"] = partial(show_as, name="order_scopes", files=[rules / "order_scopes.parquet"], empty="")
    numbers = "select cast(range as bigint) as n from range(1, 61)"
    work["small_numbers"] = partial(run, sql=f"create table small_numbers as {numbers}")
    return work


def _narrow(rows: str, every: Iterable[str], name: str, models: Iterable[Model]) -> str:
    """Those columns that some model may need: what a reader writes or, where it takes all, what any model writes."""
    written = frozenset().union(*(model.columns for model in models if name in model.reads))
    if "*" in written:
        written = written.union(*(model.columns for model in models))
    kept = ", ".join(f'"{column}"' for column in every if column in written)
    return f"select {kept or '*'} from ({rows}) as facts"


def _asks(batch: Batch) -> str:
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
    return " union all ".join(parts)


def _spans(batch: Batch) -> str:
    """The time whose days are judged here, by store."""
    return " union all ".join(
        f"select '{quoted(store)}' as store_id, timestamp '{start}' as from_at, timestamp '{end}' as to_at"
        for store, (start, end) in batch.spans.items()
    )


def _seen(batch: Batch) -> str:
    """The latest moment that a store's exports speak of."""
    rows = [f"select '{quoted(store)}' as store_id, timestamp '{moment}' as seen_at" for store, moment in batch.seen.items()]
    return " union all ".join(rows) or "select '' as store_id, null::timestamp as seen_at where false"


def _going_on(batch: Batch, name: str) -> str:
    """Earlier conversations, whole, that go on into the span; or what is said in later ones soon after it."""
    empty = by_name()["messages"].empty_select()
    files = batch.files.get(name, ())
    if not files:
        return empty
    said = f"(select m.*, s.from_at, s.to_at from ({files_select(files, empty)}) as m join ({_spans(batch)}) as s using (store_id))"
    if name == "later_messages":
        return f"select * exclude (from_at, to_at) from {said} as said where sent_at < to_at + interval {DAYS_AFTER} day"
    later = f"select distinct store_id, conversation_id from {said} as said where sent_at >= from_at and sent_at < to_at"
    return f"select * from ({files_select(files, empty)}) as said semi join ({later}) as goes_on using (store_id, conversation_id)"


def shared_facts(chains: Iterable[Iterable[Model]]) -> dict[str, Model]:
    """The models of the facts alone, by no rule's parameters: found once for every pass and measure of the batch."""
    shared = {}
    for chain in chains:
        for model in chain:
            if model.stage == "facts" and not any(name.startswith(("shapes_", "combos_")) for name in model.reads):
                shared[model.name] = model
    return shared


def find_shared(model: Model) -> Work:
    """The work of finding one of them."""

    def find(connection: duckdb.DuckDBPyConnection) -> None:
        run(connection, f"create table {model.name} as {model.sql}")

    return find
