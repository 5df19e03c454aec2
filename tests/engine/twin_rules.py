"""Seeded small rule packs for the twin, written as YAML and compiled by the real compiler."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from pipeline.paths import packs_dir
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs
from tests.engine.twin_measures import pick

EVIDENCE = "id,platform,concept,kind,source,locator,statement_zh,statement_en,grade,effective_from,published_on,seen_on,supersedes,use,note_zh,note_en\n" + (
    "E-JD-001,jd,abuse,rule,page,1,甲,a,official,2019-01-01,,2019-01-01,,rule,,\n"
)
SOURCES = "- id: page\n  title: {zh: 页, en: page}\n  publisher: {zh: 某, en: some}\n  url: ['https://example.com']\n  published_on: '2019-01-01'\n  seen_on: ['2019-01-01']\n  kind: repost\n"
PACK = "name: {zh: 京东, en: JD}\ncodes: [jd]\nversion: '1'\nchecked_on: '2026-11-21'\npoints_classes: {general: {zh: 一般, en: general}, severe: {zh: 严重, en: severe}}\ncounts: {statements: '1', rules: '1', cases: '0'}\n"
HOURS = ("none", ["08:00", "23:00"], ["00:00", "24:00"], ["16:00", "18:00"])


def version(rng: Random, made: dict[str, Any], start: str, classes: tuple[str, ...]) -> dict[str, Any]:
    """One version of a rule: scope, judgement and penalties around a measure's parameters."""
    scope: dict[str, Any] = {"hours": made.get("hours") or pick(rng, *HOURS)}
    if scope["hours"] == "none":
        del scope["hours"]
    elif "hours_apply_to" in made:
        scope["hours_apply_to"] = made["hours_apply_to"]
    if made.get("excludes") and rng.random() < 0.5:
        scope["excludes"] = made["excludes"]
    if made.get("orders") and rng.random() < 0.4:
        scope["orders"] = pick(rng, [{"fact": "supply_type", "in": ["direct_mail"]}], [{"any": [[{"fact": "is_presale", "eq": "true"}], [{"fact": "paid_cny", "ge": "300"}]]}])
    if rng.random() < 0.15:
        scope["stores"] = pick(rng, [{"fact": "store_age_months", "ge": "1"}], [{"fact": "shop_type", "in": ["flagship"]}], [{"fact": "store_age_months", "gt": {"low": "1", "high": "3"}}])
    if rng.random() < 0.15:
        scope["period"] = "national_day"
    judge = judgement(rng, 0.85 if "about" in made else 0.4)
    if judge["by"] != "each" and made.get("mean"):
        judge["bands"] = [{"when": [{"fact": "mean", "gt": pick(rng, "60", "180", "300")}], "severity": "general"}]
    if judge["by"] != "each" and rng.random() < 0.1 and "period" not in scope:
        judge["window"] = {"calendar": "national_day"}
    body = {"from": start, "track": "in_force", "measure": made["measure"], "params": made["params"], "scope": scope, "judge": judge, "penalties": penalties(rng, judge, classes, made.get("about"))}
    if judge["by"] == "each" and rng.random() < (0.15 if body["penalties"]["of"] else 0.7):
        body["exempt"] = [{"when": [pick(rng, {"fact": "is_presale", "eq": "true"}, {"fact": "paid_cny", "le": "100"}, {"fact": "proven", "eq": "true"}, {"fact": "severity", "in": ["general"]})]}]
    if made.get("binds"):
        body["binds_by"] = pick(rng, "occurred_at", "paid_at", "created_at")
    return body | {"evidence": [{"id": "E-JD-001", "supports": ["measure", "params", "scope", "judge", "penalties", "exempt"]}]}


def judgement(rng: Random, odds_of_each: float) -> dict[str, Any]:
    """Each unit, or bands over a window."""
    if rng.random() < odds_of_each:
        judge: dict[str, Any] = {"by": "each"}
        if rng.random() < 0.25:
            judge["window"] = {"every": pick(rng, "day", "week", "month")}
            judge["gate"] = [{"fact": "failing_units", "ge": pick(rng, "2", {"low": "1", "high": "3"})}]
        return judge
    window = pick(rng, {"every": "day"}, {"every": "week"}, {"every": "month"}, {"days": "3"}, {"days": "7", "lag": "1"})
    limits = [
        [{"fact": "ok_share", "lt": pick(rng, "0.5", "1", {"low": "0.3", "high": "0.7"})}], [{"fact": "failing_share", "ge": "0.5"}, {"fact": "units", "ge": "2"}],
        [{"any": [[{"fact": "failing_units", "ge": "2"}], [{"fact": "failing_share", "gt": "0.9"}]]}], [{"fact": "mean", "gt": pick(rng, "1", "60", "unknown")}],
        [{"fact": "sum", "ge": "2"}], [{"fact": "ok_share", "le": "unknown"}],
    ]  # fmt: skip
    chosen = rng.sample(limits, rng.choice((1, 1, 2)))
    names = ["severe", "general"][-len(chosen) :]
    return {"by": pick(rng, "share", "mean", "count"), "window": window, "bands": [{"when": when, "severity": name} for when, name in zip(chosen, names, strict=True)]}


def penalties(rng: Random, judge: dict[str, Any], classes: tuple[str, ...], about: str | None) -> dict[str, Any]:
    """Penalties with conditions, several effects, caps; about the how-many-eth offence, about money and points, or about anything."""
    each = judge["by"] == "each"
    conditions = [
        [], [{"fact": "severity", "in": ["severe"]}], [{"fact": "severity", "in": ["general"]}], [{"fact": "nth", "in_window": pick(rng, "calendar_year", "calendar_month", "rolling_7d", "rolling_30d", "all"), "ge": pick(rng, "2", {"low": "2", "high": "4"})}],
    ]  # fmt: skip
    if each:
        conditions += [
            [{"fact": "paid_cny", "lt": "300"}], [{"fact": "paid_cny", "ge": "300"}], [{"fact": "complaint_filed", "eq": "true"}], [{"fact": "complaint_upheld", "eq": "true"}],
            [{"fact": "warned_not_rectified", "eq": "true"}], [{"any": [[{"fact": "is_presale", "eq": "true"}], [{"fact": "paid_cny", "le": "100"}]]}],
        ]  # fmt: skip
    if about == "money" and each:
        conditions = [[], [], [{"fact": "paid_cny", "lt": "300"}], [{"fact": "paid_cny", "ge": "300"}], [{"fact": pick(rng, "complaint_filed", "complaint_upheld"), "eq": "true"}]]
    if about == "nth":
        conditions = [[{"fact": "nth", "in_window": pick(rng, "rolling_30d", "rolling_30d", "rolling_7d", "calendar_month"), "ge": pick(rng, "2", "2", "3")}]]
    caps = [
        {"of": "points", "per": pick(rng, "day", "week", "year", "30d", "7d"), "max": pick(rng, "4", "6")}, {"of": "money", "per": pick(rng, "day", "week", "order", "7d"), "max": pick(rng, "20", "500")},
        {"of": "times", "per": pick(rng, "order", "day", "30d"), "max": pick(rng, "1", "2")},
    ]  # fmt: skip
    shared = rng.sample(caps, rng.choice((0, 0, 1, 1, 2) if about is None else (0, 1, 1, 2)))
    if shared and len({cap["per"] in ("7d", "30d") for cap in shared}) > 1:
        shared = shared[:1]
    if sum(cap["per"] in ("7d", "30d") for cap in shared) > 1:
        shared = shared[:1]
    found = []
    for _ in range(rng.choice((0, 1, 1, 2, 3) if about is None else (1, 2))):
        one: dict[str, Any] = {"per": "unit" if each else "window", "effects": effects(rng, each, classes) if about is None else amounts(rng, classes)}
        when = pick(rng, *conditions)
        if when:
            one["when"] = when
        if shared and one["effects"]:
            one["caps"] = shared
        found.append(one)
    return {"pick": pick(rng, "first", "first", "all", "one_of"), "of": found}


def amounts(rng: Random, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Money and points of few sizes, so that they tie, add up to caps and pass nodes."""
    money = {"kind": "money", "fixed": pick(rng, "3", "12.345", "500", "500", {"low": "5", "high": "10"}), "currency": "CNY", "payee": "buyer"}
    rate = {"kind": "money", "rate": pick(rng, "0.05", "0.01", {"low": "0.1", "high": "0.3"}), "base": "paid_cny", "min": "5", "max": "30", "currency": "CNY", "payee": "buyer"}
    points = {"kind": "points", "class": pick(rng, *classes), "amount": pick(rng, "1", "2", "6", "6", "6", {"low": "2", "high": "4"})}
    return pick(rng, [money], [rate], [points], [points], [money, points], [money, points])


def effects(rng: Random, each: bool, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Money, points, sanctions, warnings."""
    made = []
    for kind in rng.sample(("money", "rate", "points", "sanction", "warning"), rng.choice((1, 1, 2))):
        if kind == "money" or (kind == "rate" and not each):
            made.append({"kind": "money", "fixed": pick(rng, "3", "12.345", "500", {"low": "5", "high": "10"}, "unknown"), "currency": pick(rng, "CNY", "CNY", "jd_bean"), "payee": "buyer"})
        elif kind == "rate":
            effect = {"kind": "money", "rate": pick(rng, "0.05", "0.01", {"low": "0.1", "high": "0.3"}), "base": pick(rng, "paid_cny", "goods_cny"), "currency": "CNY", "payee": "buyer"}
            effect |= pick(rng, {}, {"min": "5"}, {"max": "30"}, {"min": "5", "max": "30"}, {"min": "unknown"})
            made.append(effect)
        elif kind == "points":
            made.append({"kind": "points", "class": pick(rng, *classes), "amount": pick(rng, "1", "2", "6", {"low": "2", "high": "4"}, "unknown")})
        elif kind == "sanction":
            made.append({"kind": "sanction", "code": pick(rng, "suspension", "shop_closed", "delist_goods"), "days": pick(rng, "3", {"low": "3", "high": "7"}, "unknown")})
        else:
            made.append({"kind": "warning"})
    return made


def ladder(rng: Random, name: str) -> dict[str, Any]:
    """A points ladder with one node or every n, with or without resets."""
    resets = pick(rng, [{"at": "unknown"}], [{"at": "calendar_year_end"}], [{"at": "calendar_year_end", "when": [{"fact": "balance", "lt": "6"}], "to": "0"}], [
        {"at": "calendar_year_end", "when": [{"fact": "balance", "lt": "6"}], "to": "0"}, {"at": "calendar_year_end", "when": [{"fact": "balance", "lt": "12"}], "to": "unknown"}])
    nodes = [
        {"when": [{"fact": "balance", "ge": "12"}], "per": "crossing", "effects": [{"kind": "sanction", "code": "shop_closed", "days": "7"}]},
        {"when": [{"fact": "balance", "every": "4"}], "per": "crossing", "effects": [{"kind": "money", "fixed": "2000", "currency": "CNY", "payee": "platform"}]},
        {"when": [{"fact": "balance", "ge": "6"}], "per": "crossing", "effects": [{"kind": "sanction", "code": "suspension", "days": "3"}, {"kind": "money", "fixed": "unknown", "currency": "CNY", "payee": "platform"}]},
    ]  # fmt: skip
    body = {"from": "2019-01-01", "measure": "ledger", "params": {"class": name, "resets": resets}, "judge": {"by": "each"}, "penalties": {"pick": pick(rng, "heaviest", "all"), "of": rng.sample(nodes, rng.choice((1, 2)))}}
    return rule(f"jd.ladder_{name}", [body | {"evidence": [{"id": "E-JD-001", "supports": ["measure", "params", "judge", "penalties"]}]}], kind="ladder", concept="points_ladder")


def recurrence(rng: Random, number: int, of: list[str], each: bool) -> dict[str, Any]:
    """A rule over one or two others."""
    params = {"of": of, "counts": "breaches" if each else pick(rng, "failing_windows", "failing_windows_any"), "in": pick(rng, "calendar_year", "calendar_month", "rolling_7d", "all"), "consecutive": pick(rng, "false", "true") if not each else "false"}
    one = {"when": [{"fact": "nth", "in_window": "all", "ge": pick(rng, "2", "3")}], "per": "breach", "effects": [{"kind": "sanction", "code": "suspension", "days": "1"}, {"kind": "points", "class": "general", "amount": "2"}]}
    body = {"from": "2019-01-01", "measure": "recurrence", "params": params, "judge": {"by": "each"}, "penalties": {"pick": "first", "of": [one]}}
    return rule(f"jd.again{number}", [body | {"evidence": [{"id": "E-JD-001", "supports": ["measure", "params", "judge", "penalties"]}]}])


def rule(name: str, versions: list[dict[str, Any]], kind: str = "obligation", concept: str = "abuse") -> dict[str, Any]:
    """A rule around its versions."""
    return {"id": name, "title": {"zh": "某规", "en": name}, "concept": concept, "relation": "related", "kind": kind, "applies_to": ["jd"], "versions": versions}


def rules(seed: int, measures: tuple[Any, ...], edge: str) -> list[dict[str, Any]]:
    """A rule per measure; some have a second version from the edge on."""
    rng = Random(f"rules {seed}")
    made = []
    for number, measure in enumerate(measures):
        versions = [version(rng, measure(rng), "2019-01-01", ("general", "severe"))]
        if rng.random() < 0.4:
            versions.append(version(rng, measure(rng), edge, ("general", "severe")))
        concept = pick(rng, "abuse", "late_shipment")
        made.append(rule(f"jd.rule{number}", versions, concept=concept))
    made += [ladder(rng, "general"), ladder(rng, "severe")]
    for number, one in enumerate(rng.sample(made[: len(measures)], 2)):
        made.append(recurrence(rng, number, [one["id"]], one["versions"][0]["judge"]["by"] == "each"))
    return made


def compile_rules(folder: Path, made: list[dict[str, Any]], combine: list[dict[str, Any]] | None = None) -> dict[str, pa.Table]:
    """Write the rules as a pack beside the real registry, and compile them."""
    shutil.copytree(packs_dir() / "registry", folder / "registry")
    shutil.copytree(packs_dir() / "lexicons", folder / "lexicons")
    (folder / "registry" / "combine.yaml").write_text(json.dumps(combine or []), encoding="utf-8")
    (folder / "jd" / "rules").mkdir(parents=True)
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "jd" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "jd" / "evidence.csv").write_text(EVIDENCE, encoding="utf-8")
    (folder / "jd" / "rules" / "all.yaml").write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    packs = load_packs(folder, strict=False)
    lost = {one["id"] for one in made} - set(packs.rules)
    broken = [problem for problem in packs.problems if "all.yaml" in problem.where]
    assert not lost, (lost, [str(problem) for problem in broken][:5])
    return compile_packs(packs)
