"""The form of every mapping in a pack: which keys it has, which it must have, what each holds."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.problems import Problem
from pipeline.rules.conditions import BadCondition, read_condition
from pipeline.rules.findings import Report, finding
from pipeline.rules.model import TRACKS, Registry
from pipeline.rules.registry_forms import REGISTRY_FORMS
from pipeline.rules.values import NONE, UNKNOWN, read_bool, read_clock, read_day, read_hours, read_number
from pipeline.rules.yamlfile import Map, Value

# key -> what it holds; ! before it: must be there. Kinds: text, id, words ({zh, en}), day, day? (or unknown),
# number (a decimal, unknown or a range), limit (number or none), whole (a count), flag, hours, any of a|b|c,
# ref:<registry>, list:<kind>, form:<name>, condition (a list of predicates), alternatives (what stands under any), open (checked elsewhere).
FORMS: dict[str, dict[str, str]] = {
    "rule": {
        "id": "!text", "title": "!words", "concept": "!ref:concepts", "kind": "prohibition|obligation|metric|guideline|ladder",
        "relation": "!exact|narrower|broader|related", "applies_to": "!list:ref:platforms",
        "versions": "!list:form:version", "note": "words",
    },
    "version": {
        "from": "!day?", "to": "day?", "seen": "list:day", "published_on": "day?", "recorded_on": "day?",
        "track": "|".join(TRACKS), "like": "previous", "kind": "prohibition|obligation|metric|guideline|ladder",
        "measure": "open", "params": "open", "scope": "form:scope", "binds_by": "occurred_at|paid_at|created_at",
        "suspends": "list:penalties", "judge": "form:judge", "exempt": "list:condition", "penalties": "form:penalties",
        "evidence": "!list:form:cited", "assumed": "list:form:assumption", "note": "words",
    },
    "scope": {
        "hours": "hours", "hours_apply_to": "open", "stores": "condition", "orders": "condition",
        "period": "ref:calendar", "excludes": "open",
    },
    "judge": {
        "by": "each|share|mean|count", "window": "window", "bands": "list:form:band", "gate": "condition",
    },
    "window": {"every": "day|week|month", "days": "whole", "lag": "whole", "calendar": "ref:calendar"},
    "band": {"when": "condition", "any": "alternatives", "severity": "!id"},
    "penalties": {"pick": "first|all|one_of|heaviest", "of": "list:form:penalty"},
    "penalty": {
        "when": "condition", "any": "alternatives", "per": "!unit|order|item|finding|window|crossing|breach",
        "effects": "!list:form:effect", "caps": "list:form:cap",
    },
    "effect": {
        "kind": "!points|money|sanction|warning|score", "class": "id", "amount": "number", "rate": "number",
        "fixed": "number", "base": "paid_cny|goods_cny|freight_cny|deposit_cny", "min": "limit", "max": "limit",
        "currency": "CNY|jd_bean|tmall_point|yunzuan|unknown", "payee": "buyer|platform|unknown",
        "form": "cash|coupon|red_packet|jd_bean|tmall_point|unknown", "code": "ref:sanctions", "days": "limit",
        "until": "id", "starts": "id",
    },
    "cap": {"of": "!points|money|times", "per": "!order|day|week|month|30d|7d|year", "max": "!number", "mode": "clip|skip"},
    "cited": {"id": "!text", "supports": "!list:text"},
    "assumption": {"field": "!text", "value": "open", "why": "!words"},
}  # fmt: skip
# What an effect of each kind must carry beside its kind (a|b: one of the two) and may carry.
EFFECT_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "points": (("class", "amount"), ()),
    "money": (("rate|fixed", "currency"), ("base", "min", "max", "payee", "form")),
    "sanction": (("code",), ("days", "until", "starts")),
    "warning": ((), ()),
    "score": ((), ("amount", "class")),
}
KEY_MEANS: dict[str, tuple[str, str]] = {
    "id": ("编号", "an id"), "title": ("名称 {zh, en}", "a title {zh, en}"), "from": ("起效日或 unknown", "the day it starts, or unknown"),
    "evidence": ("所引证据", "the statements cited"), "why": ("理由 {zh, en}", "the reason {zh, en}"),
    "severity": ("情节", "a severity"), "supports": ("它支撑的字段", "the fields it supports"),
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*\Z")


_ALL_FORMS = FORMS | REGISTRY_FORMS


class FormChecker:
    """Checks mappings of one file against FORMS and reports what does not fit."""

    def __init__(self, file: str, report: Report, registry: Registry | None = None) -> None:
        self.file, self.registry = file, registry
        self._report = report
        self.count = 0

    def report(self, problem: Problem) -> None:
        """Pass a problem on and count it, so that a broken rule can be told from a sound one."""
        self.count += 1
        self._report(problem)

    def at(self, line: int, path: str) -> str:
        """A place as a reader finds it: file, line, rule and key."""
        return f"{self.file}:{line} {path}"

    def form(self, name: str, value: Value, line: int, path: str) -> bool:
        """Check one mapping; True when nothing is wrong with it."""
        before, known = self.count, _ALL_FORMS[name]
        if not isinstance(value, Map):
            self._wrong(line, path, value, "映射（键: 值）", "a mapping (key: value)")
            return False
        for key, item in value.items():
            if key not in known:
                self.report(
                    finding("unknown_key", self.at(value.line_of(key), path), key=key, known=" ".join(known))
                )
            else:
                self.kind(known[key].lstrip("!"), item, value.line_of(key), f"{path}.{key}")
        for key, kind in known.items():
            if kind.startswith("!") and key not in value:
                zh, en = KEY_MEANS.get(key, (kind[1:], kind[1:]))
                self.report(finding("missing_key", self.at(value.line, path), key=key, what=_say(zh, en)))
        if name == "effect" and self.count == before:
            self._effect(value, path)
        if name == "assumption" and "value" in value and self.count == before:
            self._assumption(value, path)
        return self.count == before

    def kind(self, kind: str, value: Value, line: int, path: str) -> None:
        """Check one value against the kind that its form asks for."""
        name, _, rest = kind.partition(":")
        if name == "list":
            if not isinstance(value, list):
                self._wrong(line, path, value, "列表", "a list")
                return
            lines = getattr(value, "lines", [])
            for number, item in enumerate(value):
                self.kind(rest, item, lines[number] if number < len(lines) else line, f"{path}[{number + 1}]")
        elif name == "pair":
            if not isinstance(value, list) or len(value) != 2:
                self._wrong(line, path, value, "两项的列表", "a list of two")
                return
            for item in value:
                self.kind(rest, item, line, path)
        elif name == "map":
            self.entries(rest, value, path)
        elif name == "form":
            self.form(rest, value, line, path)
        elif name == "ref":
            self._ref(rest, value, line, path)
        elif name in _KINDS:
            problem = _KINDS[name](value)
            if problem:
                code, met = problem
                self.report(finding(code, self.at(line, path), value=_short(value), **met))
        elif name == "words":
            self._words(value, line, path)
        elif name == "condition":
            self.condition(value, line, path)
        elif name == "alternatives":
            self.condition({"any": value}, line, path)
        elif name == "window":
            self._window(value, line, path)
        elif name != "open" and value not in kind.split("|"):
            self.report(
                finding(
                    "not_one_of", self.at(line, path), value=_short(value), allowed=kind.replace("|", " ")
                )
            )

    def entries(self, form: str, value: Value, path: str) -> Map:
        """Check a mapping of names to entries of one form; return the sound ones."""
        sound = Map(getattr(value, "line", 1))
        if not isinstance(value, Map):
            self._wrong(sound.line, path, value, "映射（名称: 条目）", "a mapping (name: entry)")
            return sound
        for key, entry in value.items():
            before, place = self.count, f"{path}.{key}" if path else key
            if form == "spoken":
                self._words(entry, value.line_of(key), place)
            else:
                self.form(form, entry, value.line_of(key), place)
            if self.count == before:
                sound[key] = entry
                sound.lines[key] = value.line_of(key)
        return sound

    def sound_part(self, form: str, value: Map) -> Map:
        """The keys of a mapping that are sound one by one; reports nothing."""
        silent, part = FormChecker(self.file, lambda problem: None, self.registry), Map(value.line)
        for key, item in value.items():
            before = silent.count
            silent.kind(_ALL_FORMS[form].get(key, "open").lstrip("!"), item, value.line_of(key), key)
            if silent.count == before:
                part[key] = item
                part.lines[key] = value.line_of(key)
        return part

    def condition(self, value: Value, line: int, path: str) -> None:
        """Check that a condition can be read; which facts may stand in it is checked with the rule."""
        if value == NONE:
            return
        try:
            read_condition(value)
        except BadCondition as bad:
            self.report(finding(bad.code, self.at(getattr(bad.part, "line", line), path), **bad.met))

    def _window(self, value: Value, line: int, path: str) -> None:
        if value == UNKNOWN:
            return
        if self.form("window", value, line, path) and len({"every", "days", "calendar"} & set(value)) != 1:
            self._wrong(
                line,
                path,
                dict(value),
                "{every}、{days, lag} 或 {calendar}",
                "{every}, {days, lag} or {calendar}",
            )

    def _assumption(self, value: Map, path: str) -> None:
        if not value["field"].startswith(("params.", "scope.")):
            self._wrong(
                value.line_of("field"),
                path,
                value["field"],
                "params 或 scope 里的字段（只有它们可带 value）",
                "a field of params or scope (only these take a value)",
            )

    def _effect(self, value: Map, path: str) -> None:
        must, may = EFFECT_KEYS[value["kind"]]
        allowed = {"kind", *may, *(key for pair in must for key in pair.split("|"))}
        for key in value:
            if key not in allowed:
                self.report(
                    finding(
                        "unknown_key",
                        self.at(value.line_of(key), path),
                        key=key,
                        known=" ".join(sorted(allowed)),
                    )
                )
        for pair in must:
            if sum(key in value for key in pair.split("|")) != 1:
                self.report(finding("missing_key", self.at(value.line, path), key=pair, what=value["kind"]))

    def _words(self, value: Value, line: int, path: str) -> None:
        if not isinstance(value, Map):
            self._wrong(line, path, value, "{zh, en}", "{zh, en}")
            return
        for key in value:
            if key not in ("zh", "en"):
                self.report(finding("unknown_key", self.at(value.line_of(key), path), key=key, known="zh en"))
        for lang in ("zh", "en"):
            if not isinstance(value.get(lang), str) or not value[lang].strip():
                self.report(finding("missing_translation", self.at(line, path), lang=lang))

    def _ref(self, registry: str, value: Value, line: int, path: str) -> None:
        assert self.registry is not None, "forms with references are checked once the registries are read"
        names: dict[str, Map] = {
            "concepts": self.registry.concepts,
            "platforms": self.registry.platforms,
            "sanctions": self.registry.sanctions,
            "calendar": self.registry.calendar,
        }
        if registry == "sanctions" and value == UNKNOWN:
            return
        if not isinstance(value, str) or value not in names[registry]:
            self._unresolved(line, path, registry, value, f"registry/{registry}.yaml")

    def _unresolved(self, line: int, path: str, what: str, name: Value, where: str) -> None:
        self.report(finding("unresolved", self.at(line, path), what=what, name=_short(name), registry=where))

    def _wrong(self, line: int, path: str, value: Value, zh: str, en: str) -> None:
        self.report(finding("wrong_form", self.at(line, path), value=_short(value), want_zh=zh, want_en=en))


_Fault = tuple[str, dict[str, object]] | None


def _as(fits: bool, zh: str, en: str) -> _Fault:
    return None if fits else ("wrong_form", {"want_zh": zh, "want_en": en})


_KINDS: dict[str, Callable[[Value], _Fault]] = {
    "text": lambda value: _as(isinstance(value, str) and bool(value.strip()), "文字", "text"),
    "id": lambda value: _as(
        isinstance(value, str) and all(_ID.match(part) for part in value.split(".")),
        "小写字母、数字、下划线的名称",
        "a name of letters, digits and _",
    ),
    "day": lambda value: None if read_day(value) else ("bad_date", {}),
    "day?": lambda value: None if value == UNKNOWN or read_day(value) else ("bad_date", {}),
    "number": lambda value: None if read_number(value) else ("bad_number", {}),
    "limit": lambda value: None if value == NONE or read_number(value) else ("bad_number", {}),
    "whole": lambda value: _as(read_whole(value) is not None, "整数", "a whole number"),
    "urls": lambda value: _as(
        value == NONE or (isinstance(value, list) and all(isinstance(url, str) and url for url in value)),
        "网址的列表或 none",
        "a list of addresses, or none",
    ),
    "flag": lambda value: _as(
        value == UNKNOWN or read_bool(value) is not None, "true 或 false", "true or false"
    ),
    "hours": lambda value: None if value in (UNKNOWN, NONE) or read_hours(value) else ("bad_hours", {}),
    "clock": lambda value: (
        None if value in (UNKNOWN, NONE) or read_clock(value) is not None else ("bad_hours", {})
    ),
}


def read_whole(value: Value) -> int | None:
    """Return a count written as ``30`` or ``'30'``, None when it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    return int(value) if isinstance(value, str) and value.isdigit() else None


def _short(value: Value) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _say(zh: str, en: str) -> str:
    return zh if zh == en else f"{zh} / {en}"
