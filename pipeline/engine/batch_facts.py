"""Show the facts of one batch to its measures, and find what several measures share once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import duckdb

from pipeline.engine.batches import ASKED_LATER, NEARBY, Batch
from pipeline.engine.duck import Kind, files_select, run, show_as
from pipeline.engine.models import Model
from pipeline.engine.side_by_side import Work
from pipeline.tables import FACTS, by_name

ROWS_IN_MEMORY = 300_000  # of messages


def fits_in_memory(batch: Batch) -> bool:
    """Whether the facts and units of a batch are kept as tables.

    Dozens of small files cost more to open for every measure than their rows take up in memory.
    """
    return batch.rows <= ROWS_IN_MEMORY


def show_facts(batch: Batch, rules: Path) -> dict[str, Work]:
    """The work of showing each fact table of a batch, and the small tables that measures share."""
    kind: Kind = "table" if fits_in_memory(batch) else "view"
    work: dict[str, Work] = {}
    empty = {table.name: table.empty_select() for table in FACTS}
    for name, nothing in (empty | {f"nearby_{name}": empty[name] for name in NEARBY}).items():
        work[name] = partial(show_as, name=name, files=batch.files.get(name, ()), empty=nothing, kind=kind)
    work["asks"] = partial(run, sql=f"create {kind} asks as {_asks(batch)}")
    work["order_scopes"] = partial(show_as, name="order_scopes", files=[rules / "order_scopes.parquet"], empty="")
    numbers = "select cast(range as bigint) as n from range(1, 61)"
    work["small_numbers"] = partial(run, sql=f"create table small_numbers as {numbers}")
    return work


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
