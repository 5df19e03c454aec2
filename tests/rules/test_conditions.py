"""Conditions become alternatives of predicates; values become numbers with two ends, or nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.rules.conditions import ALWAYS, BadCondition, read_condition
from pipeline.rules.values import (
    Number,
    read_bool,
    read_clock,
    read_day,
    read_hours,
    read_number,
    show_number,
)


def _facts(condition: object) -> list[list[str]]:
    return [[f"{p.fact} {p.op}" for p in group] for group in read_condition(condition)]


def test_no_condition_always_holds() -> None:
    assert read_condition([]) == ALWAYS == read_condition({})


def test_when_is_all_of_and_any_is_one_of() -> None:
    a, b, c = {"fact": "a", "lt": "1"}, {"fact": "b", "ge": "2"}, {"fact": "c", "in": ["x"]}
    assert _facts([a, b]) == [["a lt", "b ge"]]
    assert _facts({"any": [[a, b], [c]]}) == [["a lt", "b ge"], ["c in"]]
    assert _facts({"when": [a], "any": [b, c]}) == [["a lt", "b ge"], ["a lt", "c in"]]
    assert _facts([a, {"any": [[b], [c]]}]) == [["a lt", "b ge"], ["a lt", "c in"]]
    assert _facts(a) == [["a lt"]]


@pytest.mark.parametrize(
    "bad",
    [
        "text",
        [{"fact": "a"}],
        [{"fact": "a", "lt": "1", "ge": "0"}],
        [{"lt": "1"}],
        [{"fact": "a", "lt": "much"}],
        [{"fact": "a", "in": []}],
        [{"fact": "a", "in": "x"}],
        {"any": []},
        {"whenever": []},
        [{"fact": "a", "lt": "1", "unless": "x"}],
        [{"any": [[{"fact": "a", "lt": "1"}]], "fact": "b"}],
    ],
)
def test_what_is_no_condition_is_refused(bad: object) -> None:
    with pytest.raises(BadCondition):
        read_condition(bad)


def test_truth_and_text_are_members() -> None:
    assert read_condition([{"fact": "a", "eq": "true"}])[0][0].members == ("true",)
    assert read_condition([{"fact": "a", "eq": False}])[0][0].members == ("false",)
    assert read_condition([{"fact": "a", "eq": "spot"}])[0][0].members == ("spot",)
    assert read_condition([{"fact": "a", "eq": "3"}])[0][0].number == Number(Decimal(3), Decimal(3))


def test_numbers() -> None:
    assert read_number("0.50") == Number(Decimal("0.50"), Decimal("0.50"))
    assert read_number("unknown") == Number(None, None)
    assert read_number({"low": "3", "high": "4"}) == Number(Decimal(3), Decimal(4))
    assert read_number({"low": "3", "high": "unknown"}) == Number(None, None)
    for bad in ("none", "1,000", "1e3", "", "05", 3, True, {"low": "4", "high": "3"}, {"low": "1"}, ["1"]):
        assert read_number(bad) is None


def test_days_clocks_hours_truth() -> None:
    assert str(read_day("2025-06-01")) == "2025-06-01"
    assert [read_day(bad) for bad in ("2025-6-1", "2025-02-30", "unknown", 20250601)] == [None] * 4
    assert [read_clock(text) for text in ("00:00", "22:59", "24:00")] == [0, 1379, 1440]
    assert [read_clock(bad) for bad in ("24:01", "7:00", "23:60", 1379)] == [None] * 4
    assert read_hours(["08:00", "23:00"]) == (480, 1380) and read_hours(["23:00", "06:00"]) == (1380, 360)
    assert [
        read_hours(bad) for bad in (["08:00"], "08:00-23:00", ["08:00", "08:00"], ["24:00", "06:00"])
    ] == [None] * 4
    assert (read_bool("true"), read_bool(False), read_bool("yes")) == (True, False, None)


def test_numbers_are_shown_as_people_write_them() -> None:
    assert show_number(Number(Decimal("0.50"), Decimal("0.50")), percent=True) == "50%"
    assert show_number(Number(Decimal("3.00"), Decimal(4))) == "3–4"
    assert show_number(Number(None, None)) == "unknown" and show_number(None) == ""
