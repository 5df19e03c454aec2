"""Turn one rule as written into a rule with whole versions: inherit, assume, read numbers and conditions."""

from __future__ import annotations

from pipeline.rules.conditions import ALWAYS, Condition, read_condition
from pipeline.rules.model import Assumption, Band, Cap, Cite, Effect, Penalty, Rule, Version
from pipeline.rules.values import NONE, UNKNOWN, Number, read_day, read_number
from pipeline.rules.yamlfile import Map, Seq, Value

# What belongs to one version alone and is never inherited.
OWN_KEYS = {
    "from",
    "to",
    "seen",
    "like",
    "track",
    "published_on",
    "recorded_on",
    "suspends",
    "note",
    "evidence",
}


class LikeFirst(Exception):
    """The first version of a chain says like: previous; carries its line."""

    def __init__(self, line: int) -> None:
        super().__init__(str(line))
        self.line = line


def build_rule(raw: Map, folder: str, file: str) -> Rule:
    """Build a rule whose form was found sound.

    Raises:
        LikeFirst: when a chain's first version inherits.
    """
    versions: list[Version] = []
    last: dict[str, Version] = {}
    for item in raw["versions"]:
        track = item.get("track", "in_force")
        before = last.get(track)
        if "like" in item and before is None:
            raise LikeFirst(item.line_of("like"))
        version = _build_version(raw["id"], item, track, before)
        versions.append(version)
        last[track] = version
    kind = raw.get("kind") or next((item["kind"] for item in raw["versions"] if "kind" in item), "obligation")
    return Rule(
        id=raw["id"],
        folder=folder,
        file=file,
        line=raw.line,
        title_zh=raw["title"]["zh"],
        title_en=raw["title"]["en"],
        concept=raw["concept"],
        relation=raw["relation"],
        kind=kind,
        applies_to=tuple(raw["applies_to"]),
        versions=tuple(versions),
    )


def _build_version(rule_id: str, item: Map, track: str, before: Version | None) -> Version:
    own = _copy({key: value for key, value in item.items() if key not in OWN_KEYS}, item)
    inherits = "like" in item and before is not None
    body = _merge(before.body, own) if inherits and before else own
    if inherits and "assumed" in body and "assumed" not in item:
        body["assumed"] = _still_assumed(body["assumed"], item)
    for assumption in body.get("assumed", []):
        if "value" in assumption:
            _set(body, assumption["field"], assumption["value"], assumption.line)
    judge, scope, penalties = (
        body.get("judge", Map(item.line)),
        body.get("scope", Map(item.line)),
        body.get("penalties", Map(item.line)),
    )
    cites = tuple(Cite(cite["id"], tuple(cite["supports"]), cite.line) for cite in item["evidence"])
    measure = body.get("measure")
    version = Version(
        rule_id=rule_id,
        no=before.no + 1 if before else 1,
        track=track,
        line=item.line,
        from_date=read_day(item["from"]),
        seen=tuple(sorted(filter(None, map(read_day, item.get("seen", []))))),
        end=read_day(item.get("to")),
        suspended="suspends" in item,
        binds_by=body.get("binds_by", "occurred_at"),
        measure=None if measure == NONE else measure,
        body=body,
        bands=tuple(Band(_condition(band), band["severity"]) for band in judge.get("bands", [])),
        gate=_optional(judge.get("gate")),
        exempt=tuple(read_condition(entry) for entry in body.get("exempt", [])),
        stores=_optional(scope.get("stores")),
        orders=_optional(scope.get("orders")),
        pick=penalties.get("pick", "all"),
        penalties=tuple(_penalty(entry) for entry in penalties.get("of", [])),
        cites=cites,
        support={},
        assumed=tuple(
            Assumption(entry["field"], entry["why"]["zh"], entry["why"]["en"], entry.line)
            for entry in body.get("assumed", [])
        ),
    )
    version.support.update(_support(version, item, before if inherits else None))
    return version


def fields_of(version: Version) -> list[str]:
    """The fields that somebody must have stated: one path per parameter, scope key and judge key."""
    paths = [f"params.{key}" for key in version.part("params")]
    paths += [f"scope.{key}" for key in version.part("scope")]
    paths += [f"judge.{key}" for key in version.part("judge") if key != "by"]
    judge = version.part("judge")
    if judge.get("by", "each") != "each":
        paths.append("judge.by")
    if version.penalties:
        paths.append("penalties")
    return paths + [key for key in ("exempt", "binds_by") if key in version.body]


def covers(support: str, field: str) -> bool:
    """Whether a `supports` entry speaks of a field: the same path, a part of it, or what holds it."""
    return (
        support == field or field.startswith(f"{support}.") or support.startswith((f"{field}.", f"{field}["))
    )


def _support(version: Version, item: Map, before: Version | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for field in fields_of(version):
        own = [
            cite.evidence for cite in version.cites if any(covers(entry, field) for entry in cite.supports)
        ]
        inherited = () if before is None or _states(item, field) else before.support.get(field, ())
        found[field] = tuple(dict.fromkeys([*own, *inherited]))
    return found


def _states(item: Map, field: str) -> bool:
    """Whether a version as written states a field itself."""
    at: Value = item
    for key in field.split("."):
        if not isinstance(at, Map) or key not in at:
            return False
        at = at[key]
    return True


def _still_assumed(assumed: Seq, item: Map) -> Seq:
    """What an heir still assumes: not the dates of its forebear, nor a field that it states itself."""
    kept = Seq(assumed.line)
    for entry in assumed:
        if entry["field"] not in OWN_KEYS and not _states(item, entry["field"]):
            kept.append(entry)
            kept.lines.append(entry.line)
    return kept


def _merge(before: Map, own: Map) -> Map:
    """Mappings merge, lists and values replace; a new measure takes nothing from the old one's parameters."""
    merged = _copy(before, before)
    if own.get("measure", before.get("measure")) != before.get("measure"):
        merged.pop("params", None)
    for key, value in own.items():
        old = merged.get(key)
        # A window or a range is one value: half of the old beside half of the new would be neither.
        whole = key == "window" or (isinstance(value, Map) and set(value) == {"low", "high"})
        if isinstance(old, Map) and isinstance(value, Map) and not whole:
            merged[key] = _merge(old, value)
        else:
            merged[key] = _deep(value)
        merged.lines[key] = own.line_of(key)
    return merged


def _deep(value: Value) -> Value:
    if isinstance(value, Map):
        return _copy(value, value)
    if isinstance(value, Seq):
        copy = Seq(value.line)
        copy.extend(_deep(item) for item in value)
        copy.lines = list(value.lines)
        return copy
    return value


def _copy(items: dict[str, Value], lines_of: Map) -> Map:
    copy = Map(lines_of.line)
    for key, value in items.items():
        copy[key] = _deep(value)
        copy.lines[key] = lines_of.line_of(key)
    return copy


def _set(body: Map, path: str, value: Value, line: int) -> None:
    """Put an assumed value where the body has `unknown` or nothing."""
    *way, last = path.split(".")
    at = body
    for key in way:
        if not isinstance(at.get(key), Map):
            at[key] = Map(line)
            at.lines[key] = line
        at = at[key]
    if at.get(last, UNKNOWN) == UNKNOWN:
        at[last] = value
        at.lines[last] = line


def _condition(holder: Map) -> Condition:
    return (
        read_condition({key: holder[key] for key in ("when", "any") if key in holder}) if holder else ALWAYS
    )


def _optional(value: Value) -> Condition | None:
    return None if value is None or value == NONE else read_condition(value)


def _penalty(entry: Map) -> Penalty:
    return Penalty(
        _condition(entry),
        entry["per"],
        tuple(_effect(effect) for effect in entry["effects"]),
        tuple(
            Cap(cap["of"], cap["per"], _number(cap["max"]) or Number(None, None), cap.get("mode", "clip"))
            for cap in entry.get("caps", [])
        ),
    )


def _effect(entry: Map) -> Effect:
    amount = entry.get("amount", entry.get("rate", entry.get("fixed")))
    is_rate = "rate" in entry
    return Effect(
        kind=entry["kind"],
        code=entry.get("class", entry.get("code")),
        amount=_number(amount),
        is_rate=is_rate,
        base=entry.get("base", "paid_cny") if is_rate else None,
        minimum=_number(entry.get("min")),
        maximum=_number(entry.get("max")),
        currency=entry.get("currency"),
        payee=entry.get("payee"),
        form=entry.get("form"),
        days=_number(entry.get("days")),
        until=entry.get("until"),
    )


def _number(value: Value) -> Number | None:
    return None if value is None or value == NONE else read_number(value)
