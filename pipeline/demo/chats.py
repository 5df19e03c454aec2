"""Decide every conversation: who waits how long for whom, and which sentence breaks a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.demo.clock import DAY, HOUR, Ints, busy_times, seconds
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.talk.intents import INTENTS

Bools = npt.NDArray[np.bool_]
BUYER, AGENT, ROBOT, SYSTEM = 0, 1, 2, 3
TEXT, IMAGE, PRODUCT_CARD, ORDER_CARD, RECALL = 0, 1, 2, 3, 4
NOBODY = -1
EDGES = (30, 31, 60, 61, 180, 181)  # waits that lie on a limit
PLANTED_LINES = ("abuse", "lure", "close_trade", "extreme")


@dataclass
class Talks:
    """One shop's conversations and its rounds (a buyer's turn and what follows it) as parallel arrays."""

    started: Ints  # per conversation
    buyer: Ints
    order: Ints  # row in Orders, NOBODY without one
    agent: Ints  # the agent it was assigned to, NOBODY for the robot
    unserved: Bools
    robot_only: Bools
    first_round: Ints
    rounds: Ints
    of_round: Ints  # per round: its conversation
    asked: Ints
    wait: Ints  # seconds to the first human answer, NOBODY if none came
    by: Ints  # the agent who answers
    handed_over: Bools  # another agent takes over at this round
    intent: Ints
    line: npt.NDArray[np.object_]  # what the agent says wrong in this round, '' otherwise


def decide_talks(plan: Plan, store: Store, orders: Orders, rng: np.random.Generator) -> Talks:
    """Conversations and rounds of a shop; all answers come within 28 seconds unless decided otherwise."""
    count = store.conversations
    started = busy_times(plan, count, rng, quiet_last_seconds=4 * HOUR)
    if store.numbers_talks:
        started = _cross_midnights(plan, started, rng)
    else:  # a thread of such an export is a buyer's month: let none cross midnight
        started = np.sort(np.where(started % DAY >= 22 * HOUR, started - 4 * HOUR, started))
    order, buyer = _who(store, started, orders, rng)
    hour = started % DAY // HOUR
    night = hour < 8
    robot_only = np.zeros(count, dtype=bool)
    if store.robot:
        robot_only = np.where(night, rng.random(count) < 0.7, rng.random(count) < 0.02) & True
    rounds = np.where(robot_only, 1, 1 + np.minimum(rng.geometric(0.36, count), 9)).astype(np.int64)
    shift = _on_shift(len(store.agents), hour, rng)
    unserved = np.zeros(count, dtype=bool)
    open_hours = np.flatnonzero((hour >= 9) & (hour < 22) & ~robot_only)
    unserved[rng.choice(open_hours, size=min(store.unserved, len(open_hours)), replace=False)] = True
    rounds = np.where(unserved, 1, rounds)
    agent = np.where(robot_only, NOBODY, shift)

    total = int(rounds.sum())
    first_round = np.concatenate(([0], np.cumsum(rounds)[:-1])).astype(np.int64)
    of_round = np.repeat(np.arange(count, dtype=np.int64), rounds)
    place = np.arange(total, dtype=np.int64) - first_round[of_round]
    wait = _waits(plan, store, started[of_round], rng)
    wait = _on_the_edge(wait, place, rng)
    last = place == rounds[of_round] - 1
    ignored = last & (place > 0) & (hour[of_round] >= 8) & (rng.random(total) < store.ignored)
    wait = np.where((robot_only | unserved)[of_round] | ignored, NOBODY, wait)
    pause = np.where(place == 0, 0, 8 + np.minimum(rng.exponential(35, total), 240)).astype(np.int64)
    step = np.where(wait == NOBODY, 60, wait + 40)  # 40 seconds: room for the agent's second message
    ends = np.cumsum(pause + step)
    begins = ends - step
    asked = started[of_round] + begins - begins[first_round][of_round]
    handed = (place > 0) & (rng.random(total) < 0.03) & (len(store.agents) > 1)
    takes: Ints = np.cumsum(handed) - np.cumsum(handed)[first_round][of_round]
    by = np.where(agent[of_round] == NOBODY, NOBODY, (agent[of_round] + takes) % len(store.agents))
    talks = Talks(
        started,
        buyer,
        order,
        agent,
        unserved,
        robot_only,
        first_round,
        rounds,
        of_round,
        asked,
        wait,
        by,
        handed,
        _intents(order, of_round, place, orders, asked, rng),
        np.full(total, "", dtype=object),
    )
    _plant_lines(store, talks, rng)
    return talks


def _cross_midnights(plan: Plan, started: Ints, rng: np.random.Generator) -> Ints:
    """Let a few conversations begin shortly before midnight, month ends among them."""
    nights = [n for n in range(plan.days - 1) if (n * 7 + 2) % 9 == 0 or _ends_month(plan, n)] * 3
    if len(started) < 5 * len(nights):
        return started
    chosen = rng.choice(len(started) - 1, size=len(nights), replace=False)
    midnights = seconds(plan.start) + (np.array(nights, dtype=np.int64) + 1) * DAY
    started = started.copy()
    started[chosen] = midnights - rng.integers(30, 200, len(nights))
    return np.sort(started)


def _ends_month(plan: Plan, number: int) -> bool:
    day = (seconds(plan.start) // DAY) + number
    return str(np.datetime64(int(day) + 1, "D"))[8:] == "01"


def _who(store: Store, started: Ints, orders: Orders, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Order and buyer of each conversation; a buyer's conversations lie at least seven hours apart.

    Where an export numbers no conversations every buyer comes once, so that a thread is a conversation.
    """
    count = len(started)
    lag = np.where(rng.random(count) < 0.3, -rng.integers(60, 2400, count), rng.integers(600, 6 * DAY, count))
    near = np.searchsorted(orders.created, started - lag)
    about = (rng.random(count) < 0.72) & (near > 0) & (near < len(orders))
    order = np.where(about, np.minimum(near, len(orders) - 1), NOBODY).astype(np.int64)
    visitor = len(orders) + (rng.random(count) * count).astype(np.int64)
    buyer = np.where(order >= 0, orders.buyer[order], visitor)
    by_buyer = np.lexsort((started, buyer))
    same = np.diff(buyer[by_buyer], prepend=-5) == 0
    soon = (np.diff(started[by_buyer], prepend=0) < 7 * HOUR) | (not store.numbers_talks)
    clash = by_buyer[same & soon]
    buyer[clash] = len(orders) + count + np.arange(len(clash))
    order[clash] = NOBODY
    return order, buyer


def _on_shift(agents: int, hour: Ints, rng: np.random.Generator) -> Ints:
    """An agent for each hour: the early and late halves overlap around noon, one stays for the night."""
    half = max(1, agents // 2)
    early = rng.integers(0, half, len(hour))
    late = half + rng.integers(0, max(1, agents - half), len(hour))
    either = rng.integers(0, agents, len(hour))
    chosen = np.where(hour < 12, early, np.where(hour < 16, either, late))
    return np.where(hour < 8, agents - 1, np.minimum(chosen, agents - 1)).astype(np.int64)


def _waits(plan: Plan, store: Store, started: Ints, rng: np.random.Generator) -> Ints:
    """Seconds from a question to the first human answer. No wait lies near 30, 60 or 180 by chance."""
    count = len(started)
    wait = 5 + np.minimum(rng.gamma(2.2, 4.0, count), 22)
    draw = rng.random(count)
    day = (started - seconds(plan.start)) // DAY
    slow = np.full(count, store.slow)
    for spell in store.spells:
        slow = np.where((day >= spell.first) & (day < spell.last), spell.slow, slow)
    lazy = np.where(rng.random(count) < 0.5, rng.integers(35, 55, count), rng.integers(66, 160, count))
    wait = np.where(draw < store.lazy + slow, lazy, wait)
    return np.where(draw < slow, rng.integers(215, 560, count), wait).astype(np.int64)


def _on_the_edge(wait: Ints, place: Ints, rng: np.random.Generator) -> Ints:
    """Put six first and six later rounds exactly on a limit and one second past it."""
    wait = wait.copy()
    for rounds in (np.flatnonzero(place == 0), np.flatnonzero(place == 1)):
        if len(rounds) >= 200:
            wait[rng.choice(rounds, size=len(EDGES), replace=False)] = EDGES
    return wait


def _intents(
    order: Ints, of_round: Ints, place: Ints, orders: Orders, asked: Ints, rng: np.random.Generator
) -> Ints:
    """What each round is about: the goods before paying, the order after it; mostly one matter."""
    before = np.array([number for number, intent in enumerate(INTENTS) if intent.stage == "before"])
    after = np.array([number for number, intent in enumerate(INTENTS) if intent.stage == "after"])
    weights = np.array([0.14, 0.2, 0.13, 0.14, 0.12, 0.06, 0.08, 0.12, 0.01])
    of = order[of_round]
    paid = (of >= 0) & (orders.paid[of] > 0) & (orders.paid[of] < asked)
    own = np.where(paid, rng.choice(after, len(of), p=weights / weights.sum()), rng.choice(before, len(of)))
    first = np.flatnonzero(place == 0)
    keep = (rng.random(len(of)) < 0.6) & (paid == paid[first][of_round])
    return np.where(keep, own[first][of_round], own).astype(np.int64)


def _plant_lines(store: Store, talks: Talks, rng: np.random.Generator) -> None:
    """Choose the rounds in which an agent says what no agent should, one a conversation."""
    answered = (talks.wait != NOBODY) & (talks.of_round < len(talks.started) * 0.97)
    used: set[int] = set()
    orders: set[int] = set()
    for line in PLANTED_LINES:
        ordered = talks.order[talks.of_round] >= 0
        fit = answered & (ordered if line == "abuse" else ~ordered if line == "close_trade" else answered)
        left = store.lines.get(line, 0)
        for candidate in rng.permutation(np.flatnonzero(fit)).tolist():
            if left == 0:
                break
            talk = int(talks.of_round[candidate])
            order = int(talks.order[talk])
            if talk not in used and order not in orders:
                used.add(talk)
                orders |= {order} - {NOBODY}
                talks.line[candidate] = line
                left -= 1
