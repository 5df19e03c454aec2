"""Turn texts into one row of small numbers, a number a character, rid of disguises, marks and blanks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.text.anchors import stays
from pipeline.text.normalise import DRAWN, character

Numbers = NDArray[np.uint16]
Nodes = NDArray[np.uint32]
Places = NDArray[np.int64]

OTHER, END = 0, 1  # nothing that a word has; what stands before, between and after texts
_DROPPED, _STRANGE, _UNKNOWN = 65533, 65534, 65535
_LEARNING = Lock()


@dataclass(frozen=True)
class Squeezed:
    """Texts one after another, END between them; text i begins after starts[i]."""

    numbers: Numbers
    starts: Places
    marked: NDArray[np.bool_]  # before which numbers marks or blanks stood
    strange: Places  # the texts that only the normaliser itself can read

    @cached_property
    def ends(self) -> Places:
        """For each text the place of its END."""
        return np.append(self.starts[1:], len(self.numbers) - 1)

    @cached_property
    def text_at(self) -> NDArray[np.int32]:
        """For each place the text it lies in, or begins after it."""
        sizes = np.diff(self.starts, append=len(self.numbers))
        return np.repeat(np.arange(len(self.starts), dtype=np.int32), sizes)


class Alphabet:
    """Numbers for the characters of some words: what the normaliser takes for the same gets the same number."""

    def __init__(self, words: Iterable[str]) -> None:
        chars = sorted(set().union(*words) - {"\n"})
        self.number = {char: no for no, char in enumerate(chars, start=END + 1)}
        self._repeats = np.zeros(_UNKNOWN + 1, np.bool_)  # letters that three times in a row are read as one
        self._repeats[[no for char, no in self.number.items() if char.isalpha()]] = True
        self._numbers = np.full(0x110000, _UNKNOWN, np.uint16)

    def squeeze(self, texts: pl.Series) -> Squeezed:
        """The texts as numbers; texts with nothing but marks, repeats or drawings are strange."""
        ends = np.cumsum(texts.str.len_chars().to_numpy().astype(np.int64) + 1)
        joined = "\n" + "\n".join(texts.to_list()) + "\n"
        points = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
        numbers = self._numbers[points]
        if (unknown := numbers == _UNKNOWN).any():
            self._learn(np.unique(points[unknown]))
            numbers = self._numbers[points]
        numbers[0] = END
        numbers[ends] = END
        kept = numbers != _DROPPED
        numbers = numbers[kept]
        marked = np.append(np.True_, ~kept[:-1])[kept]
        bounds = np.flatnonzero(numbers == END)
        twice = numbers[1:] == numbers[:-1]
        thrice = np.flatnonzero(twice[1:] & twice[:-1])
        drawn = np.flatnonzero(numbers == _STRANGE)
        odd = np.concatenate([thrice[self._repeats[numbers[thrice]]], drawn])
        strange = np.union1d(
            np.searchsorted(bounds, odd, side="right") - 1, np.flatnonzero(np.diff(bounds) == 1)
        )
        return Squeezed(numbers, bounds[:-1], marked, strange)

    def _learn(self, points: NDArray[np.uint32]) -> None:
        with _LEARNING:
            for point in points.tolist():
                self._numbers[point] = self._number(chr(point))

    def _number(self, char: str) -> int:
        plain = character(char)
        if char in DRAWN:
            return _STRANGE
        if not any(map(stays, plain)):
            return _DROPPED
        # what an expression takes for a digit is 0 to 9 here
        if len(plain) > 1 or (plain.isdecimal() and not plain.isascii()):
            return _STRANGE
        if plain not in self.number:
            if len(self.number) + END + 1 >= _DROPPED:
                return _STRANGE
            self.number[plain] = len(self.number) + END + 1
            self._repeats[self.number[plain]] = plain.isalpha()
        return self.number[plain]
