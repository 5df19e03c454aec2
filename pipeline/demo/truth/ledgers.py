"""Points of one shop and pack added up in time, and what the nodes of the ladders cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.demo.clock import moment
from pipeline.demo.truth.breach import CONFIRMED, CONTINGENT, Breach, Effect

_DAY, _WEEK = 86_400, 7


@dataclass(frozen=True)
class Node:
    """At this balance, or at every multiple of it, these things happen."""

    balance: int
    repeats: bool
    effects: tuple[tuple[str, str, int | None], ...]  # kind, code, amount


LADDERS: dict[tuple[str, str], tuple[str, tuple[Node, ...]]] = {
    ("douyin", "A"): (
        "douyin.ladder_a",
        (Node(12, True, (("money", "CNY", 200_000), ("sanction", "suspension", 3))),),
    ),
    ("douyin", "B"): (
        "douyin.ladder_b",
        (
            Node(4, False, (("money", "CNY", None), ("sanction", "exam", None))),
            Node(8, False, (("money", "CNY", 500_000), ("sanction", "suspension", 7))),
            Node(12, False, (("sanction", "removal", None),)),
        ),
    ),
    ("taobao", "general"): ("taobao.ladder_general", (Node(12, False, (("sanction", "shop_hidden", 7),)),)),
    ("tmall", "general"): (
        "tmall.ladder_general",
        (Node(12, True, (("money", "CNY", 1_000_000), ("sanction", "marketing_limit", 7))),),
    ),
    ("jd", "general"): (
        "jd.ladder_general",
        (
            Node(25, False, (("money", "CNY", 300_000), ("sanction", "marketing_limit", 7))),
            Node(50, False, (("money", "CNY", 600_000), ("sanction", "marketing_limit", 14))),
            Node(75, False, (("money", "CNY", 900_000), ("sanction", "marketing_limit", 21))),
            Node(100, False, (("money", "CNY", 1_200_000), ("sanction", "marketing_limit", 21))),
            Node(125, False, (("money", "CNY", 1_200_000), ("sanction", "marketing_limit", 21))),
        ),
    ),
}


def cap_points(breaches: Sequence[Breach]) -> None:
    """Douyin: no-service adds at most A 8 a week to the sums; what goes past is cut, in the order of time."""
    run: dict[tuple[str, int], float] = defaultdict(float)
    for breach in sorted((b for b in breaches if b.rule_id == "douyin.no_service"), key=lambda b: b.occurred):
        week = (breach.occurred // _DAY + 3) // _WEEK
        breach.summed = []
        for effect in breach.effects:
            if effect.kind == "points" and effect.code == "A":
                left = 8 - run[breach.store_id, week]
                high = max(0, min(effect.high or 0, left))
                run[breach.store_id, week] += high
                effect = replace(effect, high=high)
            breach.summed.append(effect)


def heavier_node_of_a_day(nodes: Sequence[Breach]) -> None:
    """Douyin: of what both ladders bring on one day the stricter is used; the lesser money is not summed."""
    for node in nodes:
        for other in nodes:
            pair = {node.rule_id, other.rule_id} == {"douyin.ladder_a", "douyin.ladder_b"}
            if (
                pair
                and node.store_id == other.store_id
                and node.occurred // 86_400 == other.occurred // 86_400
            ):
                dearer = [e.high for e in other.effects if e.kind == "money" and e.high is not None]
                node.summed = [
                    replace(e, low=0, high=0)
                    if e.kind == "money" and e.high is not None and dearer and max(dearer) > e.high
                    else e
                    for e in node.counted
                ]


def crossings(breaches: Sequence[Breach]) -> Iterator[Breach]:
    """The nodes that one shop's points cross: proven points alone first, then all that may still be given."""
    for (pack, points_class), (rule_id, nodes) in LADDERS.items():
        given = [b for b in breaches if b.pack == pack and b.track == "in_force" and b.rule_id != rule_id]
        given.sort(key=lambda b: b.occurred)
        certain: set[int] = set()
        for certainty in (CONFIRMED, CONTINGENT):
            yield from _walk(given, points_class, rule_id, nodes, certainty, certain)


def _walk(
    given: Sequence[Breach],
    points_class: str,
    rule_id: str,
    nodes: Sequence[Node],
    certainty: str,
    certain: set[int],
) -> Iterator[Breach]:
    balance: dict[int, float] = defaultdict(float)
    by_text = False
    for breach in given:
        # JD tells of no reset; the others begin anew with the calendar year
        year = 0 if rule_id.startswith("jd.") else moment(breach.occurred).year
        points = sum(
            _award(effect, certainty)
            for effect in breach.counted
            if effect.kind == "points" and effect.code == points_class
        )
        if points <= 0:
            continue
        by_text = by_text or breach.needs_text
        before, balance[year] = balance[year], balance[year] + points
        crossed = [(at, node) for at, node in _nodes(nodes, balance[year]) if before < at]
        if not crossed:
            continue
        at, node = max(crossed, key=lambda pair: pair[0])
        if at in certain:
            continue
        if certainty == CONFIRMED:
            certain.add(at)
        effects = [Effect(certainty, kind, code, amount, amount) for kind, code, amount in node.effects]
        yield Breach(
            breach.store_id,
            breach.pack,
            rule_id,
            breach.occurred,
            f"node_{at}",
            needs_text=by_text,
            has_penalties=True,
            effects=effects,
        )


def _award(effect: Effect, certainty: str) -> float:
    if certainty == CONFIRMED:
        return float(effect.low or 0) if effect.certainty == CONFIRMED else 0.0
    return float(effect.high or 0)


def _nodes(nodes: Sequence[Node], balance: float) -> Iterator[tuple[int, Node]]:
    for node in nodes:
        times = int(balance // node.balance) if node.repeats else int(balance >= node.balance)
        for time in range(1, times + 1):
            yield node.balance * time, node
