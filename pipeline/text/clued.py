"""Find in squeezed texts the forms all of whose clues stand there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.text.alphabet import END, Alphabet, Places, Squeezed
from pipeline.text.clues import CLAUSE_BEGINS, CLAUSE_ENDS, Clue
from pipeline.text.forms import PARTICLES
from pipeline.text.words import Row, Sets, WordIndex

Marks = tuple[NDArray[np.bool_], NDArray[np.bool_]]
_MARKS = (CLAUSE_BEGINS, CLAUSE_ENDS)
_LONG = 300  # letters of a text in which what may stand anywhere is not looked for


class Clued:
    """The clues of forms: the words of first clues in an index, those of the others as sets."""

    def __init__(self, clues: Sequence[tuple[int, Sequence[Clue]]]) -> None:
        self._alphabet = Alphabet([PARTICLES, *(word for _, its in clues for clue in its for word in clue.words)])
        firsts: dict[tuple[str, bool], list[int]] = {}
        sets: dict[tuple[frozenset[str], bool], int] = {}
        most = max((len(its) for _, its in clues), default=1) - 1
        self._form = np.array([form for form, _ in clues], np.int64)
        self._others = np.full((max(1, most), len(clues)), -1, np.int64)  # the sets of the other clues
        self._low, self._high = np.zeros_like(self._others), np.zeros_like(self._others)
        for no, (_, its) in enumerate(clues):
            for word in its[0].words if its else ():
                firsts.setdefault((word, its[0].backward), []).append(no)
            for at, clue in enumerate(its[1:]):
                self._others[at, no] = sets.setdefault((clue.words, clue.backward), len(sets))
                self._low[at, no], self._high[at, no] = clue.low, clue.high
        words = list(dict.fromkeys(word for word, _ in firsts))
        self._index = WordIndex([self._numbers(word) for word in words])
        links = [
            [(no, backward * len(word)) for backward in (False, True) for no in firsts.get((word, backward), ())]
            for word in words
        ]
        self._links = np.array([len(its) for its in links], np.int64)
        self._links_from = np.cumsum(self._links) - self._links
        self._linked, self._shift = np.array([link for its in links for link in its], np.int64).reshape(-1, 2).T.copy()
        self._sets = Sets(
            ([] if words in _MARKS else [self._numbers(word) for word in words], backward)
            for words, backward in sets
        )
        self._marks = [sets.get((words, False), -2) for words in _MARKS]
        self._particles = np.zeros(1 << 16, np.bool_)
        self._particles[[self._alphabet.number[char] for char in PARTICLES]] = True

    def met(self, texts: pl.Series) -> tuple[Places, Places, Places]:
        """The texts that may hold a form with that form, sorted, and the strange ones."""
        squeezed = self._alphabet.squeeze(texts)
        row = Row(squeezed.numbers)
        marks = self._clauses(squeezed)
        found = list(self._index.find(row))
        places = np.concatenate([places for places, _ in found])
        words = np.concatenate([words for _, words in found])
        sizes = self._links[words]
        at = np.repeat(self._links_from[words] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
        text = np.repeat(squeezed.text_at[places], sizes).astype(np.int64)
        places = np.repeat(places, sizes) + self._shift[at]
        asked = self._linked[at]
        for others, low, high in zip(self._others, self._low, self._high, strict=True):
            stands = self._stands(
                row, squeezed, marks, text, others[asked], places + low[asked], places + high[asked]
            )
            text, places, asked = text[stands], places[stands], asked[stands]
        keys = np.unique(text << 32 | self._form[asked])
        if len(squeezed.strange):
            keys = keys[~np.isin(keys >> 32, squeezed.strange)]
        return keys >> 32, keys & 0xFFFFFFFF, squeezed.strange

    def _stands(
        self, row: Row, squeezed: Squeezed, marks: Marks, text: Places, sets: Places, low: Places, high: Places
    ) -> Places:
        """Which of these sets, -1 for none, have a word at one of the places from low to high of their text."""
        stands = sets < 0
        low = np.maximum(low, squeezed.starts[text])
        high = np.minimum(high, squeezed.ends[text] + 1)  # a word may end with the END of its text
        stands |= high - low > _LONG
        asked = np.flatnonzero(~stands)
        sets, low = sets[asked], low[asked]
        sizes = np.maximum(high[asked] - low + 1, 0)
        owner = np.repeat(np.arange(len(asked)), sizes)
        places = np.arange(sizes.sum()) + np.repeat(low - (np.cumsum(sizes) - sizes), sizes)
        held = np.zeros(len(asked), np.bool_)
        own = sets[owner]
        held[owner[self._sets.at(row, places, own)]] = True
        for number, marked in zip(self._marks, marks, strict=True):
            at = np.flatnonzero(own == number)
            held[owner[at[marked[places[at]]]]] = True
        stands[asked[held]] = True
        return np.flatnonzero(stands)

    def _clauses(self, squeezed: Squeezed) -> Marks:
        """Before which letters a clause may begin, and at which it may have ended but for particles."""
        begins = np.append(squeezed.marked, [np.True_, np.True_])
        begins[1:-1] |= squeezed.numbers == END
        begins[squeezed.ends] = True
        ends = begins
        for _ in range(3):
            ends = begins | np.append(self._particles[squeezed.numbers] & ends[1:-1], [np.True_, np.True_])
        return begins, ends

    def _numbers(self, word: str) -> list[int]:
        return [END if char == "\n" else self._alphabet.number[char] for char in word]
