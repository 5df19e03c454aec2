"""The gates as a run uses them: a judging process, docs that open offline, failures that name the place."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from pipeline.problems import GateFailed, GuizeError
from pipeline.quality.docs_site import finish_site
from pipeline.quality.gates import Gates
from pipeline.tables import FACTS, MARTS


def database(planted: bool) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table in (*FACTS, *MARTS):
        connection.execute(f"create table {table.name} as {table.empty_select()}")
    connection.execute("insert into runs (run_id, status) values ('r1', 'done')")
    connection.execute(
        "update runs set started_at = now(), rows_read = 0, rows_loaded = 0, rows_superseded = 0"
    )
    connection.execute("update runs set rows_quarantined = 0, gates = '', changed = '', packs_version = ''")
    if planted:
        connection.execute("update runs set status = 'odd', rows_read = null")
    return connection


def test_good_tables_pass_bad_ones_are_named_and_docs_need_no_network(tmp_path: Path) -> None:
    with Gates(tmp_path) as gates:
        facts = gates.check("facts", database(False))
        marts = gates.check("marts", database(False))
    assert facts.passed and facts.checks > 100
    assert (marts.tables, marts.rows) == (len(MARTS), 1)
    pages = list((tmp_path / "quality").rglob("*.html"))
    assert len(pages) >= 5
    for page in pages:
        assert not re.search(r"<(script|link|img|iframe)[^>]+https?://", page.read_text(encoding="utf-8")), (
            page
        )

    with pytest.raises(GateFailed) as caught, Gates(tmp_path) as gates:
        gates.check("marts", database(True))
    assert {problem.where for problem in caught.value.problems} == {"runs.status", "runs.rows_read"}
    assert caught.value.exit_code == 4
    index = (tmp_path / "quality" / "index.html").read_text()
    assert "runs: value" in index and "✗" in index
    [link] = re.findall(r'href="(validations/[^"]+)"', index)
    assert (tmp_path / "quality" / link).exists()
    assert not list(tmp_path.glob("tmp*"))


def test_nothing_asked_ends_the_judge_and_leaves_the_docs_alone(tmp_path: Path) -> None:
    (tmp_path / "quality").mkdir()
    (tmp_path / "quality" / "index.html").write_text("of the last run")
    with Gates(tmp_path) as gates:
        process = gates._process
    assert process is not None and process.returncode is not None
    assert (tmp_path / "quality" / "index.html").read_text() == "of the last run"


def test_a_dead_judge_stops_the_run(tmp_path: Path) -> None:
    gates = Gates(tmp_path).start()
    assert gates._process is not None
    gates._process.kill()
    with pytest.raises(GuizeError) as caught:
        gates.check("marts", database(False))
    assert caught.value.problems[0].code == "gate-process"


def test_site_is_swapped_whole(tmp_path: Path) -> None:
    target = tmp_path / "quality"
    for text in ("one", "two"):
        site = tmp_path / "built"
        (site / "deep").mkdir(parents=True)
        page = (
            f'<html><head><link href="https://cdn/x.css" rel="stylesheet"></head><body>{text}</body></html>'
        )
        (site / "deep" / "index.html").write_text(page)
        finish_site(site, target)
    text = (target / "deep" / "index.html").read_text()
    assert "two" in text and "cdn" not in text and 'href="../static/guize.css"' in text
