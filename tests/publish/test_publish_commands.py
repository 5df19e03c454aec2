"""The commands of publishing, as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.problems import GuizeError
from pipeline.publish.commands import appeal, doctor, publish_command, releases_command, report
from tests.publish.sample import RUN, sample_warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(sample_warehouse(tmp_path_factory.mktemp("w"), stores=1))


def test_report_is_written_where_told(warehouse: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(report, ["--warehouse", warehouse, "--output", str(tmp_path / "r.html")])
    assert done.exit_code == 0 and "r.html" in done.output
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_releases_lists_and_refuses_an_unknown_one(warehouse: str) -> None:
    done = CliRunner().invoke(releases_command, ["--warehouse", warehouse])
    assert f"→ {RUN['run_id']}" in done.output
    done = CliRunner().invoke(releases_command, ["--warehouse", warehouse, "--rollback", "20250101T000000"])
    assert isinstance(done.exception, GuizeError) and RUN["run_id"] in str(done.exception)
    assert (
        CliRunner()
        .invoke(releases_command, ["--warehouse", warehouse, "--rollback", RUN["run_id"]])
        .exit_code
        == 0
    )


def test_publish_wants_postgresql(warehouse: str) -> None:
    done = CliRunner().invoke(publish_command, ["--warehouse", warehouse, "--to", "mysql://x"])
    assert done.exit_code == 2 and "postgresql://" in done.output


def test_doctor_ends_with_1_when_something_is_broken(warehouse: str, tmp_path: Path) -> None:
    config = tmp_path / "guize.toml"
    config.write_text(f'[privacy]\nkey_file = "{tmp_path}/key"\n')
    given = ["--warehouse", warehouse, "--config", str(config)]
    assert CliRunner().invoke(doctor, given).exit_code == 0
    (tmp_path / "key").write_text("k")
    (tmp_path / "key").chmod(0o644)
    done = CliRunner().invoke(doctor, given)
    assert done.exit_code == 1 and "chmod 600" in done.output


def test_appeal_prints_the_folders(warehouse: str, tmp_path: Path) -> None:
    given = ["douyin/douyin-1-douyin-4", "--warehouse", warehouse, "--output", str(tmp_path)]
    done = CliRunner().invoke(appeal, given)
    assert done.exit_code == 0 and "appeals.csv" in done.output
