"""The pages on rules are followed to the letter: what they build is sound, the queries they show run."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.paths import packs_dir
from pipeline.rules.compare import comparison_frames
from pipeline.rules.load import load_packs
from pipeline.rules.unknowns import UNKNOWNS

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"`platform_rules/([^`]+)`[^`\n]*\n\n```(?:yaml|csv)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_rule_that_the_page_adds_is_sound(tmp_path: Path, language: str) -> None:
    packs = tmp_path / "platform_rules"
    shutil.copytree(packs_dir(), packs)
    blocks = BLOCK.findall((DOCS / language / "add-a-rule.md").read_text("utf-8"))
    assert [name.split("/")[-1] for name, _ in blocks] == [
        "sources.yaml",
        "evidence.csv",
        "response.yaml",
        "cases.yaml",
    ]
    for name, text in blocks:
        with (packs / name).open("a", encoding="utf-8") as file:
            file.write(text)
    coverage = packs / "registry" / "coverage.yaml"
    before, after = coverage.read_text("utf-8").split("\n  pinduoduo:\n")
    coverage.write_text(
        f"{before}\n  pinduoduo:\n"
        + re.sub(r"average_response: .*", "average_response: rule", after, count=1),
        "utf-8",
    )
    manifest = packs / "pinduoduo" / "pack.yaml"
    text = manifest.read_text("utf-8")
    for what, more in (("statements", 1), ("rules", 1), ("cases", 2)):
        text = re.sub(rf"{what}: '(\d+)'", lambda found: f"{what}: '{int(found[1]) + more}'", text)  # noqa: B023
    manifest.write_text(text, "utf-8")
    loaded = load_packs(packs)
    assert loaded.rules["pinduoduo.average_response"].versions[0].from_date == date(2026, 6, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_platform_that_the_page_adds_is_sound(tmp_path: Path, language: str) -> None:
    packs = tmp_path / "platform_rules"
    shutil.copytree(packs_dir(), packs)
    blocks = BLOCK.findall((DOCS / language / "add-a-platform.md").read_text("utf-8"))
    assert len(blocks) == 6
    for name, text in blocks:
        (packs / name).parent.mkdir(parents=True, exist_ok=True)
        with (packs / name).open("a", encoding="utf-8") as file:
            file.write(text)
    missing = {problem.code for problem in load_packs(packs, strict=False).problems}
    assert missing == {"coverage_cell_missing"}  # the page says that the check names them
    registry = load_packs(packs, strict=False).registry
    with (packs / "registry" / "coverage.yaml").open("a", encoding="utf-8") as file:
        file.write("  weidian:\n")
        for concept in registry.concepts:
            file.write(f"    {concept}: {'rule' if concept == 'late_shipment' else 'todo'}\n")
    assert load_packs(packs).rules["weidian.late_shipment"].applies_to == ("weidian",)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_query_on_the_page_runs_and_finds_something(language: str) -> None:
    text = (DOCS / language / "ask-the-rules.md").read_text("utf-8")
    queries = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    assert len(queries) >= 5
    packs = load_packs(packs_dir(), strict=False)
    connection = duckdb.connect()
    for name, frame in comparison_frames(packs, "run-1").items():
        connection.register(f"all_{name}", frame.to_arrow())
        # As in guize.duckdb: the views of main show what is in force, those of training what is taught.
        connection.execute(
            f"create view {name} as select * exclude (track) from all_{name} where track = 'in_force'"
        )
    for query in queries:
        assert connection.execute(query).fetchall(), query


def test_a_late_evening_answer(tmp_path: Path) -> None:
    """Four minutes at 22:30: the answer the page gives, read off the packs by hand."""
    text = (DOCS / "zh" / "ask-the-rules.md").read_text("utf-8")
    query = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)[0].replace("current_date", "date '2026-11-01'")
    packs = load_packs(packs_dir(), strict=False)
    connection = duckdb.connect()
    for name, frame in comparison_frames(packs, "run-1").items():
        connection.register(f"all_{name}", frame.to_arrow())
        connection.execute(f"create view {name} as select * from all_{name} where track = 'in_force'")
    found = {row[1] for row in connection.execute(query).fetchall()}
    assert {"taobao.reply_rate", "pinduoduo.reply_rate", "kuaishou.reply_rate", "suning.reply_rate"} <= found
    assert {"douyin.reply_rate", "tmall.reply_rate", "jd.first_response"} <= found
    assert not {"baseline.complaint_acceptance", "jd.late_shipment"} & found


def test_the_page_on_grades_explains_every_gap() -> None:
    for language, which in (("zh", 0), ("en", 1)):
        text = (DOCS / language / "grades.md").read_text("utf-8")
        for words in UNKNOWNS.values():
            assert words[which] in text
