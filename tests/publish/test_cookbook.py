"""Every question of the cookbook runs on a published warehouse."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path

import duckdb
import pytest

from pipeline.publish.cookbook import PAGE, answered, questions
from tests.publish.sample import sample_warehouse

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_warehouse(tmp_path_factory.mktemp("w"), stores=7)


def test_there_are_twenty() -> None:
    assert len(questions(TEXT)) == 20 == TEXT.count("\n## ")


@pytest.mark.parametrize("no", range(20))
def test_question_runs(warehouse: Path, no: int) -> None:
    with duckdb.connect(str(warehouse / "guize.duckdb"), read_only=True) as connection:
        result = connection.execute(questions(TEXT)[no])
        assert result.description
        result.fetchall()


def test_answers_replace_answers(warehouse: Path) -> None:
    page = "## a\n```sql\nselect 1 as a, 'x|y' as b\n```\n\n## b\n```sql\nselect 1 as c where false\n```\n"
    with duckdb.connect() as connection:
        once = answered(page, connection)
        assert "| a | b |\n|---|---|\n| 1 | x\\|y |\n" in once and "没有" in once
        assert answered(once, connection) == once


OLDER = """
import json, sys
import duckdb
assert duckdb.__version__.startswith("1.5."), duckdb.__version__
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for sql in json.load(sys.stdin):
        connection.execute(sql).fetchall()
    print(connection.execute("select count(*) from breaches").fetchall()[0][0])
"""


def test_last_years_duckdb_opens_it_and_answers(warehouse: Path, tmp_path: Path) -> None:
    older = tmp_path / "venv"
    venv.create(older, with_pip=True)
    install = [
        older / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "duckdb==1.5.*",
    ]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip("no package index within reach")
    run = [older / "bin" / "python", "-c", OLDER, str(warehouse / "guize.duckdb")]
    done = subprocess.run(run, input=json.dumps(questions(TEXT)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
