"""Which version judges on which day: grades, tracks, first versions, ends, pauses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.rules.load import load_packs
from pipeline.rules.timeline import FIRST_DAY, LAST_DAY, Binding, bindings, version_grade
from tests.rules.small_packs import spoil, write_packs

RULES, EVIDENCE = "jd/rules/all.yaml", "jd/evidence.csv"


def _bound(folder: Path, min_grade: str = "secondary", **texts: str) -> dict[str, Binding]:
    packs = load_packs(write_packs(folder, **texts), strict=False)
    return {binding.version_id: binding for binding in bindings(packs, min_grade)}


def test_a_first_version_judges_all_that_was_before_it_uncertainly(tmp_path: Path) -> None:
    bound = _bound(tmp_path)
    first, second = bound["jd:jd.reply_rate#1"], bound["jd:jd.reply_rate#2"]
    assert (first.effective_from, first.effective_to) == (FIRST_DAY, date(2021, 6, 1))
    assert first.certain_from == date(2020, 1, 1)
    # The second has no known start: the first day on which it was seen is taken.
    assert (second.effective_from, second.effective_to) == (date(2021, 6, 1), LAST_DAY)
    assert second.certain_from == date(2021, 6, 1)


def test_training_fills_in_where_nothing_better_is_known(tmp_path: Path) -> None:
    bound = _bound(tmp_path)
    taught, filled = bound["jd:jd.ladder#1@training"], bound["jd:jd.ladder#1"]
    assert (taught.track, filled.track) == ("training", "in_force")
    assert filled.grade == "training"
    assert "jd:jd.ladder#1" not in _bound(tmp_path, "official")


def test_training_stays_out_where_something_better_is_known(tmp_path: Path) -> None:
    better = spoil(RULES, "      seen: ['2022-05-05']\n      track: training", "      seen: ['2022-05-05']")
    graded = spoil(EVIDENCE, ",training,,,2022-05-05", ",secondary,,,2022-05-05")
    bound = _bound(tmp_path, **better, **graded)
    assert bound["jd:jd.ladder#1"].grade == "secondary"
    assert "jd:jd.ladder#1@training" not in bound


def test_hearsay_binds_only_when_asked(tmp_path: Path) -> None:
    hearsay = spoil(EVIDENCE, "no insults,official", "no insults,hearsay")
    assert "jd:jd.abuse#1" not in _bound(tmp_path, **hearsay)
    assert _bound(tmp_path, "hearsay", **hearsay)["jd:jd.abuse#1"].grade == "hearsay"


def test_only_official_when_asked(tmp_path: Path) -> None:
    assert {name.split("#")[0] for name in _bound(tmp_path, "official")} == {"jd:jd.abuse", "jd:jd.ladder"}


def test_the_weakest_field_decides_the_grade(tmp_path: Path) -> None:
    two = spoil(
        RULES,
        "[{id: E-JD-003, supports: [params, penalties]}]",
        "[{id: E-JD-003, supports: [params]}, {id: E-JD-005, supports: [penalties]}]",
    )
    packs = load_packs(write_packs(tmp_path, **two), strict=False)
    assert version_grade(packs.rules["jd.abuse"].versions[0], packs) == "hearsay"
    both = spoil(
        RULES,
        "[{id: E-JD-003, supports: [params, penalties]}]",
        "[{id: E-JD-003, supports: [params, penalties]}, {id: E-JD-005, supports: [penalties]}]",
    )
    packs = load_packs(write_packs(tmp_path, **both), strict=False)
    assert version_grade(packs.rules["jd.abuse"].versions[0], packs) == "official"


def test_a_version_ends_where_it_says_and_goes_on_after_a_pause(tmp_path: Path) -> None:
    start = "    - from: '2021-01-01'\n"
    file = "pinduoduo/rules/response.yaml"
    ended = _bound(tmp_path, **spoil(file, start, start + "      to: '2022-01-01'\n"))
    assert ended["pinduoduo:pinduoduo.reply_rate#1"].effective_to == date(2022, 1, 1)
    paused = _bound(
        tmp_path, **spoil(file, start, start + "      to: '2022-01-01'\n      suspends: [penalties]\n")
    )
    binding = paused["pinduoduo:pinduoduo.reply_rate#1"]
    assert binding.effective_to == LAST_DAY and binding.version.end == date(2022, 1, 1)


def test_an_undated_version_is_never_certain(tmp_path: Path) -> None:
    bound = _bound(
        tmp_path, **spoil(RULES, "      seen: ['2022-05-05']\n      measure: phrase", "      measure: phrase")
    )
    binding = bound["jd:jd.abuse#1"]
    assert (binding.effective_from, binding.certain_from) == (FIRST_DAY, LAST_DAY)
