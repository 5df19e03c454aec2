"""Inheritance: mappings merge, lists and windows replace, support and assumptions follow their fields."""

from __future__ import annotations

from pathlib import Path

from pipeline.rules.build import build_rule, fields_of
from pipeline.rules.model import Version
from pipeline.rules.yamlfile import Map, read_yaml

HEAD = """\
id: jd.x
title: {zh: 某, en: some}
concept: abuse
relation: exact
kind: metric
applies_to: [jd]
versions:
"""
FIRST = """\
  - from: '2020-01-01'
    measure: reply
    params: {unit: consumer_day, reply_by: human, within_seconds: '180'}
    scope: {hours: ['08:00', '23:00']}
    judge: {by: share, window: {every: day}, bands: [{when: [{fact: ok_share, lt: '0.5'}], severity: low}]}
    penalties: {pick: first, of: [{per: window, effects: [{kind: warning}]}]}
    assumed:
      - {field: params.reply_by, why: {zh: 甲, en: a}}
      - {field: judge.bands, why: {zh: 乙, en: b}}
      - {field: seen, why: {zh: 丙, en: c}}
    evidence: [{id: E1, supports: [params, scope]}, {id: E2, supports: [judge, penalties]}]
"""


def _versions(tmp_path: Path, later: str) -> list[Version]:
    (tmp_path / "x.yaml").write_text(HEAD + FIRST + later, encoding="utf-8")
    raw, problems = read_yaml(tmp_path / "x.yaml", tmp_path)
    assert problems == [] and isinstance(raw, Map)
    return list(build_rule(raw, "jd", "x.yaml").versions)


def test_an_heir_states_only_what_changed(tmp_path: Path) -> None:
    first, second = _versions(
        tmp_path,
        """\
  - from: '2021-01-01'
    like: previous
    params: {within_seconds: '120'}
    judge: {window: {days: '30', lag: '1'}, bands: [{when: [{fact: ok_share, lt: '0.8'}], severity: low}]}
    evidence: [{id: E3, supports: [params, judge]}]
""",
    )
    assert dict(second.part("params")) == {
        "unit": "consumer_day",
        "reply_by": "human",
        "within_seconds": "120",
    }
    assert first.part("params")["within_seconds"] == "180"  # the forebear is untouched
    assert dict(second.part("judge")["window"]) == {"days": "30", "lag": "1"}  # a window is one value
    assert len(second.bands) == 1 and second.penalties == first.penalties
    assert (first.no, second.no) == (1, 2)


def test_support_follows_the_field(tmp_path: Path) -> None:
    _, second = _versions(
        tmp_path,
        """\
  - from: '2021-01-01'
    like: previous
    params: {within_seconds: '120'}
    evidence: [{id: E3, supports: [from]}]
""",
    )
    assert second.support["params.reply_by"] == ("E1",)  # inherited with its field
    assert second.support["params.within_seconds"] == ()  # changed, so the old statement says nothing of it
    assert second.support["penalties"] == ("E2",)
    assert set(second.support) == set(fields_of(second))


def test_assumptions_end_with_what_they_assume(tmp_path: Path) -> None:
    _, second = _versions(
        tmp_path,
        """\
  - from: '2021-01-01'
    like: previous
    judge: {bands: [{when: [{fact: ok_share, lt: '0.8'}], severity: low}]}
    evidence: [{id: E3, supports: [judge]}]
""",
    )
    assert [entry.field for entry in second.assumed] == ["params.reply_by"]


def test_a_new_measure_takes_no_old_parameters(tmp_path: Path) -> None:
    _, second = _versions(
        tmp_path,
        """\
  - from: '2021-01-01'
    like: previous
    measure: shipment
    params: {limit_hours: '48'}
    evidence: [{id: E3, supports: [params]}]
""",
    )
    assert dict(second.part("params")) == {"limit_hours": "48"}


def test_an_assumed_value_stands_in_for_unknown_only(tmp_path: Path) -> None:
    versions = _versions(
        tmp_path,
        """\
  - from: '2021-01-01'
    like: previous
    params: {within_seconds: unknown}
    assumed:
      - {field: params.within_seconds, value: '200', why: {zh: 未写, en: unstated}}
      - {field: params.reply_by, value: any, why: {zh: 未写, en: unstated}}
    evidence: [{id: E3, supports: [params]}]
""",
    )
    assert versions[1].part("params")["within_seconds"] == "200"
    assert versions[1].part("params")["reply_by"] == "human"


def test_tracks_are_chains_of_their_own(tmp_path: Path) -> None:
    versions = _versions(
        tmp_path,
        """\
  - from: unknown
    track: training
    measure: reply
    params: {unit: message, reply_by: any}
    judge: {by: each}
    evidence: [{id: T1, supports: [params]}]
  - from: '2021-01-01'
    like: previous
    params: {within_seconds: '60'}
    evidence: [{id: E3, supports: [params]}]
""",
    )
    assert [(version.track, version.no) for version in versions] == [
        ("in_force", 1),
        ("training", 1),
        ("in_force", 2),
    ]
    assert versions[2].part("params")["unit"] == "consumer_day"
