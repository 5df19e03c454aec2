"""The one condition language: read ``when`` and ``any`` into alternatives of predicates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from pipeline.rules.values import Number, read_bool, read_number
from pipeline.rules.yamlfile import Value

OPS = ("lt", "le", "gt", "ge", "eq", "in", "every")
NUMBER_OPS = ("lt", "le", "gt", "ge", "eq", "every")


@dataclass(frozen=True)
class Predicate:
    """One fact compared: by number for numeric facts, by members for text and truth."""

    fact: str
    op: str
    number: Number | None = None
    members: tuple[str, ...] = ()
    in_window: str | None = None


# A condition holds when all predicates of any one alternative hold; no alternative at all means always.
Condition = tuple[tuple[Predicate, ...], ...]
ALWAYS: Condition = ((),)


class BadCondition(Exception):
    """A condition that cannot be read; says what is wrong with which part."""

    def __init__(self, code: str, part: Value, **met: object) -> None:
        super().__init__(code)
        self.code, self.part, self.met = code, part, met


def read_condition(holder: Value) -> Condition:
    """Read a mapping's ``when`` and ``any``, or a bare list of predicates, into alternatives.

    Raises:
        BadCondition: with the kind of finding and the part that is wrong.
    """
    if isinstance(holder, list):
        return _all_of(holder)
    if not isinstance(holder, dict):
        raise BadCondition("wrong_form", holder, value=holder, want_zh="条件", want_en="a condition")
    if "fact" in holder:
        return ((_predicate(holder),),)
    _keys(holder, {"when", "any"})
    parts = []
    if "when" in holder:
        parts.append(_all_of(holder["when"]))
    if "any" in holder:
        parts.append(_any_of(holder["any"]))
    return _both(parts)


def _all_of(items: Value) -> Condition:
    if not isinstance(items, list):
        raise BadCondition(
            "wrong_form", items, value=items, want_zh="条件的列表", want_en="a list of predicates"
        )
    parts = []
    for item in items:
        if isinstance(item, dict) and "any" in item:
            _keys(item, {"any"})
            parts.append(_any_of(item["any"]))
        else:
            parts.append(((_predicate(item),),))
    return _both(parts)


def _any_of(items: Value) -> Condition:
    if not isinstance(items, list) or not items:
        raise BadCondition(
            "wrong_form", items, value=items, want_zh="可选组的列表", want_en="a list of alternatives"
        )
    alternatives: list[tuple[Predicate, ...]] = []
    for item in items:
        alternatives.extend(_all_of(item) if isinstance(item, list) else ((_predicate(item),),))
    return tuple(alternatives)


def _both(parts: list[Condition]) -> Condition:
    return (
        tuple(tuple(p for group in choice for p in group) for choice in product(*parts)) if parts else ALWAYS
    )


def _keys(item: dict[str, Value], known: set[str]) -> None:
    for key in item:
        if key not in known:
            raise BadCondition("unknown_key", item, key=key, known=" ".join(sorted(known)))


def _predicate(item: Value) -> Predicate:
    if not isinstance(item, dict) or not isinstance(item.get("fact"), str):
        raise BadCondition(
            "wrong_form", item, value=item, want_zh="{fact, 比较: 值}", want_en="{fact, comparison: value}"
        )
    _keys(item, {"fact", "in_window", *OPS})
    ops = [op for op in OPS if op in item]
    if len(ops) != 1:
        raise BadCondition(
            "wrong_form",
            item,
            value=dict(item),
            want_zh="恰有一个比较的条件",
            want_en="a predicate with exactly one comparison",
        )
    op, window = ops[0], item.get("in_window")
    value = item[op]
    if op == "in":
        if not isinstance(value, list) or not value or not all(isinstance(member, str) for member in value):
            raise BadCondition(
                "wrong_form", item, value=value, want_zh="文字的列表", want_en="a list of texts"
            )
        return Predicate(item["fact"], "in", members=tuple(value), in_window=window)
    number = read_number(value)
    if number is not None:
        return Predicate(item["fact"], op, number=number, in_window=window)
    truth = read_bool(value)
    if op == "eq" and (truth is not None or isinstance(value, str)):
        member = value if truth is None else ("true" if truth else "false")
        return Predicate(item["fact"], "eq", members=(member,), in_window=window)
    raise BadCondition("bad_number", item, value=value)
