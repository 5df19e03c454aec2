"""Say a whole rule in one sentence a person can read aloud, in Chinese and English."""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.rules.forms import read_whole
from pipeline.rules.model import Measure, Param, Registry, Rule, Version
from pipeline.rules.values import NONE, UNKNOWN, read_bool, read_number, show_number
from pipeline.rules.words import Pair, condition_words, duration_words, join, penalties_words, word
from pipeline.rules.yamlfile import Map, Value

_WINDOWS: dict[str, Pair] = {
    "day": ("每日", "each day"),
    "week": ("每周", "each week"),
    "month": ("每月", "each month"),
}
_BY: dict[str, Pair] = {
    "each": ("逐个判定", "each one is judged"),
    "share": ("按比例考核", "judged by the share"),
    "mean": ("按均值考核", "judged by the mean"),
    "count": ("按次数考核", "judged by the count"),
}


def rule_words(rule: Rule, version: Version, registry: Registry) -> Pair:
    """The whole rule: what is judged and how, in which hours and for whom, and what it costs."""
    cost = penalties_words(version, registry)
    zh, en = join(
        [measured_words(version, registry), _scope(version, registry), judged_words(version, registry)],
        "；",
        "; ",
    )
    return (
        f"{rule.title_zh}：{zh}。{cost[0]}。",
        f"{rule.title_en}: {en}. {cost[1][:1].upper()}{cost[1][1:]}.",
    )


def measured_words(version: Version, registry: Registry) -> Pair:
    """What is looked at and with which parameters."""
    measure = registry.measures.get(version.measure or "")
    if measure is None:
        return "只能人工核对", "checked by people only"
    said = [
        _param(measure.params[key], value, registry)
        for key, value in version.part("params").items()
        if key in measure.params and not _is_default(measure, key, value)
    ]
    inner = join(said, "，", ", ")
    zh = f"{measure.zh}（{inner[0]}）" if inner[0] else measure.zh
    return zh, f"{measure.en} ({inner[1]})" if inner[1] else measure.en


def judged_words(version: Version, registry: Registry) -> Pair:
    """How single units become a verdict: each alone, or a window with its bands."""
    judge = version.part("judge")
    by = judge.get("by", "each")
    bands = []
    for band in version.bands:
        when, severity = condition_words(band.condition, registry), word(registry, band.severity)
        if version.measure == "reply":  # the mean of replies is a wait in seconds
            when = (
                re.sub(r"(均值\D*)(\d[\d.,]*)(?![\d.,]|秒)", r"\1\2秒", when[0]),
                re.sub(r"(mean\D*)(\d[\d.,]*)(?![\d.,]| s)", r"\1\2 seconds", when[1]),
            )
        if when[0]:
            bands.append((f"{when[0]}为「{severity[0]}」", f"{when[1]} is “{severity[1]}”"))
    return join([window_words(judge.get("window"), registry), _BY[by], *bands], "，", ", ")


def window_words(window: Value, registry: Registry) -> Pair:
    """The period over which a rule is judged; empty when each unit is judged alone."""
    if window == UNKNOWN:
        return "考核周期不详", "over an unknown period"
    if not isinstance(window, Map):
        return "", ""
    if "every" in window:
        return _WINDOWS[window["every"]]
    if "calendar" in window:
        zh, en = word(registry, window["calendar"])
        return f"{zh}期间", f"over the {en}"
    lag = read_whole(window.get("lag", 0)) or 0
    zh, en = f"近{window['days']}日", f"over {window['days']} days"
    return (
        (f"{zh}（截至{lag}日前）", f"{en} up to {lag} day{'s' if lag > 1 else ''} ago") if lag else (zh, en)
    )


_FIELDS: dict[str, Pair] = {
    "params": ("计法", "counting"),
    "scope": ("适用范围", "scope"),
    "judge": ("判定", "judging"),
    "penalties": ("处罚", "penalty"),
    "exempt": ("免责", "exemption"),
    "seen": ("所见日期", "date seen"),
    "from": ("起效日", "start"),
    "applies_to": ("适用平台", "platforms"),
    "measure": ("量法", "measure"),
    "kind": ("类别", "kind"),
    "binds_by": ("以何时刻为准", "time that counts"),
    "judge.bands": ("界限", "limits"),
    "judge.window": ("考核周期", "period"),
    "judge.gate": ("起算门槛", "gate"),
}


def assumed_words(version: Version, registry: Registry) -> Pair:
    """What is assumed and why, in one line, fields by their names in words."""
    said = [(_field_words(entry.field, version, registry), entry) for entry in version.assumed]
    return join([(f"{zh}：{entry.zh}", f"{en}: {entry.en}") for (zh, en), entry in said], "；", "; ")


def _field_words(field: str, version: Version, registry: Registry) -> Pair:
    part, _, key = field.partition(".")
    measure = registry.measures.get(version.measure or "")
    known = measure.params if part == "params" and measure else registry.scope if part == "scope" else {}
    if param := known.get(key):
        return param.zh.split("，")[0].split("（")[0], param.en.split(";")[0].split(" (")[0]
    return _FIELDS.get(field) or _FIELDS.get(part) or (field, field)


def _scope(version: Version, registry: Registry) -> Pair:
    scope = version.part("scope")
    said: list[Pair] = []
    hours = scope.get("hours", NONE)
    if hours == UNKNOWN:
        said.append(("考核时段不详", "hours unknown"))
    elif hours != NONE:
        apply_to = scope.get("hours_apply_to", UNKNOWN)
        by = word(registry, apply_to) if apply_to not in (UNKNOWN, "event") else ("", "")
        by_zh, by_en = (f"（以{by[0]}时刻为准）", f" by the time of {by[1]}") if by[0] else ("", "")
        said.append((f"{hours[0]}至{hours[1]}{by_zh}", f"{hours[0]} to {hours[1]}{by_en}"))
    if "period" in scope:
        zh, en = word(registry, scope["period"])
        said.append((f"仅{zh}期间", f"only in the {en}"))
    for condition in (version.stores, version.orders):
        if condition:
            zh, en = condition_words(condition, registry)
            said.append((f"仅适用于{zh}", f"only where {en}"))
    excludes = scope.get("excludes", [])
    if isinstance(excludes, list) and excludes:
        zh, en = join([word(registry, item) for item in excludes], "、", ", ")
        said.append((f"不计{zh}", f"without {en}"))
    for exempt in version.exempt:
        zh, en = condition_words(exempt, registry)
        said.append((f"{zh}的免责", f"exempt if {en}"))
    return join(said, "，", ", ")


def _is_default(measure: Measure, key: str, value: Value) -> bool:
    param = measure.params[key]
    return param.has_default and value == param.default and key != "unit"


def _param(param: Param, value: Value, registry: Registry) -> Pair:
    zh, en = param.zh.split("，")[0].split("（")[0], param.en.split(";")[0].split(" (")[0]
    if param.name == "unit":
        unit = word(registry, str(value)) if value != UNKNOWN else ("不详", "unknown")
        return f"以{unit[0]}计", f"by {unit[1]}"
    if value == UNKNOWN:
        return f"{zh.removesuffix('小时').removesuffix('秒')}不详", f"{en} unknown"
    if value == NONE and NONE not in param.values:
        return f"{zh}无", f"no {en}"
    if param.type == "resets":
        return _resets(value, registry)
    if param.type == "bool":
        return (zh, en) if read_bool(value) else (f"非{zh}", f"not {en}")
    said = _value(param, value, registry)
    template = registry.words.get(f"say.{param.name}")
    if isinstance(template, Map):
        return template["zh"].replace("{}", said[0]), template["en"].replace("{}", said[1])
    return f"{zh}：{said[0]}", f"{en}: {said[1]}"


def _value(param: Param, value: Value, registry: Registry) -> Pair:
    if param.type in ("seconds", "hours"):
        number = read_number(value)
        if number is not None and number.exact is not None:
            return duration_words(number.exact * Decimal(3600 if param.type == "hours" else 1))
    if param.type in ("seconds", "hours", "number", "count"):
        text = show_number(read_number(value))
        return text, text
    if param.type == "times" and isinstance(value, list):
        return f"{value[0]}至{value[1]}", f"{value[0]} to {value[1]}"
    if param.name == "class":
        return word(registry, f"class.{value}")
    items = value if isinstance(value, list) else [str(value)]
    return join([word(registry, str(item)) for item in items], "、", ", ")


def _resets(value: Value, registry: Registry) -> Pair:
    if not isinstance(value, list) or not value:
        return (
            "清零不详" if value == UNKNOWN else "不清零",
            "reset unknown" if value == UNKNOWN else "no reset",
        )
    at = word(registry, value[0]["at"])
    if value[0].get("at") == UNKNOWN:
        return "清零时点不详", "reset unknown"
    return f"{at[0]}清零", f"reset at {at[1]}"
