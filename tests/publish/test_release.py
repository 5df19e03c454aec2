"""A release appears whole or not at all, old ones stay for rollback, and readers are never disturbed."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline.problems import GuizeError
from pipeline.publish import release as release_module
from pipeline.publish.release import publish, releases, rollback
from pipeline.publish.views import open_release
from pipeline.tables import MARTS, by_name

FILL: dict[str, Any] = {
    "text": "x", "int": 1, "double": 1.0, "bool": True, "timestamp": datetime(2025, 10, 1),
    "date": datetime(2025, 10, 1).date(), "money": 1, "number": 1, "texts": ["x"],
}  # fmt: skip


def rows(table: str, count: int, **given: Any) -> pl.DataFrame:
    """`count` equal rows of a table."""
    columns = {
        column.name: [given.get(column.name, FILL[column.type])] * count
        for column in by_name()[table].columns
    }
    return pl.DataFrame(columns, schema_overrides={"home": pl.Boolean})


def marts(run_id: str, count: int = 2) -> dict[str, pl.DataFrame | Path]:
    return {
        name: rows(name, count, run_id=run_id, track="in_force")
        for name in ("exposure_matrix", "points_ledger")
    }


def read(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse / "guize.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_release_holds_every_mart_and_opens_in_duckdb(tmp_path: Path) -> None:
    folder = publish(marts("r1"), tmp_path, "r1", keep=2, packs_version="v1")
    assert {file.stem for file in folder.glob("*.parquet")} == {table.name for table in MARTS}
    assert (tmp_path / "current").readlink() == Path("releases/r1")
    assert read(tmp_path, "select count(*), min(run_id) from exposure_matrix") == [(2, "r1")]
    assert read(tmp_path, "select count(*) from breaches") == [(0,)]
    assert releases(tmp_path)[0].rows["points_ledger"] == 2


def test_tracks_facts_and_comments(tmp_path: Path) -> None:
    both = pl.concat(
        [rows("exposure_matrix", 2, track="in_force"), rows("exposure_matrix", 3, track="training")]
    )
    part = tmp_path / "facts/messages/platform=jd/store=a/month=2025-10"
    part.mkdir(parents=True)
    release_module.write_table(by_name()["messages"], rows("messages", 4), part / "0.parquet")
    publish({"exposure_matrix": both, "sanctions": rows("sanctions", 1)}, tmp_path, "r1", keep=1)
    assert read(tmp_path, "select count(*) from exposure_matrix") == [(2,)]
    assert read(tmp_path, "select count(*) from training.exposure_matrix") == [(3,)]
    assert read(tmp_path, "select count(*) from rules.sanctions") == [(1,)]
    assert read(tmp_path, "select count(*) from facts.messages") == [(4,)]
    assert read(tmp_path, "select text from facts.messages_text limit 1") == [("x",)]
    assert read(tmp_path, "select count(*) from facts.orders") == [(0,)]
    with pytest.raises(duckdb.BinderException):
        read(tmp_path, "select text from facts.messages")
    comments = read(
        tmp_path,
        "select comment from duckdb_columns() where table_name = 'breaches' and schema_name = 'main'",
    )
    assert ("确认" in str(comments)) or all(comment for (comment,) in comments)


def test_odd_folder_names(tmp_path: Path) -> None:
    warehouse = tmp_path / "店's [1] *"
    publish(marts("r1"), warehouse, "r1", keep=1)
    assert read(warehouse, "select count(*) from exposure_matrix") == [(2,)]


def test_a_file_with_the_schema_is_copied_and_another_is_cast(tmp_path: Path) -> None:
    given = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        columns = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in by_name()["runs"].columns)
        connection.execute(f"copy (select {columns}) to '{given}' (format parquet)")
    publish({"runs": given}, tmp_path / "w", "r1", keep=1)
    assert read(tmp_path / "w", "select count(*) from runs") == [(1,)]
    rows("runs", 5).write_parquet(given)
    publish({"runs": given}, tmp_path / "w", "r2", keep=1)
    assert read(tmp_path / "w", "select count(*) from runs") == [(5,)]


def test_only_the_last_are_kept_and_never_the_current_one_dropped(tmp_path: Path) -> None:
    for run_id in ("r1", "r2", "r3"):
        publish(marts(run_id), tmp_path, run_id, keep=2)
    assert [release.run_id for release in releases(tmp_path)] == ["r3", "r2"]
    rollback(tmp_path, "r2")
    assert read(tmp_path, "select min(run_id) from points_ledger") == [("r2",)]
    assert [release.run_id for release in releases(tmp_path) if release.current] == ["r2"]
    release_module._forget_old(tmp_path, 1)
    assert [release.run_id for release in releases(tmp_path)] == ["r3", "r2"]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ({"nonsense": pl.DataFrame({"a": [1]})}, "release-table"),
        ({"runs": rows("runs", 1).drop("status")}, "release-columns"),
        ({"runs": rows("runs", 1).with_columns(x=1)}, "release-columns"),
        ({"runs": rows("runs", 1).with_columns(rows_read=pl.lit("many"))}, "release-types"),
    ],
)
def test_a_bad_table_publishes_nothing(
    tmp_path: Path, frames: dict[str, pl.DataFrame | Path], code: str
) -> None:
    publish(marts("r1"), tmp_path, "r1", keep=2)
    with pytest.raises(GuizeError) as caught:
        publish(frames, tmp_path, "r2", keep=2)
    assert caught.value.problems[0].code == code
    assert [release.run_id for release in releases(tmp_path)] == ["r1"]
    assert read(tmp_path, "select min(run_id) from points_ledger") == [("r1",)]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(marts("r1"), tmp_path, "r1", keep=2)

    def killed(warehouse: Path, run_id: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(release_module, "_sync_folder", killed)
    with pytest.raises((KeyboardInterrupt, TypeError)):
        publish(marts("r2"), tmp_path, "r2", keep=2)
    monkeypatch.undo()
    assert (tmp_path / "current").readlink() == Path("releases/r1")
    publish(marts("r3"), tmp_path, "r3", keep=5)
    assert [release.run_id for release in releases(tmp_path)] == ["r3", "r1"]
    assert not list((tmp_path / "releases").glob(".*"))


def test_unknown_release_and_double_publish_are_refused(tmp_path: Path) -> None:
    publish(marts("r1"), tmp_path, "r1", keep=2)
    with pytest.raises(GuizeError, match="r1"):
        rollback(tmp_path, "r9")
    with pytest.raises(GuizeError):
        publish(marts("r1"), tmp_path, "r1", keep=2)
    with pytest.raises(GuizeError):
        open_release(tmp_path / "elsewhere")


def test_readers_see_old_or_new_never_a_mix(tmp_path: Path) -> None:
    """Row counts tell the runs apart; a long-lived BI handle, fresh ones and open_release read throughout.

    A statement that a switch cuts in two fails, which counts as no answer, and is asked again.
    """
    publish(marts("r00", 1), tmp_path, "r00", keep=30)
    done, wrong, reads = threading.Event(), [], [0]
    long_lived = duckdb.connect(str(tmp_path / "guize.duckdb"), read_only=True)

    def check(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> None:
        counts = " union all ".join(
            f"select run_id, count(*) as n from {table} group by run_id" for table in tables
        )
        try:
            seen = connection.execute(counts).fetchall()
        except duckdb.IOException as error:
            if "/current/" not in str(error):
                wrong.append(error)
            return
        reads[0] += 1
        if len(seen) != len(tables) or len(set(seen)) != 1 or seen[0][1] != int(seen[0][0][1:]) + 1:
            wrong.append(seen)

    def loop() -> None:
        while not done.is_set():
            check(long_lived, ("exposure_matrix", "points_ledger"))
            with duckdb.connect(str(tmp_path / "guize.duckdb"), read_only=True) as fresh:
                check(fresh, ("points_ledger",))
            with open_release(tmp_path) as pinned:
                check(pinned, ("exposure_matrix", "points_ledger"))

    reader = threading.Thread(target=loop)
    reader.start()
    try:
        for no in range(1, 15):
            publish(marts(f"r{no:02}", no + 1), tmp_path, f"r{no:02}", keep=30)
            for _ in range(3):
                rollback(tmp_path, f"r{no - 1:02}")
                rollback(tmp_path, f"r{no:02}")
    finally:
        done.set()
        reader.join()
    check(long_lived, ("exposure_matrix", "points_ledger"))
    assert not wrong
    assert reads[0] > 10
    assert long_lived.execute("select min(run_id) from exposure_matrix").fetchall() == [("r14",)]
