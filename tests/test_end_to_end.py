"""What a user meets at the command line: new and old exports, wrong files, broken rules, a held lock, a reader meanwhile."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.config import load_config
from pipeline.problems import GateFailed, Problem
from pipeline.publish.lock import warehouse_lock
from pipeline.run import run
from tests.demo_run import ROOT, Demo, command, environment, guize, write_and_judge

NEW_DAY = """会话ID,买家昵称,发送方,发送时间,消息内容
n1,新买家,买家,2025-10-13 10:00:00,在吗
n1,新买家,客服,2025-10-13 10:00:09,在的亲
"""
SMALL = ("--stores", "3", "--days", "5", "--messages", "600")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Three small stores, judged once."""
    return write_and_judge(tmp_path_factory.mktemp("small"), *SMALL)


@pytest.fixture
def small(made: Demo, tmp_path: Path) -> Demo:
    """A copy of them that a test may spoil."""
    shutil.copytree(made.folder, tmp_path / "demo", symlinks=True)
    return Demo(tmp_path / "demo", made.summary)


def _run(demo: Demo, *options: str | Path) -> subprocess.CompletedProcess[str]:
    return guize("run", demo.exports, "--warehouse", demo.warehouse, *options, home=demo.folder / "home")


def _published(demo: Demo) -> set[str]:
    return {path.name for path in (demo.warehouse / "releases").iterdir()}


def test_the_summary_is_one_object_whose_rows_add_up(made: Demo) -> None:
    rows = made.summary["rows"]
    assert made.summary["published"] and made.summary["status"] == "done" and not made.summary["refused"]
    assert rows["read"] == rows["loaded"] + rows["superseded"] + rows["quarantined"] > 0
    for table in made.summary["tables"].values():
        assert table["read"] == table["loaded"] + table["superseded"] + table["quarantined"]
    assert {gate: told["passed"] for gate, told in made.summary["gates"].items()} == {
        "facts": True,
        "rules": True,
        "marts": True,
    }


def test_a_second_run_with_nothing_new_builds_and_publishes_nothing_and_says_so(small: Demo) -> None:
    before = _published(small)
    again = _run(small, "--json")
    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert (summary["published"], summary["work"]) == (False, {"built": 0, "kept": 0})
    assert summary["rows"]["read"] == 0 and summary["files_known"] > 0
    assert _published(small) == before
    assert "nothing new" in _run(small, "--lang", "en").stdout


def test_a_number_given_away_in_an_export_is_a_breach_and_the_buyers_own_is_none(small: Demo) -> None:
    store = next(small.exports.glob("*/*"))
    (store / "泄露.csv").write_text(
        "会话ID,买家昵称,发送方,发送时间,消息内容\n"
        "p1,甲,买家,2025-10-13 10:00:00,我的电话13812345678\n"
        "p1,甲,客服,2025-10-13 10:00:09,好的电话13812345678对吗\n"
        "p2,乙,买家,2025-10-13 11:00:00,上一位收件人是谁\n"
        "p2,乙,客服,2025-10-13 11:00:09,他的电话是13987654321\n",
        encoding="utf-8",
    )
    assert _run(small).returncode == 0
    with duckdb.connect(str(small.warehouse / "guize.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select distinct pack, evidence_text from breaches where concept = 'privacy_leak'"
        ).fetchall()
    assert {pack for pack, _ in found} >= {"douyin", "taobao", "tmall"}
    assert {text for _, text in found} == {"他的电话是[手机号]"}


def test_wrong_files_are_named_with_the_reason_and_the_rest_is_published(small: Demo) -> None:
    store = next(small.exports.glob("*/*"))
    (store / "照片.xlsx").write_bytes(bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"))
    (store / "空.csv").write_bytes(b"")
    (store / "别的.csv").write_text("甲,乙,丙\n1,2,3\n", encoding="utf-8")
    (store / "新的一天.csv").write_text(NEW_DAY, encoding="utf-8")
    before = _published(small)
    ran = _run(small, "--json")
    assert ran.returncode == 1, ran.stderr
    summary = json.loads(ran.stdout)
    refused = {Path(problem["where"]).name: problem for problem in summary["refused"]}
    assert summary["published"] and summary["status"] == "refused_files"
    assert set(refused) == {"照片.xlsx", "空.csv", "别的.csv"}
    assert all(problem[text] for problem in refused.values() for text in ("zh", "en", "mend_zh", "mend_en"))
    assert "JPEG" in refused["照片.xlsx"]["en"].upper()
    assert "empty" in refused["空.csv"]["en"]
    assert "甲" in refused["别的.csv"]["en"]
    assert summary["rows"]["loaded"] == 2
    assert len(_published(small) - before) == 1
    shown = _run(small).stdout
    for name, problem in refused.items():
        assert name in shown and problem["code"] in shown


def test_broken_rules_name_the_place_and_publish_nothing(small: Demo) -> None:
    packs = small.folder / "packs"
    shutil.copytree(ROOT / "platform_rules", packs)
    file = next((packs / "jd" / "rules").glob("*.yaml"))
    file.write_text(file.read_text(encoding="utf-8").replace("kind: ", "knid: ", 1), encoding="utf-8")
    before = _published(small)
    ran = _run(small, "--packs", packs)
    assert ran.returncode == 3
    assert file.name in ran.stderr and "knid" in ran.stderr and "Traceback" not in ran.stderr
    assert _published(small) == before


def test_a_failed_gate_publishes_nothing_and_names_the_table(small: Demo) -> None:
    file = next((small.warehouse / "facts" / "orders").rglob("*.parquet"))
    orders = pl.read_parquet(file, hive_partitioning=False)
    pl.concat([orders, orders.head(1)]).write_parquet(file)
    before, current = _published(small), (small.warehouse / "current").readlink()
    ran = _run(small, "--full")
    assert ran.returncode == 4
    assert "orders" in ran.stderr and "Traceback" not in ran.stderr
    assert (_published(small), (small.warehouse / "current").readlink()) == (before, current)


def test_wrong_facts_are_named_even_when_the_judging_fails_on_them_first(
    small: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object, **__: object) -> None:
        raise ValueError("what came of it")

    def failed(*_: object) -> None:
        raise GateFailed(Problem("gate", "orders", "错", "wrong", "改", "mend"))

    def again() -> None:
        packs, sql = ROOT / "platform_rules", ROOT / "sql"
        run(small.exports, small.warehouse, config=load_config(), packs=packs, sql=sql, full=True)

    before = _published(small)
    monkeypatch.setenv("HOME", str(small.folder / "home"))
    monkeypatch.setattr("pipeline.run.evaluate", overtaken)
    with pytest.raises(ValueError, match="what came of it"):
        again()
    monkeypatch.setattr("pipeline.run._check_inputs", failed)
    with pytest.raises(GateFailed, match="错"):
        again()
    assert _published(small) == before


def test_a_second_run_at_once_is_told_who_holds_the_warehouse(small: Demo) -> None:
    with warehouse_lock(small.warehouse):
        ran = _run(small)
    assert ran.returncode == 5
    assert re.search(r"\d+", ran.stderr) and "Traceback" not in ran.stderr


def test_a_word_too_many_is_a_usage_error(tmp_path: Path) -> None:
    assert guize("run", tmp_path / "nowhere", home=tmp_path).returncode == 2


READER = """
import sys, time
import duckdb
while True:
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as client:
            runs = client.execute("select distinct run_id from verdicts").fetchall()
            rows = client.execute("select count(*) from exposure_matrix").fetchone()[0]
    except duckdb.IOException as cut_by_the_switch:
        assert "/current/" in str(cut_by_the_switch)
        continue
    print(",".join(run for (run,) in runs), rows, flush=True)
    time.sleep(0.05)
"""


def test_a_plain_client_reads_one_whole_run_at_any_moment(small: Demo) -> None:
    """Another process opens guize.duckdb read-only, again and again, while a run judges and publishes."""
    first = _runs(small)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(small.warehouse / "guize.duckdb")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        try:
            time.sleep(1)
            ran = _run(small, "--full")
            time.sleep(1)
        finally:
            reader.terminate()
        read, told = reader.communicate()
    assert ran.returncode == 0 and told == ""
    seen = [line.split(" ") for line in read.splitlines()]
    runs = [run for run, _ in seen]
    assert len(seen) > 10
    assert {run for run in runs if "," in run or not run} == set()
    assert sorted(runs) == runs  # the old one until the switch, the new one ever after
    assert set(runs) == first | _runs(small) and len(set(runs)) == 2
    assert all(int(rows) > 0 for _, rows in seen)


def _runs(demo: Demo) -> set[str]:
    return set(demo.mart("verdicts").get_column("run_id"))


def _first_query() -> str:
    """The SQL block of README.md."""
    found = re.search(r"```sql\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert found is not None
    return found.group(1)


def test_the_first_query_of_the_readme_answers_as_shown(demo: Demo) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    with demo.client() as client:
        result = client.execute(_first_query())
        heads = [column[0] for column in result.description]
        rows = result.fetchall()
    assert rows
    for cells in (heads, *rows):
        line = "| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |"
        assert line in readme


def test_the_commands_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in set(
        re.findall(r"guize ((?:rules )?[a-z]+)", "\n".join(re.findall(r"```bash\n(.*?)```", readme, re.S)))
    ):
        told = subprocess.run(
            command([*line.split(), "--help"]),
            cwd=ROOT,
            env=environment(ROOT),
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, line
    for target in set(re.findall(r"\]\(([^)#:]+)\)", readme)) | set(re.findall(r'src="([^":]+)"', readme)):
        assert (ROOT / target).exists(), target
