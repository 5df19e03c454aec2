"""What is judged never depends on how store-months are put into batches: month by month and all at once agree with the twin."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.engine import batches
from pipeline.engine.batch_facts import show_facts
from pipeline.engine.evaluate import Places, evaluate, write_rules
from pipeline.engine.global_zone import RunInfo
from pipeline.paths import packs_dir, sql_dir
from tests.engine import twin, twin_rules, twin_worlds
from tests.reference.evaluate import evaluate as by_twin
from tests.reference.rulebook import read_rulebook
from tests.worlds import write_facts

STORES, SEED = 25, 77
TOPICS = ("chat", "orders", "ship", "ways", "care", "desk", "said")
FIRST_DAY, DAYS = date(2025, 9, 29), 3  # conversations, orders and complaints go on from September into October
ALL_AT_ONCE = 1_000_000_000  # messages


@pytest.mark.parametrize("topic", TOPICS)
def test_batches_do_not_change_what_is_judged(tmp_path: Path, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measured, kinds, _, _, edge = twin.TOPICS[topic]
    rules = twin_rules.compile_rules(tmp_path / "packs", twin_rules.rules(SEED, measured, edge))
    tables = twin_worlds.make(SEED, STORES, FIRST_DAY, DAYS, kinds)
    wanted = by_twin(tables, read_rulebook(rules))
    write_facts(tmp_path / "facts", {name: rows for name, rows in tables.items() if name != "hits"}, twin.hits_of(tables))
    places = Places(*(tmp_path / name for name in ("facts", "state", "rules", "marts", "scratch")))
    write_rules(rules, places.rules)
    for how in ("all at once", "month by month"):
        if how == "month by month":
            monkeypatch.setattr(batches, "_periods", lambda months, small: [(month,) for month in months])
        number = len(batches.make_batches(places.facts, ALL_AT_ONCE))
        assert number == 1 if how == "all at once" else number > 1
        info = RunInfo("run-1", datetime(2025, 10, 20), "test")
        evaluate(places, packs=packs_dir(), sql=sql_dir(), info=info, rows_per_batch=ALL_AT_ONCE, full=True)
        found = twin.Case(places, rules, wanted).differences()
        assert not found, f"{how}: {len(found)} differences, the first:\n" + "\n".join(found[:10])


def test_a_store_may_have_any_name() -> None:
    """A folder's name is the store's; quotes in it are not SQL."""
    store, moment = "jd/Lee's 店", datetime(2025, 10, 1)
    batch = batches.Batch("one", ("2025-10",), {}, ("jd",), 0, {store: (moment, moment)}, {store: moment})
    with duckdb.connect() as connection:
        work = show_facts(batch, [], Path("rules"))
        for name in (batches.SPANS, batches.SEEN, *batches.GOING_ON):
            work[name](connection)
        assert connection.execute("select store_id from store_spans union all select store_id from store_seen").fetchall() == [(store,)] * 2
