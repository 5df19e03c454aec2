"""Every kind of finding is planted once and found where it was planted; the sound packs have none."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.lang import set_lang
from pipeline.paths import packs_dir
from pipeline.problems import RulesInvalid
from pipeline.rules import checks_rules
from pipeline.rules.change import with_fields
from pipeline.rules.compare import comparison_frames
from pipeline.rules.compile import compile_packs
from pipeline.rules.findings import KINDS
from pipeline.rules.load import load_packs
from pipeline.rules.pages import coverage_sheet, rule_sheet
from tests.rules.small_packs import FILES, spoil, write_packs

RULES, EVIDENCE, CASES, PACK = "jd/rules/all.yaml", "jd/evidence.csv", "jd/cases.yaml", "jd/pack.yaml"


@dataclass(frozen=True)
class Planted:
    """One thing spoilt: the kind it must be found as, the file, what stood there, what stands there now."""

    code: str
    file: str
    old: str
    new: str


PLANTED = [
    # the file
    Planted("yaml_syntax", RULES, "versions:\n", "versions: [\n"),
    Planted("too_deep", RULES, "kind: metric", "kind: " + "[" * 60 + "]" * 60),
    Planted("alias", RULES, "applies_to: [jd]", "applies_to: &codes [jd]"),
    Planted("tag", RULES, "kind: metric", "kind: !!python/name:os.system metric"),
    Planted("several_documents", RULES, "- id: jd.late", "---\n- id: jd.late"),
    Planted("key_not_text", RULES, "kind: metric", "? [kind]\n  : metric"),
    Planted("duplicate_key", RULES, "kind: metric", "kind: metric\n  kind: obligation"),
    Planted("unquoted_date", RULES, "from: '2020-01-01'", "from: 2020-01-01"),
    Planted("unquoted_date", RULES, "'08:00', '23:00'", "08:00, 22:59"),
    Planted("unquoted_number", RULES, "rate: '0.05'", "rate: 0.05"),
    Planted("unquoted_word", RULES, "reply_by: human", "reply_by: on"),
    Planted("null_value", RULES, "within_seconds: '180'", "within_seconds: ~"),
    Planted("null_value", RULES, "class: general, amount: '2'", "class: general, amount: "),
    # the form
    Planted(
        "unknown_key",
        RULES,
        "judge: {by: each}\n      exempt",
        "judge: {by: each, how: strictly}\n      exempt",
    ),
    Planted(
        "unknown_key",
        RULES,
        "payee: buyer}]}\n          - {when: [{fact: paid_cny, ge",
        "payee: buyer, code: suspension}]}\n          - {when: [{fact: paid_cny, ge",
    ),
    Planted("unknown_key", CASES, "expect: {units: 1, failing: 0", "expect: {units: 1, fails: 0"),
    Planted("unknown_key", CASES, "order_id: A1", "order_no: A1"),
    Planted("unknown_key", PACK, "codes: [jd]", "codes: [jd]\ncolour: red"),
    Planted("missing_key", RULES, "  relation: exact\n", ""),
    Planted("missing_key", RULES, "fixed: '3', currency: CNY", "fixed: '3'"),
    Planted("missing_key", RULES, "judge: {by: share, window", "judge: {window"),
    Planted("missing_key", RULES, "penalties: {pick: heaviest, of", "penalties: {of"),
    Planted("missing_key", PACK, "checked_on: '2026-11-21'\n", ""),
    Planted("missing_key", "sources.yaml", "  kind: repost\n", ""),
    Planted("missing_key", "registry/combine.yaml", "meet_on: day, ", ""),
    Planted("wrong_form", RULES, "window: {every: day}", "window: {every: day, days: 30}"),
    Planted("wrong_form", RULES, "when: [{fact: nth", "when: [{fact: nth, le: '9'"),
    Planted("missing_translation", RULES, "title: {zh: 回复率, en: Reply rate}", "title: {zh: 回复率}"),
    Planted("missing_translation", EVIDENCE, "no insults", ""),
    Planted(
        "missing_translation", "sources.yaml", "publisher: {zh: 某站, en: a site}", "publisher: {zh: 某站}"
    ),
    Planted("missing_translation", CASES, "name: {zh: 晚发, en: late}", "name: {zh: 晚发}"),
    Planted("missing_translation", PACK, "en: general violations", "en: ''"),
    Planted("bad_date", RULES, "seen: ['2022-05-05']", "seen: ['2022-02-30']"),
    Planted("bad_date", EVIDENCE, "secondary_plus,2020-01-01", "secondary_plus,2020-13-01"),
    Planted("bad_number", RULES, "lt: '0.80'", "lt: '80%'"),
    Planted("bad_number", RULES, "ge: {low: '3', high: '4'}", "ge: {low: '4', high: '3'}"),
    Planted("bad_hours", RULES, "['08:00', '23:00']", "['08:00', '25:00']"),
    Planted("not_one_of", RULES, "reply_by: human", "reply_by: someone"),
    Planted("not_one_of", EVIDENCE, "official", "gospel"),
    Planted("not_one_of", EVIDENCE, ",background,只是", ",whatever,只是"),
    Planted("not_one_of", "registry/coverage.yaml", "abuse: todo", "abuse: maybe"),
    Planted("not_one_of", "registry/combine.yaml", "how: add", "how: perhaps"),
    Planted("not_one_of", CASES, "verdict: ok", "verdict: fine"),
    # registries
    Planted("missing_key", "registry/sanctions.yaml", "weight: 80, ", ""),
    Planted("missing_key", "registry/calendar.yaml", "last: '2022-10-03', ", ""),
    Planted("not_one_of", "registry/platforms.yaml", "home: own", "home: here"),
    Planted(
        "not_one_of", "registry/measures.yaml", "type: hours, default: none", "type: days, default: none"
    ),
    Planted("not_one_of", "registry/concepts.yaml", "stricter: higher", "stricter: more"),
    Planted("bad_number", "registry/units.yaml", "factor: '3600'", "factor: many"),
    Planted(
        "wrong_form",
        "registry/facts.yaml",
        "{type: text, level: breach, zh: 供货类型, en: supply type}",
        "text",
    ),
    Planted("missing_translation", "registry/words.yaml", "{zh: 人工, en: a person}", "{zh: 人工}"),
    Planted("wrong_form", "registry/combine.yaml", "[jd.late_shipment, jd.reply_rate]", "[jd.late_shipment]"),
    # names
    Planted("unresolved", RULES, "concept: late_shipment", "concept: late_shippment"),
    Planted("unresolved", RULES, "measure: shipment", "measure: shipping"),
    Planted("unresolved", RULES, "code: suspension, days: '3'", "code: suspended, days: '3'"),
    Planted("unresolved", RULES, "{id: E-JD-003,", "{id: E-JD-033,"),
    Planted("unresolved", RULES, "lexicons: [abuse]", "lexicons: [insults]"),
    Planted("unresolved", RULES, "params: {class: general", "params: {class: deadly"),
    Planted("unresolved", EVIDENCE, "jd_page,row 3", "jd_pages,row 3"),
    Planted("unresolved", EVIDENCE, "E-JD-003,jd,abuse", "E-JD-003,jd,abbuse"),
    Planted("unresolved", EVIDENCE, "E-JD-003,jd,", "E-JD-003,jdd,"),
    Planted("unresolved", EVIDENCE, "2021-06-01,,rule", "2021-06-01,E-JD-099,rule"),
    Planted("unresolved", CASES, "- rule: jd.abuse", "- rule: jd.abusive"),
    Planted("unresolved", CASES, "orders: [{order_id", "ordres: [{order_id"),
    Planted("unresolved", "registry/combine.yaml", "jd.late_shipment", "jd.late_shipping"),
    Planted("unresolved", "registry/calendar.yaml", "E-JD-004", "E-JD-044"),
    Planted("unresolved", "registry/coverage.yaml", "pinduoduo: {reply_rate", "pdd: {reply_rate"),
    Planted("bad_id", RULES, "id: jd.abuse", "id: taobao.abuse"),
    Planted("bad_id", RULES, "id: jd.abuse", "id: jd.Abuse-1"),
    Planted("duplicate_id", RULES, "id: jd.abuse", "id: jd.ladder"),
    Planted("duplicate_id", EVIDENCE, "E-JD-003,jd,abuse", "E-JD-002,jd,abuse"),
    Planted(
        "duplicate_id",
        "sources.yaml",
        "  kind: repost\n",
        "  kind: repost\n- {id: jd_page, title: {zh: 甲, en: a}, publisher: {zh: 乙, en: b}, url: none, published_on: unknown, seen_on: [], kind: vendor}\n",
    ),
    Planted("wrong_folder", RULES, "applies_to: [jd]", "applies_to: [jd, pinduoduo]"),
    # dates and chains
    Planted("like_first", RULES, "      measure: shipment", "      like: previous\n      measure: shipment"),
    Planted("chain_out_of_order", RULES, "seen: ['2021-06-01']", "seen: ['2020-01-01']"),
    Planted("undated_in_chain", RULES, "      seen: ['2021-06-01']\n", ""),
    Planted(
        "seen_before_from",
        RULES,
        "    - from: '2020-01-01'\n      measure: reply",
        "    - from: '2020-01-01'\n      seen: ['2019-12-31']\n      measure: reply",
    ),
    Planted(
        "ends_before_start",
        RULES,
        "    - from: '2020-01-01'\n      measure: shipment",
        "    - from: '2020-01-01'\n      to: '2020-01-01'\n      measure: shipment",
    ),
    Planted(
        "date_not_in_evidence",
        RULES,
        "    - from: '2020-01-01'\n      measure: shipment",
        "    - from: '2020-02-02'\n      measure: shipment",
    ),
    Planted("date_not_in_evidence", EVIDENCE, "2020-01-01;2021-06-01", "2020-01-01"),
    Planted("seen_missing", RULES, "      seen: ['2022-05-05']\n", ""),
    # measures and conditions
    Planted("unknown_param", RULES, "limit_hours: '48'", "limit_days: '2'"),
    Planted("missing_param", RULES, "unit: consumer_day, reply_by: human,", "unit: consumer_day,"),
    Planted("wrong_fact", RULES, "{fact: units, gt: '10'}", "{fact: paid_cny, gt: '10'}"),
    Planted("wrong_fact", RULES, "stores: [{fact: store_age_months", "stores: [{fact: store_age"),
    Planted("wrong_op", RULES, "fact: severity, in: [low]", "fact: severity, ge: '3'"),
    Planted("wrong_op", RULES, "fact: complaint_filed, eq: 'false'", "fact: complaint_filed, in: ['false']"),
    Planted("needs_window", RULES, "in_window: calendar_year, ", ""),
    Planted("bands_overlap", RULES, "lt: '0.50'}, {fact: units, gt: '10'}", "lt: '0.90'}"),
    Planted("penalty_unreachable", RULES, "fact: paid_cny, ge: '300'", "fact: paid_cny, lt: '100'"),
    Planted("severity_unknown", RULES, "fact: severity, in: [low]", "fact: severity, in: [lowest]"),
    Planted("window_missing", RULES, "window: {every: day}, bands", "bands"),
    Planted(
        "not_judged",
        RULES,
        "caps: [{of: points, per: week, max: '8'}]",
        "caps: [{of: points, per: week, max: '8'}, {of: points, per: day, max: '4'}, {of: times, per: order, max: '1'}]",
    ),
    Planted(
        "not_judged",
        RULES,
        "caps: [{of: points, per: week, max: '8'}]",
        "caps: [{of: points, per: 30d, max: '8'}, {of: times, per: 7d, max: '1'}]",
    ),
    Planted(
        "not_judged",
        RULES,
        "caps: [{of: points, per: week, max: '8'}]",
        "caps: [{of: points, per: week, max: '8', mode: skip}]",
    ),
    Planted(
        "not_judged",
        RULES,
        "'23:00'], hours_apply_to: question}",
        "'23:00'], hours_apply_to: question, orders: [{fact: supply_type, in: [spot]}]}",
    ),
    Planted(
        "recurrence_loop",
        RULES,
        "      measure: phrase\n      params: {lexicons: [abuse]}",
        "      measure: recurrence\n      params: {of: [jd.abuse], counts: breaches}",
    ),
    Planted(
        "unresolved",
        RULES,
        "      measure: phrase\n      params: {lexicons: [abuse]}",
        "      measure: recurrence\n      params: {of: [jd.gone], counts: breaches}",
    ),
    # evidence
    Planted(
        "unsupported_field",
        RULES,
        "supports: [params, scope, judge, penalties]",
        "supports: [params, judge, penalties]",
    ),
    Planted(
        "unsupported_field",
        RULES,
        "supports: [params, scope, exempt, penalties]",
        "supports: [params.limit_hours, scope, exempt]",
    ),
    Planted("supports_nothing", RULES, "supports: [params, seen]", "supports: [params, sene]"),
    Planted("assumed_nothing", RULES, "field: scope.stores", "field: scope.shops"),
    Planted("evidence_of_other_platform", EVIDENCE, "E-JD-003,jd,", "E-JD-003,pinduoduo,"),
    Planted("csv_columns", EVIDENCE, "note_zh,note_en", "note_en,note_zh"),
    Planted("csv_row", EVIDENCE, "no insults,official", "no insults,really,official"),
    Planted("missing_cell", EVIDENCE, "prohibition,jd_page", "prohibition,"),
    Planted("statement_unused", EVIDENCE, "background,只是背景,only background", "rule,,"),
    Planted(
        "statement_excused_but_used",
        EVIDENCE,
        "2022-05-05,,rule,,\nE-JD-004",
        "2022-05-05,,example_only,只是例,an example\nE-JD-004",
    ),
    Planted("excuse_without_note", EVIDENCE, "background,只是背景,only background", "background,只是背景,"),
    # completeness
    Planted("count_differs", PACK, "cases: '4'", "cases: '5'"),
    Planted("second_exact_rule", RULES, "concept: abuse", "concept: late_shipment"),
    Planted("rule_without_case", CASES, "- rule: jd.abuse", "- rule: jd.ladder"),
    Planted("bad_case", CASES, "paid_cny: '100.00'", "paid_cny: cheap"),
    Planted("bad_case", CASES, "units: 1, failing: 0", "units: '1', failing: 0"),
    Planted("bad_case", CASES, "facts: {messages: [", "facts: {messages: {}, orders: ["),
    Planted("coverage_cell_missing", "registry/coverage.yaml", "abuse: todo, ", ""),
    Planted(
        "coverage_cell_wrong", "registry/coverage.yaml", "late_shipment: searched_none", "late_shipment: rule"
    ),
    Planted("coverage_cell_wrong", "registry/coverage.yaml", "abuse: rule", "abuse: searched_none"),
]


def test_the_small_packs_are_sound(tmp_path: Path) -> None:
    packs = load_packs(write_packs(tmp_path))
    assert packs.problems == ()
    assert len(packs.rules) == 5 and len(packs.cases) == 5 and len(packs.statements) == 6


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.code}-{planted.new.strip()[:24]}")
def test_what_is_planted_is_found_and_refused(tmp_path: Path, planted: Planted) -> None:
    write_packs(tmp_path, **spoil(planted.file, planted.old, planted.new))
    with pytest.raises(RulesInvalid) as refused:
        load_packs(tmp_path)
    found = [problem for problem in refused.value.problems if problem.code == planted.code]
    assert found, [str(problem) for problem in refused.value.problems]
    assert refused.value.exit_code == 3
    for problem in found:
        assert problem.where.split(":")[0].endswith((".yaml", ".csv"))
        assert problem.zh and problem.en and problem.mend_zh and problem.mend_en


def test_every_kind_of_finding_is_planted() -> None:
    elsewhere = {"path_outside", "not_a_file", "file_too_large", "not_utf8"}  # in test_yamlfile.py
    assert {planted.code for planted in PLANTED} | elsewhere == set(KINDS)
    assert len(KINDS) >= 25


def test_a_finding_names_file_line_rule_and_key(tmp_path: Path) -> None:
    write_packs(tmp_path, **spoil(RULES, "reply_by: human", "reply_by: someone"))
    line = next(n for n, text in enumerate(FILES[RULES].splitlines(), 1) if "reply_by: human" in text)
    with pytest.raises(RulesInvalid) as refused:
        load_packs(tmp_path)
    problem = refused.value.problems[0]
    assert problem.where == f"{RULES}:{line} jd.reply_rate #1.params.reply_by"
    assert "human any" in problem.mend_zh and "human any" in problem.mend_en
    set_lang("en")
    try:
        assert "mend" in str(problem) and "someone" in str(problem)
    finally:
        set_lang("zh")


def test_sound_rules_stay_when_one_is_broken(tmp_path: Path) -> None:
    write_packs(tmp_path, **spoil(RULES, "reply_by: human", "reply_by: someone"))
    packs = load_packs(tmp_path, strict=False)
    assert "jd.reply_rate" not in packs.rules and "jd.abuse" in packs.rules
    assert any(problem.code == "not_one_of" for problem in packs.problems)


def test_a_missing_pack_file_is_named(tmp_path: Path) -> None:
    write_packs(tmp_path)
    (tmp_path / "jd" / "evidence.csv").unlink()
    with pytest.raises(RulesInvalid) as refused:
        load_packs(tmp_path)
    assert ("not_a_file", "jd/evidence.csv") in {
        (problem.code, problem.where) for problem in refused.value.problems
    }


def test_whatever_is_written_is_refused_in_words_and_never_by_a_crash(tmp_path: Path) -> None:
    """Put an odd value in place of any word of any file: what is left still loads, compiles and prints."""
    write_packs(tmp_path)
    odd = [
        "",
        "x",
        "[]",
        "{}",
        "unknown",
        "none",
        "[x]",
        "{a: b}",
        "5",
        "true",
        "{low: unknown, high: unknown}",
        "[[x]]",
    ]
    word = re.compile(r"'[^']*'|\[[^\[\]{}]*\]|\{[^{}]*\}|[\w.]+: |[^\s,{}\[\]:]+")
    chance = random.Random(618)
    for _ in range(120):
        file = chance.choice(list(FILES))
        spot = chance.choice(list(word.finditer(FILES[file])))
        spoilt = FILES[file][: spot.start()] + chance.choice(odd) + FILES[file][spot.end() :]
        (tmp_path / file).write_text(spoilt, encoding="utf-8")
        packs = load_packs(tmp_path, strict=False)
        compile_packs(packs)
        comparison_frames(packs, "run-1")
        coverage_sheet(packs)
        for rule in packs.rules.values():
            rule_sheet(packs, rule)
        (tmp_path / file).write_text(FILES[file], encoding="utf-8")


def test_more_agents_than_one_are_not_judged() -> None:
    changed = with_fields(load_packs(packs_dir(), strict=False), {"suning.online_hours_day.min_agents": "2"})
    found = list(checks_rules.what_is_written_is_judged(changed))
    assert [problem.code for problem in found] == ["not_judged"]
    assert "suning.online_hours_day" in found[0].where
