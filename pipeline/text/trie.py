"""Find which of many words stand where in a row of numbers, all places at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.text.alphabet import Nodes, Numbers, Places

_SPREAD, _STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(16)
_BITS = 19


class Trie:
    """A tree of words: from a place on, each number leads from a node to the next, as long as a word goes on so."""

    def __init__(self, words: Sequence[Sequence[int]]) -> None:
        levels: list[dict[tuple[int, int], int]] = [{} for _ in range(max(map(len, words), default=1))]
        ends: dict[int, int] = {}
        count = 0
        for no, word in enumerate(words):
            node = 0
            for level, number in zip(levels, word, strict=False):
                following = level.get((node, number))
                if following is None:
                    count += 1
                    following = level[node, number] = count
                node = following
            ends[node] = no
        self._word = np.full(count + 1, -1, np.int64)
        self._word[list(ends)] = list(ends.values())
        self._first = np.zeros(1 << 16, np.uint32)
        for (_, number), node in levels[0].items():
            self._first[number] = node
        self._alone = self._word[self._first] >= 0  # words of one number
        self._alone[self._first == 0] = False
        self._steps = [_Steps(level) for level in levels[1:]]
        self._pairs = np.zeros(1 << _BITS, np.bool_)
        starts = np.array([word[:2] for word in words if len(word) > 1], np.uint16).reshape(-1, 2)
        self._pairs[_spread(starts[:, 0], starts[:, 1])] = True

    def find(self, numbers: Numbers) -> Iterator[tuple[Places, Places]]:
        """Where words stand and which, in the order of the places for each length of words."""
        numbers = np.append(numbers, np.zeros(len(self._steps) + 1, np.uint16))
        alone = np.flatnonzero(self._alone[numbers])
        yield alone, self._word[self._first[numbers[alone]]]
        # two numbers that begin no word are most of all: all pairs are asked at once
        places: Places = np.flatnonzero(self._pairs[_spread(numbers[:-1], numbers[1:])])
        nodes = self._first[numbers[places]]
        for depth, steps in enumerate(self._steps, start=1):
            on, nodes = steps.take(nodes, numbers[places + depth])
            places = places[on]
            words = self._word[nodes]
            said = words >= 0
            yield places[said], words[said]


def _spread(firsts: Numbers, seconds: Numbers) -> Nodes:
    pairs = firsts.astype(np.uint32)
    pairs <<= np.uint32(16)
    pairs |= seconds
    pairs *= np.uint32(0x9E3779B1)
    pairs >>= np.uint32(32 - _BITS)
    return pairs


class _Steps:
    """The steps from the nodes of one depth to those of the next."""

    def __init__(self, edges: dict[tuple[int, int], int]) -> None:
        keys = np.array([node << 16 | number for node, number in edges], np.uint64)
        order = np.argsort(keys)
        self._keys = keys[order]
        self._nodes = np.array(list(edges.values()), np.uint32)[order]
        # many steps lead nowhere: a table of marks tells so sooner than a search
        self._shift = np.uint64(64 - min(_BITS, len(edges).bit_length() + 6))
        self._marks = np.zeros(1 << int(64 - self._shift), np.bool_)
        self._marks[(self._keys * _SPREAD) >> self._shift] = True

    def take(self, nodes: Nodes, numbers: Numbers) -> tuple[Places, Nodes]:
        """Which of these steps there are, and the nodes they lead to."""
        keys = (nodes.astype(np.uint64) << _STEP) | numbers
        likely = np.flatnonzero(self._marks[(keys * _SPREAD) >> self._shift])
        keys = keys[likely]
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        right = self._keys[at] == keys
        return likely[right], self._nodes[at[right]]
