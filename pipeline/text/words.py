"""Find which of many short words stand where in a row of numbers, all places at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.text.alphabet import Numbers, Places

LONGEST = 4  # numbers of a word: together they are one number of 64 bits
Keys = NDArray[np.uint64]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PAIR_SPREAD = np.uint32(0x9E3779B1)
_PAIR_BITS = 19
_MASKS = [np.uint64((1 << 16 * size) - 1) for size in range(LONGEST + 1)]


def key_of(word: Sequence[int]) -> int:
    """The word as one number."""
    return sum(number << 16 * at for at, number in enumerate(word))


class Row:
    """A row of numbers that can be read four at a time from any place."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = np.append(numbers, np.zeros(2 * LONGEST, np.uint16))
        size = len(numbers) + LONGEST
        self.pairs = np.ndarray((size,), np.uint32, self.numbers, strides=(2,))
        self._fours = np.ndarray((size,), np.uint64, self.numbers, strides=(2,))

    def keys(self, places: Places, size: int) -> Keys:
        """The words of a size that begin at the places."""
        keys: Keys = self._fours[places]
        keys &= _MASKS[size]
        return keys


class WordIndex:
    """Many words, each with its number in their order."""

    def __init__(self, words: Sequence[Sequence[int]]) -> None:
        self._alone = np.full(1 << 16, -1, np.int64)
        self._begins = np.zeros(1 << _PAIR_BITS, np.uint8)  # by pair of numbers: the sizes of words that begin so
        self._tables: dict[int, _Table] = {}
        for size in range(1, LONGEST + 1):
            numbers = [no for no, word in enumerate(words) if len(word) == size]
            if size == 1:
                self._alone[[words[no][0] for no in numbers]] = numbers
            elif numbers:
                self._tables[size] = _Table([key_of(words[no]) for no in numbers], numbers)
                pairs = np.array([key_of(words[no][:2]) for no in numbers], np.uint32)
                self._begins[_pair_slots(pairs)] |= np.uint8(1 << size)
        self._stands_alone = self._alone >= 0

    def find(self, row: Row) -> Iterator[tuple[Places, Places]]:
        """Where words stand and which."""
        if self._stands_alone.any():
            alone: Places = np.flatnonzero(self._stands_alone[row.numbers])
            yield alone, self._alone[row.numbers[alone]]
        sizes = self._begins[_pair_slots(row.pairs)]
        begun = np.flatnonzero(sizes)
        sizes = sizes[begun]
        for size, table in self._tables.items():
            places = begun[(sizes & np.uint8(1 << size)) != 0]
            found, words = table.look_up(row.keys(places, size))
            yield places[found], words


def _pair_slots(pairs: NDArray[np.uint32]) -> NDArray[np.uint32]:
    slots = pairs * _PAIR_SPREAD
    slots >>= np.uint32(32 - _PAIR_BITS)
    return slots


class _Table:
    """Numbers of words by their keys; keys of the same slot follow one another."""

    def __init__(self, keys: Sequence[int], numbers: Sequence[int]) -> None:
        self._keys = np.array(keys, np.uint64)
        self._numbers = np.array(numbers, np.int32)
        bits = max(8, len(keys).bit_length() + 4)
        self._shift = np.uint64(64 - bits)
        self._slots = np.full(1 << bits, -1, np.int32)
        self._next = np.full(len(keys), -1, np.int32)
        for no, slot in enumerate(self._slot(self._keys).tolist()):
            self._next[no] = self._slots[slot]
            self._slots[slot] = no

    def look_up(self, keys: Keys) -> tuple[Places, Places]:
        """Which of the keys are known, and their numbers."""
        at = self._slots[self._slot(keys)]
        asked: Places = np.flatnonzero(at >= 0)
        at = at[asked]
        found: list[Places] = []
        words: list[Places] = []
        while len(asked):
            same = self._keys[at] == keys[asked]
            found.append(asked[same])
            words.append(self._numbers[at[same]])
            at = self._next[at]
            on = ~same & (at >= 0)
            asked, at = asked[on], at[on]
        if not found:
            return asked, asked
        return np.concatenate(found), np.concatenate(words)

    def _slot(self, keys: Keys) -> Keys:
        return (keys * _SPREAD) >> self._shift


class Sets:
    """Sets of words; says whether a place may have a word of a set, rarely wrongly, and never misses one."""

    _BITS = 21

    def __init__(self, sets: Iterable[tuple[Iterable[Sequence[int]], bool]]) -> None:
        listed = [(list(words), backward) for words, backward in sets]
        self._backward = np.array([backward for _, backward in listed], np.int64)
        self._sizes = np.zeros((LONGEST + 1, len(listed)), np.bool_)
        self._last = max((number for words, _ in listed for word in words for number in word), default=0) + 1
        # by number, a bit a set: whether a word of the set begins with it, or ends if the set is backward
        self._edges = np.zeros((self._last + 1, len(listed) // 8 + 1), np.uint8)
        self._marks = [np.zeros(1 << self._BITS, np.bool_) for _ in range(2)]
        for no, (words, backward) in enumerate(listed):
            for word in words:
                self._sizes[len(word), no] = True
                self._edges[word[-1 if backward else 0], no >> 3] |= np.uint8(1 << (no & 7))
        keys = np.array([key_of(word) for words, _ in listed for word in words], np.uint64)
        owners = np.array([no for no, (words, _) in enumerate(listed) for _ in words], np.uint64)
        for which, marks in enumerate(self._marks):
            marks[self._slot(keys, owners, which)] = True

    def at(self, row: Row, places: Places, sets: Places) -> Places:
        """Those of the places where a word of the set beside each may begin or, backward, end."""
        back = self._backward[sets]
        edges = self._edges[np.minimum(row.numbers[places - back], self._last), sets >> 3]
        likely = np.flatnonzero(edges >> (sets & 7).astype(np.uint8) & 1)
        places, sets, back = places[likely], sets[likely], back[likely]
        stands = np.zeros(len(likely), np.bool_)
        for size in range(1, LONGEST + 1):
            has = np.flatnonzero(self._sizes[size][sets])
            keys = row.keys(np.maximum(places[has] - back[has] * size, 0), size)
            stands[has[self._may_hold(sets[has], keys)]] = True
        return likely[stands]

    def _may_hold(self, sets: Places, keys: Keys) -> NDArray[np.bool_]:
        """Whether each key may be in the set beside it."""
        owners = sets.astype(np.uint64)
        likely: NDArray[np.bool_] = self._marks[0][self._slot(keys, owners, 0)]
        again = np.flatnonzero(likely)
        likely[again] = self._marks[1][self._slot(keys[again], owners[again], 1)]
        return likely

    def _slot(self, keys: Keys, owners: Keys, which: int) -> Keys:
        mixed = keys + (owners << np.uint64(which)) * np.uint64(0xD6E8FEB86659FD93)
        mixed ^= mixed >> np.uint64(29 + which * 3)
        mixed *= _SPREAD if which == 0 else np.uint64(0xC2B2AE3D27D4EB4F)
        mixed >>= np.uint64(64 - self._BITS)
        return mixed
