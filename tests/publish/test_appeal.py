"""An appeal pack holds what an appeal needs, and only masked words; grounds are held against the data."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.problems import GuizeError
from pipeline.publish.appeal import exemptions, write_appeals
from pipeline.tables import by_name
from tests.publish.sample import sample_warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_warehouse(tmp_path_factory.mktemp("w"), stores=2)


def test_pack_of_a_breach(warehouse: Path, tmp_path: Path) -> None:
    breach = "douyin/douyin-1-douyin-4"
    [folder] = write_appeals(warehouse, [breach], tmp_path)
    page = (folder / "appeal.html").read_text()
    for needed in (
        "应在 48 小时内完成",
        "第三条",
        "https://example.org/rules",
        "加微信",
        "不可抗力",
        "申诉截止",
    ):
        assert needed in page, needed
    assert page.count('class="this"') == 1
    rows = list(csv.DictReader((tmp_path / "appeals.csv").open(encoding="utf-8-sig")))
    assert [row["breach_id"] for row in rows] == [breach] and rows[0]["appeal_by"]
    assert (folder / "talk.csv").exists()


def test_unknown_breach_names_the_nearest_and_writes_nothing(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(GuizeError) as caught:
        write_appeals(warehouse, ["douyin/douyin-1-douyin-5", "douyin/douyin-1-duoyin-4"], tmp_path / "out")
    assert "douyin/douyin-1-douyin-" in caught.value.problems[0].mend_en
    assert not (tmp_path / "out").exists()


def rules(
    opened_on: date | None, scope: str, predicates: list[tuple[str, str, float | None]]
) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    for schema, name in (("rules", "rule_versions"), ("rules", "predicates"), ("facts", "stores")):
        made.execute(f"create schema if not exists {schema}")
        made.execute(f"create table {schema}.{name} as {by_name()[name].empty_select()}")
    made.execute("insert into rules.rule_versions (version_id, scope) values ('v', ?)", [scope])
    made.execute("insert into facts.stores (store_id, opened_on) values ('jd/a', ?)", [opened_on])
    for owner, fact, low in predicates:
        made.execute(
            "insert into rules.predicates (version_id, owner, fact, op, low) values ('v', ?, ?, 'gt', ?)",
            [owner, fact, low],
        )
    return made


BREACH = {
    "version_id": "v",
    "store_id": "jd/a",
    "version_certain": True,
    "occurred_at": datetime(2025, 10, 1, 23, 30),
}


@pytest.mark.parametrize(
    ("opened_on", "scope", "predicates", "expected"),
    [
        (None, '{"hours": ["08:00", "23:00"]}', [], {"outside": "applies"}),
        (None, '{"hours": ["09:00", "24:00"]}', [], {"outside": "no"}),
        (None, '{"hours": ["22:00", "06:00"]}', [], {"outside": "no"}),
        (date(2025, 8, 2), "{}", [("stores", "store_age_months", 3)], {"new shop": "applies"}),
        (date(2024, 8, 2), "{}", [("stores", "store_age_months", 3)], {"new shop": "no"}),
        (None, "{}", [("stores", "store_age_months", 3)], {"new shop": "prove"}),
        (None, "{}", [("exempt", "reported", None)], {"reported in advance": "prove"}),
    ],
)
def test_grounds(opened_on: date | None, scope: str, predicates: Any, expected: dict[str, str]) -> None:
    from pipeline.lang import set_lang

    set_lang("en")
    try:
        found = {
            ground.ground: ground.state for ground in exemptions(rules(opened_on, scope, predicates), BREACH)
        }
    finally:
        set_lang("zh")
    for name, state in expected.items():
        assert {key: value for key, value in found.items() if key.startswith(name)} and found[
            next(key for key in found if key.startswith(name))
        ] == state
    assert found["force majeure"] == "prove"


def test_uncertain_version_is_a_ground() -> None:
    found = exemptions(rules(None, "{}", []), BREACH | {"version_certain": False})
    assert any("版本" in ground.ground for ground in found)
