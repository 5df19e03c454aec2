"""Every examination finds what is planted, and a healthy warehouse has nothing bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.config import Config
from pipeline.publish import doctor
from pipeline.publish.doctor import examine
from pipeline.publish.lock import warehouse_lock
from tests.publish.sample import sample_warehouse


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(Config(), key_file=tmp_path / "key")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return sample_warehouse(tmp_path / "w", stores=2)


def told(warehouse: Path, config: Config, state: str) -> str:
    return "\n".join(f.en + " " + f.mend_en for f in examine(warehouse, config) if f.state == state)


def test_healthy(warehouse: Path, config: Config) -> None:
    assert told(warehouse, config, "bad") == ""
    assert "storage 65" in told(warehouse, config, "ok")
    assert "messages of douyin/douyin-1 lacks 2 days" in told(warehouse, config, "warn")


def test_nothing_published(tmp_path: Path, config: Config) -> None:
    assert "nothing was published" in told(tmp_path / "none", config, "warn")


def test_key_that_others_read(warehouse: Path, config: Config) -> None:
    config.key_file.write_text("k")
    config.key_file.chmod(0o644)
    assert "chmod 600" in told(warehouse, config, "bad")
    config.key_file.chmod(0o600)
    assert told(warehouse, config, "bad") == ""


def test_lost_mart_and_lost_release(warehouse: Path, config: Config) -> None:
    (warehouse / "current" / "verdicts.parquet").unlink()
    assert "lacks files: verdicts" in told(warehouse, config, "bad")
    release = (warehouse / "current").resolve()
    release.rename(release.with_name("moved"))
    assert "nothing was published" in told(warehouse, config, "warn")


def test_storage_too_new_and_database_gone(warehouse: Path, config: Config) -> None:
    file = warehouse / "guize.duckdb"
    file.unlink()
    assert "is missing" in told(warehouse, config, "bad")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as d (storage_version 'v2.0.0')")
        connection.execute("create table d.runs (a int)")
    assert "too new" in told(warehouse, config, "bad")


def test_lock_and_leftovers(warehouse: Path, config: Config) -> None:
    (warehouse / "releases" / ".building-x").mkdir()
    assert "unfinished" in told(warehouse, config, "warn")
    with warehouse_lock(warehouse):
        assert "holds the lock" in told(warehouse, config, "warn")


def test_old_library_and_full_disk(warehouse: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_NEEDED", {"duckdb": (99,), "not-there-at-all": (1,)})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1})())
    assert "too old" in told(warehouse, config, "bad") and "not installed" in told(warehouse, config, "bad")
    assert "filling up" in told(warehouse, config, "warn")
