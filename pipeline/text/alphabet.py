"""Turn texts into one row of small numbers, a number a character, rid of disguises, marks and blanks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.text.anchors import stays
from pipeline.text.normalise import DRAWN, character

Numbers = NDArray[np.uint16]
Nodes = NDArray[np.uint32]
Places = NDArray[np.int64]

OTHER, END = 0, 1  # a letter that no word has; what stands before, between and after texts
_DROPPED, _STRANGE, _UNKNOWN = 65533, 65534, 65535


@dataclass(frozen=True)
class Squeezed:
    """Texts one after another, END between them; text i begins after starts[i]."""

    numbers: Numbers
    starts: Places
    strange: Places  # the texts that only the normaliser itself can read

    @cached_property
    def text_at(self) -> NDArray[np.int32]:
        """For each place the text it lies in, or begins after it."""
        ends = np.append(self.starts[1:], len(self.numbers))
        return np.repeat(np.arange(len(self.starts), dtype=np.int32), ends - self.starts)

    def only(self, texts: Places) -> Squeezed:
        """Some of the texts, in their order."""
        ends = np.append(self.starts[1:], len(self.numbers) - 1)
        sizes = ends[texts] - self.starts[texts]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        taken = np.repeat(self.starts[texts] - starts[:-1], sizes) + np.arange(starts[-1])
        numbers = np.append(self.numbers[taken], np.uint16(END))
        return Squeezed(numbers, starts[:-1], np.zeros(0, np.int64))


class Alphabet:
    """Numbers for the characters of some words: what the normaliser takes for the same gets the same number."""

    def __init__(self, words: Iterable[str]) -> None:
        chars = sorted(set().union(*words))
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
        numbers = numbers[numbers != _DROPPED]
        bounds = np.flatnonzero(numbers == END)
        twice = numbers[1:] == numbers[:-1]
        thrice = np.flatnonzero(twice[1:] & twice[:-1])
        drawn = np.flatnonzero(numbers == _STRANGE)
        odd = np.concatenate([thrice[self._repeats[numbers[thrice]]], drawn])
        strange = np.union1d(
            np.searchsorted(bounds, odd, side="right") - 1, np.flatnonzero(np.diff(bounds) == 1)
        )
        return Squeezed(numbers, bounds[:-1], strange)

    def _learn(self, points: NDArray[np.uint32]) -> None:
        for point in points.tolist():
            char = chr(point)
            plain = character(char)
            if char in DRAWN or (len(plain) > 1 and any(map(stays, plain))):
                number = _STRANGE
            elif not any(map(stays, plain)):
                number = _DROPPED
            else:
                number = self.number.get(plain, OTHER)
            self._numbers[point] = number
