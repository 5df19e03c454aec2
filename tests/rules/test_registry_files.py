"""The registries themselves: names agree with each other, holidays are what the notices say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from pipeline.paths import packs_dir


def registry(name: str) -> dict[str, Any]:
    """One registry file as plain values."""
    text = (packs_dir() / "registry" / f"{name}.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def test_every_name_is_bilingual() -> None:
    units = registry("units")
    for entries in (registry("concepts"), registry("sanctions"), registry("platforms"), *units.values()):
        for name, entry in entries.items():
            assert entry["zh"] and entry["en"], name
            assert None not in entry.values(), f"{name}: a bare comma split the wording into keys"


def test_canonical_units_are_units() -> None:
    known = {*registry("units")["threshold_units"], "none"}
    assert {entry["canonical_unit"] for entry in registry("concepts").values()} <= known
    assert {entry["stricter"] for entry in registry("concepts").values()} <= {"lower", "higher", "none"}


def test_units_of_measures_are_units_of_count() -> None:
    counted = registry("units")["count_units"]
    for name, measure in registry("measures")["measures"].items():
        assert set(measure["params"].get("unit", {}).get("values", [])) <= set(counted), name


def test_sanctions_say_whether_sales_stop() -> None:
    for code, entry in registry("sanctions").items():
        assert entry["stops_sales"] in ("full", "part", "none", "unknown"), code
        assert isinstance(entry["weight"], int), code


@pytest.mark.parametrize("name", ["national_day", "spring_festival"])
def test_public_holidays_have_whole_spans_and_weekend_make_up_days(name: str) -> None:
    years = registry("calendar")["periods"][name]["years"]
    assert set(years) == set(range(2019, 2027))
    for year, span in years.items():
        first, last = date.fromisoformat(span["first"]), date.fromisoformat(span["last"])
        assert 6 <= (last - first).days <= 9, year
        for text in span["make_up"]:
            worked = date.fromisoformat(text)
            assert worked.weekday() >= 5, f"{text} is no weekend day"
            assert not first <= worked <= last, text
            assert min(abs((worked - first).days), abs((worked - last).days)) <= 14, text
