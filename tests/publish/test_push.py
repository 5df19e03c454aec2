"""A real PostgreSQL: publish, publish again, a kill in the middle, a reader throughout."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from adbc_driver_postgresql import dbapi

from pipeline.problems import GuizeError
from pipeline.publish import push as push_module
from pipeline.publish.push import push
from pipeline.publish.release import publish
from pipeline.tables import by_name
from tests.publish.sample import sample_warehouse


def binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, on a free port, for this module."""
    folder = binaries()
    if folder is None:
        pytest.skip("no PostgreSQL server is installed")
    root = Path("/tmp") / f"guize-pg-{os.getpid()}"
    root.mkdir()
    as_user = []
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(root, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/tmp"}
    subprocess.run(
        [*as_user, folder / "initdb", "-D", root / "data", "-A", "trust", "-U", "guize", "--no-sync"], **quiet
    )
    options = f"-p {port} -k {root} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, folder / "pg_ctl", "-D", root / "data", "-w"]
    subprocess.run([*control, "-o", options, "-l", root / "log", "start"], **quiet)
    try:
        yield f"postgresql://guize@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_warehouse(tmp_path_factory.mktemp("w"), stores=7)


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def test_push_then_only_what_changed(url: str, warehouse: Path) -> None:
    first = push(warehouse, url)
    mart = pl.read_parquet(warehouse / "current" / "exposure.parquet")
    assert first.copied["guize.exposure"] == mart.height
    told = ask(url, "select count(*), sum(money_high_cny)::text, max(month) from guize.exposure")
    assert told == [(mart.height, f"{mart['money_high_cny'].sum():.2f}", mart["month"].max())]
    assert ask(url, "select count(*) from guize_training.exposure") == [(0,)]
    [(kind,)] = ask(url, "select pg_typeof(money_high_cny)::text from guize.exposure limit 1")
    assert kind == "numeric"
    [(comment,)] = ask(url, "select obj_description('guize.exposure'::regclass)")
    assert comment.startswith("一行一个")
    [(missing,)] = ask(
        url,
        "select count(*) from information_schema.columns "
        "where table_schema = 'guize' and table_name <> 'published' "
        "and col_description((table_schema || '.' || table_name)::regclass, ordinal_position) is null",
    )
    assert missing == 0

    again = push(warehouse, url)
    assert again.copied == {} and len(again.unchanged) == len(first.copied)

    frames: dict[str, pl.DataFrame | Path] = {
        file.stem: pl.read_parquet(file).with_columns(run_id=pl.lit("r2"))
        for file in (warehouse / "current").glob("*.parquet")
    }
    frames |= {file.stem: file for file in (warehouse / "current" / "rules").glob("*.parquet")}
    frames["points_ledger"] = pl.DataFrame(schema=by_name()["points_ledger"].polars_schema())
    publish(frames, warehouse, "r2", keep=5)
    third = push(warehouse, url)
    assert set(third.copied) == {"guize.points_ledger", "guize.runs"}


def test_a_reader_never_sees_less_and_a_kill_leaves_nothing(url: str, warehouse: Path) -> None:
    push(warehouse, url)
    [(whole,)] = ask(url, "select count(*) from guize.breaches")
    seen: set[int] = set()
    slowest, done = [0.0], threading.Event()

    def read() -> None:
        while not done.is_set():
            began = time.monotonic()
            seen.add(ask(url, "select count(*) from guize.breaches")[0][0])
            slowest[0] = max(slowest[0], time.monotonic() - began)

    forget = "update guize.published set fingerprint = 'x'"
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(forget)
        connection.commit()
    reader = threading.Thread(target=read)
    reader.start()
    try:
        killed = subprocess.Popen([sys.executable, "-c", KILLED, str(warehouse), url], stdout=subprocess.PIPE)
        assert killed.stdout is not None and killed.stdout.readline() == b"half way\n"
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert ask(url, "select count(*) from guize.published where fingerprint <> 'x'") == [(0,)]
        assert "guize.breaches" in push(warehouse, url).copied
    finally:
        done.set()
        reader.join()
    assert seen == {whole}
    assert slowest[0] < 5


KILLED = """
import sys, time
from pathlib import Path
from pipeline.publish import push
replace = push._replace
def slow(release, cursor, schema, source, table):
    replace(release, cursor, schema, source, table)
    if table.name == "breaches":
        print("half way", flush=True)
        time.sleep(60)
push._replace = slow
push.push(Path(sys.argv[1]), sys.argv[2])
"""


def test_changed_columns_are_made_anew(url: str, warehouse: Path) -> None:
    push(warehouse, url)
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("alter table guize.exposure drop column gmv_at_risk_cny")
        cursor.execute("update guize.published set fingerprint = 'x' where table_name = 'exposure'")
        connection.commit()
    push(warehouse, url)
    assert ask(url, "select count(gmv_at_risk_cny) >= 0 from guize.exposure") == [(True,)]


def test_a_refusal_is_told_and_changes_nothing(
    url: str, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GuizeError) as caught:
        push(warehouse, "postgresql://guize@127.0.0.1:1/postgres")
    assert caught.value.problems[0].code == "push-failed"
    monkeypatch.setitem(push_module._TYPES, "DOUBLE", "nonsense")
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("drop schema guize cascade")
        connection.commit()
    with pytest.raises(GuizeError):
        push(warehouse, url)
    assert ask(url, "select count(*) from information_schema.schemata where schema_name = 'guize'") == [(0,)]
