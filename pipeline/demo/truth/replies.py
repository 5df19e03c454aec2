"""Which questions, days, weeks and months fell short of each platform's reply clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.demo.clock import moment
from pipeline.demo.truth.breach import CONFIRMED, CONTINGENT, Breach, Effect
from pipeline.demo.truth.known import Known, Talk

DAY = 86_400
Unit = tuple[int, float]  # the day, and 1.0 or 0.0 for ok, or a wait in seconds


@dataclass(frozen=True)
class Window:
    """A failing stretch of days, the end exclusive, and whether the data cover it wholly."""

    first: int
    end: int
    whole: bool


def unserved(known: Known) -> Iterator[Breach]:
    """Douyin: a conversation given to a named agent who wrote nothing, asked between 8 and 23."""
    for talk in known.talks:
        asked = [ask.asked for ask in talk.asks if 8 * 3600 <= ask.asked % DAY < 23 * 3600]
        if asked and talk.assigned and not talk.served:
            effects = [Effect(CONTINGENT, "points", "A", 0, 2), Effect(CONTINGENT, "points", "B", 0, 4)]
            yield Breach(
                known.store_id,
                "douyin",
                "douyin.no_service",
                min(asked),
                talk.planted or "unplanted",
                order_id=talk.order_id,
                conversation_id=talk.number,
                has_penalties=True,
                effects=effects,
            )


def slow_answers(known: Known) -> Iterator[Breach]:
    """The general standard: first answer in 30 seconds, every turn in 60; a robot's answer counts."""
    for talk in known.talks:
        for place, ask in enumerate(talk.asks):
            limits = [("baseline.first_response", 30)] if place == 0 else []
            limits += [("baseline.next_response", 60)] if ask.opens_round else []
            for rule_id, limit in limits:
                if ask.to_any is None or ask.to_any > limit:
                    kind = talk.planted or ("unanswered" if ask.to_any is None else "slow_answer")
                    yield Breach(
                        known.store_id,
                        "baseline",
                        rule_id,
                        ask.asked,
                        kind,
                        order_id=talk.order_id,
                        conversation_id=talk.number,
                    )


def _rounds_in_three_minutes(talks: Iterable[Talk]) -> list[Unit]:
    """Taobao: turns asked from 8 to 23; a person within 180 seconds."""
    return [
        (ask.asked // DAY, float(ask.to_human is not None and ask.to_human <= 180))
        for talk in talks
        for ask in talk.asks
        if ask.opens_round and 8 * 3600 <= ask.asked % DAY < 23 * 3600
    ]


def _consumers_in_three_minutes(talks: Iterable[Talk]) -> list[Unit]:
    """Pinduoduo: a consumer's day is answered if every message from 8 to 23 is, by a person, in 180 s."""
    days: dict[tuple[int, int], list[float]] = defaultdict(list)
    for talk in talks:
        if talk.by_robot and not talk.served:
            continue
        for ask in talk.asks:
            if 8 * 3600 <= ask.asked % DAY < 23 * 3600:
                days[talk.buyer, ask.asked // DAY].append(
                    float(ask.to_human is not None and ask.to_human <= 180)
                )
    return [(day, min(answered)) for (_, day), answered in days.items()]


def _first_in_three_minutes(talks: Iterable[Talk]) -> list[Unit]:
    """Suning: the conversation's first question, all day; a person within 180 seconds."""
    firsts = [talk.asks[0] for talk in talks if talk.asks]
    return [(ask.asked // DAY, float(ask.to_human is not None and ask.to_human <= 180)) for ask in firsts]


def _mean_waits(talks: Iterable[Talk]) -> list[Unit]:
    """JD: the mean wait of a conversation's answered turns, if it began between 9 and 23."""
    units = []
    for talk in talks:
        waits = [ask.to_human for ask in talk.asks if ask.opens_round and ask.to_human is not None]
        if waits and 9 * 3600 <= talk.asks[0].asked % DAY < 23 * 3600:
            units.append((talk.asks[0].asked // DAY, sum(waits) / len(waits)))
    return units


def _failing(
    units: Iterable[Unit], spans: Iterable[tuple[int, int]], fails: Callable[[int, float], bool], known: Known
) -> Iterator[Window]:
    """The spans in which the mean of the units fails."""
    days: dict[int, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for day, value in units:
        count, total = days[day]
        days[day] = (count + 1, total + value)
    for first, end in spans:
        found = [days[day] for day in range(first, end) if day in days]
        count, total = sum(n for n, _ in found), sum(t for _, t in found)
        if count and fails(count, total / count):
            yield Window(first, end, first >= known.first_day and end - 1 <= known.last_day)


def months(known: Known) -> list[tuple[int, int]]:
    """The calendar months that the data touch, as day numbers."""
    spans = set()
    for day in range(known.first_day, known.last_day + 1):
        date = moment(day * DAY).date()
        first = day - date.day + 1
        after = moment((first + 31) * DAY).date()
        spans.add((first, first + 31 - after.day + 1))
    return sorted(spans)


def failing_windows(known: Known) -> Iterator[Breach]:
    """Every failing day, month and rolling month of the rules that judge shares and means."""
    every_day = [(day, day + 1) for day in range(known.first_day, known.last_day + 1)]
    for window in _failing(
        _consumers_in_three_minutes(known.talks), every_day, lambda n, ok: ok < 0.5, known
    ):
        yield _breach(known, "pinduoduo.reply_rate", window, lambda sure: [Effect(sure, "warning")])
    for window in _failing(
        _first_in_three_minutes(known.talks), months(known), lambda n, ok: ok < 0.5, known
    ):
        yield _breach(known, "suning.reply_rate", window, None)
    for window in _failing(_mean_waits(known.talks), months(known), lambda n, mean: mean >= 40, known):
        yield _breach(
            known, "jd.average_response", window, lambda sure: [Effect(sure, "points", "general", 2, 2)]
        )
    raised = int(
        (moment(0).replace(year=2025, month=10, day=5) - moment(0)).days
    )  # the page that says 80 per cent
    rounds = _rounds_in_three_minutes(known.talks)
    older = [(day - 29, day + 1) for day, _ in every_day if day < raised]
    newer = [(max(day - 29, raised), day + 1) for day, _ in every_day if day >= raised]
    for spans, least in ((older, 0.7), (newer, 0.8)):
        for window in _failing(rounds, spans, lambda n, ok, least=least: n >= 100 and ok < least, known):  # type: ignore[misc]
            yield _breach(
                known, "taobao.reply_rate", window, lambda sure: [Effect(sure, "sanction", "marketing_limit")]
            )


def _breach(
    known: Known, rule_id: str, window: Window, effects: Callable[[str], list[Effect]] | None
) -> Breach:
    sure = CONFIRMED if window.whole else CONTINGENT
    return Breach(
        known.store_id,
        rule_id.partition(".")[0],
        rule_id,
        min(window.end, known.last_day + 1) * DAY - 1,  # of an unfinished window: the end of the data
        "window",
        unsettled=not window.whole,
        has_penalties=effects is not None,
        effects=effects(sure) if effects else [],
    )
