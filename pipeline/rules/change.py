"""Change rules in memory for a what-if: one field of the latest version in force, or another track in its place."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from difflib import get_close_matches

import yaml

from pipeline.problems import GuizeError, Problem
from pipeline.rules.build import OWN_KEYS, build_rule
from pipeline.rules.forms import FormChecker
from pipeline.rules.measure_params import check_body
from pipeline.rules.model import Packs, Rule, Version
from pipeline.rules.values import UNKNOWN
from pipeline.rules.yamlfile import Map, Seq, Value

PARTS = ("params", "scope", "judge", "penalties", "exempt", "binds_by", "measure")
# of a rebuilt version only what its body says is taken over; dates, citations and inherited support stay
BODY_FIELDS = ("binds_by", "measure", "body", "bands", "gate", "exempt", "stores", "orders", "pick", "penalties", "assumed")


def with_fields(packs: Packs, changes: Mapping[str, str]) -> Packs:
    """The packs with fields of rules set: RULE.FIELD (a parameter) or RULE.judge.bands.0.when.0.lt (a path).

    The latest version in force is changed. A value is text as in a rule file (`'120'`, `unknown`), or a list or
    mapping in YAML's short form.

    Raises:
        GuizeError: for a rule or field that is not there, or a value that does not fit, with what would.
    """
    rules = dict(packs.rules)
    for name, value in changes.items():
        rule, path = _rule_and_path(rules, name)
        rules[rule.id] = _changed(rule, path, value, packs, f"--set {name}={value}")
    return replace(packs, rules=rules)


def with_track(packs: Packs, track: str) -> Packs:
    """The packs with the latest version of a track standing in the place of the whole chain in force.

    Raises:
        GuizeError: when no rule has that track.
    """
    rules = dict(packs.rules)
    for rule in packs.rules.values():
        chain = rule.chain(track)
        if chain:
            taken = replace(chain[-1], track="in_force", no=1, from_date=None, seen=(), end=None)
            others = tuple(version for version in rule.versions if version.track == "training")
            rules[rule.id] = replace(rule, versions=(taken, *others))
    if all(rules[name] is rule for name, rule in packs.rules.items()):
        tracks = sorted({version.track for rule in packs.rules.values() for version in rule.versions})
        raise GuizeError(
            Problem(
                "no-such-track", f"--track {track}", "没有规则有这个轨道", "no rule has this track",
                f"规则包里有：{'、'.join(tracks)}", f"the packs have: {', '.join(tracks)}",
            )
        )  # fmt: skip
    return replace(packs, rules=rules)


def _rule_and_path(rules: Mapping[str, Rule], name: str) -> tuple[Rule, list[str]]:
    words = name.split(".")
    for length in range(len(words) - 1, 0, -1):
        rule = rules.get(".".join(words[:length]))
        if rule:
            return rule, words[length:]
    near = get_close_matches(".".join(words[:2]), rules, 3) or sorted(rules)[:3]
    raise GuizeError(
        Problem(
            "unknown-rule", f"--set {name}", "没有这条规则", "there is no such rule",
            f"写成 规则.字段=值；相近的规则：{'、'.join(near)}", f"write RULE.FIELD=VALUE; near rules: {', '.join(near)}",
        )
    )  # fmt: skip


def _changed(rule: Rule, path: list[str], value: str, packs: Packs, where: str) -> Rule:
    chain = rule.chain("in_force") or rule.chain("training")
    if not chain:
        raise GuizeError(
            Problem("no-version", where, "该规则没有现行版本", "the rule has no version in force", "换一条规则", "name another rule")
        )
    last = chain[-1]
    item = _as_written(last)
    _put(item, path if path[0] in PARTS else ["params", *path], value, last, where)
    built = _build(rule, item, packs, where)
    changed = replace(last, **{name: getattr(built, name) for name in BODY_FIELDS})
    return replace(rule, versions=tuple(changed if version is last else version for version in rule.versions))


def _as_written(version: Version) -> Map:
    """The whole version as one item of a rule file, nothing inherited any more."""
    item = Map(version.line)
    item["from"] = UNKNOWN
    for key, value in version.body.items():
        if key not in OWN_KEYS:
            item[key] = _deep(value)
    item["evidence"] = Seq(version.line)
    item.lines = dict.fromkeys(item, version.line)
    return item


def _put(item: Map, path: list[str], value: str, version: Version, where: str) -> None:
    """Set the value at a path of keys and places (from 0); only the last key may be new."""
    at: Value = item
    for step, key in enumerate(path):
        last = step == len(path) - 1
        if isinstance(at, list):
            if not key.isdigit() or int(key) >= len(at):
                raise _no_field(where, path, step, [str(place) for place in range(len(at))])
            if last:
                at[int(key)] = _value(value, at[int(key)])
            at = at[int(key)]
        elif isinstance(at, dict):
            if last:
                at[key] = _value(value, at.get(key))
                if isinstance(at, Map):
                    at.lines.setdefault(key, version.line)
            elif key not in at:
                raise _no_field(where, path, step, list(at))
            at = at[key]
        else:
            raise _no_field(where, path, step, [])


def _no_field(where: str, path: list[str], step: int, known: list[str]) -> GuizeError:
    at = ".".join(path[: step + 1])
    listed_zh, listed_en = "、".join(known) or "无", ", ".join(known) or "nothing"
    return GuizeError(
        Problem(
            "unknown-field", where, f"没有字段 {at}", f"there is no field {at}",
            f"这里有：{listed_zh}", f"there is: {listed_en}",
        )
    )  # fmt: skip


def _value(text: str, old: Value) -> Value:
    """Text as written, a list or mapping where it looks like one, a count where the old value is one."""
    if text[:1] in "[{":
        return _texts(yaml.load(text, Loader=yaml.BaseLoader))
    if isinstance(old, bool):
        return text == "true" if text in ("true", "false") else text
    return int(text) if isinstance(old, int) and text.isdigit() else text


def _texts(value: Value) -> Value:
    if isinstance(value, dict):
        made = Map(1)
        for key, item in value.items():
            made[key] = _texts(item)
            made.lines[key] = 1
        return made
    if isinstance(value, list):
        listed = Seq(1)
        listed.extend(_texts(item) for item in value)
        listed.lines = [1] * len(listed)
        return listed
    return value


def _build(rule: Rule, item: Map, packs: Packs, where: str) -> Version:
    """Check the changed version as the loader would, and build it."""
    entry = Map(rule.line)
    entry.update(
        id=rule.id, title=_texts({"zh": rule.title_zh, "en": rule.title_en}), concept=rule.concept, relation=rule.relation,
        kind=rule.kind, applies_to=list(rule.applies_to),
    )  # fmt: skip
    versions = Seq(rule.line)
    versions.append(item)
    versions.lines = [item.line]
    entry["versions"] = versions
    entry.lines = dict.fromkeys(entry, rule.line)
    found: list[Problem] = []
    checker = FormChecker(where, found.append, packs.registry)
    if checker.form("rule", entry, rule.line, rule.id):
        built = build_rule(entry, rule.folder, rule.file)
        check_body(built, checker, packs.registry)
        if not found:
            return built.versions[0]
    raise GuizeError(*found)


def _deep(value: Value) -> Value:
    if isinstance(value, dict):
        made = Map(getattr(value, "line", 1))
        for key, item in value.items():
            made[key] = _deep(item)
        made.lines = copy(getattr(value, "lines", dict.fromkeys(value, made.line)))
        return made
    if isinstance(value, list):
        listed = Seq(getattr(value, "line", 1))
        listed.extend(_deep(item) for item in value)
        listed.lines = list(getattr(value, "lines", [listed.line] * len(value)))
        return listed
    return value
