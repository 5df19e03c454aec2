"""Conversations: times, waits, who speaks, and that nobody is silent or rude unless it was decided."""

from __future__ import annotations

import numpy as np

from pipeline.demo.chats import AGENT, BUYER, EDGES, NOBODY, PLANTED_LINES, ROBOT
from pipeline.demo.clock import DAY, HOUR
from pipeline.demo.generate import World


def test_seconds_strictly_increase_within_a_conversation(worlds: list[World]) -> None:
    for world in worlds:
        same = np.diff(world.messages.talk) == 0
        assert (np.diff(world.messages.sent)[same] > 0).all()


def test_a_buyer_opens_every_conversation(worlds: list[World]) -> None:
    for world in worlds:
        first = np.flatnonzero(np.diff(world.messages.talk, prepend=-1))
        assert (world.messages.role[first] == BUYER).all()
        assert len(first) == len(world.talks.started)


def test_waits_keep_away_from_limits_unless_planted_on_them(worlds: list[World]) -> None:
    for world in worlds:
        waits = world.talks.wait[world.talks.wait != NOBODY]
        near = np.isin(waits, [*EDGES, 29, 32, 59, 62, 178, 179, 182])
        assert set(waits[near].tolist()) <= set(EDGES)
        assert near.sum() <= 2 * len(EDGES)


def test_only_planned_conversations_stay_without_a_person(worlds: list[World]) -> None:
    for world in worlds:
        talks, messages = world.talks, world.messages
        served = np.zeros(len(talks.started), dtype=bool)
        served[messages.talk[messages.role == AGENT]] = True
        assert (served == ~(talks.unserved | talks.robot_only)).all()
        hours = talks.started[talks.unserved] % DAY // HOUR
        assert ((hours >= 9) & (hours < 22)).all()


def test_planted_lines_are_said_once_by_an_agent(worlds: list[World]) -> None:
    for world in worlds:
        for line in PLANTED_LINES:
            said = world.messages.line == line
            assert said.sum() == world.store.lines.get(line, 0)
            assert (world.messages.role[said] == AGENT).all()
            group = world.pool.names[line]
            drawn = world.messages.sentence[said]
            assert (drawn >= world.pool.offset[group]).all()
            assert (drawn < world.pool.offset[group] + world.pool.size[group]).all()


def test_a_buyer_comes_back_hours_later_and_once_in_unnumbered_exports(worlds: list[World]) -> None:
    for world in worlds:
        talks = world.talks
        order = np.lexsort((talks.started, talks.buyer))
        again = np.diff(talks.buyer[order]) == 0
        assert (np.diff(talks.started[order])[again] >= 7 * HOUR).all()
        if not world.store.numbers_talks:
            assert not again.any()


def test_shops_without_a_robot_have_none_and_others_do(worlds: list[World]) -> None:
    for world in worlds:
        assert (world.messages.role == ROBOT).any() == world.store.robot


def test_some_conversations_cross_midnight_and_a_month_end(worlds: list[World]) -> None:
    crossed = set()
    for world in worlds:
        first = np.flatnonzero(np.diff(world.messages.talk, prepend=-1))
        last = np.append(first[1:], len(world.messages.talk)) - 1
        days = world.messages.sent // DAY
        crossed |= set(days[last][days[first] != days[last]].tolist())
    september_ends = int((np.datetime64("2025-10-01") - np.datetime64("1970-01-01")).astype(int))
    assert september_ends in crossed and september_ends - 30 in crossed
