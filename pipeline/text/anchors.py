"""Choose the words of a form by which texts that cannot hold it are passed over: the rarest in shop talk."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_MAX_WORDS = 2000  # literals that one piece of a form may stand for when anchors are sought
_LONGEST_COUNTED = 5


@dataclass(slots=True)
class Piece:
    """One part of a form: its expression, and every literal it can be (None: not a literal)."""

    pattern: str
    words: list[str] | None
    anchors: list[str] = field(default_factory=list)  # of a group that is no list of literals


def joined(pieces: Sequence[Piece]) -> list[str] | None:
    """Every literal that these pieces together can be, unless there are too many or one is no literal."""
    if any(piece.words is None for piece in pieces):
        return None
    if len(pieces) == 1:
        return pieces[0].words
    count = 1
    for piece in pieces:
        count *= len(piece.words or ())
    if count > _MAX_WORDS:
        return None
    return ["".join(parts) for parts in itertools.product(*(piece.words or () for piece in pieces))]


def anchors_of(pieces: Sequence[Piece]) -> tuple[list[str], list[str]]:
    """The rarest set of literals of which every match has one, and the next rarest elsewhere in the form."""
    best, start, end = _rarest(pieces, lambda word: any(map(stays, word)))
    if not best:  # punctuation, better than nothing
        best, start, end = _rarest(pieces, bool)
    beside = [_rarest(part, lambda word: all(map(stays, word)))[0] for part in (pieces[:start], pieces[end:])]
    also = min((words for words in beside if words), key=_share, default=[])
    return best, also


def _rarest(pieces: Sequence[Piece], fits: Callable[[str], bool]) -> tuple[list[str], int, int]:
    best: list[str] = []
    best_start = best_end = 0
    least = 1e9
    often: dict[tuple[int, int], float] = {}
    for size in range(1, len(pieces) + 1):
        for start in range(len(pieces) - size + 1):
            end = start + size
            words = joined(pieces[start:end])
            if words is None and size == 1:
                words = pieces[start].anchors or None
            if not words or not all(words) or not all(map(fits, words)):
                continue
            unique = list(dict.fromkeys(words))
            share = _share(unique)
            for part, added in (((start, end - 1), end - 1), ((start + 1, end), start)):
                longer = "" not in (pieces[added].words or ("",))  # what is longer is met less often
                share = min(share, (0.5 if longer else 1.0) * often.get(part, 2.0))
            often[start, end] = share
            if share + len(unique) * 4e-6 < least:
                best, best_start, best_end, least = unique, start, end, share + len(unique) * 4e-6
    return best, best_start, best_end


def _share(words: Iterable[str]) -> float:
    return sum(map(_frequency, words))


def stays(char: str) -> bool:
    """Whether the scan keeps a character: it drops all punctuation before it looks."""
    return char.isalnum() or char == "+"


def _frequency(word: str) -> float:
    """In which share of everyday shop chat a literal is met; what is not met there is rarer the longer it is."""
    met, sentences = everyday()
    seen = (
        met[word]
        if len(word) <= _LONGEST_COUNTED
        else min(met[word[:_LONGEST_COUNTED]], met[word[-_LONGEST_COUNTED:]])
    )
    return seen / sentences if seen else (0.0015 if len(word) == 1 else 0.0004 / len(word))


@cache
def everyday() -> tuple[Counter[str], int]:
    """How often every run of a few characters is met in everyday.txt, and how many sentences that has."""
    sentences = (Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8").split()
    met: Counter[str] = Counter()
    for sentence in sentences:
        for length in range(1, _LONGEST_COUNTED + 1):
            met.update(sentence[at : at + length] for at in range(len(sentence) - length + 1))
    return met, len(sentences)


def shortest(words: Iterable[str]) -> list[str]:
    """Those words that hold no other of them: whoever finds these finds a part of every word."""
    kept: set[str] = set()
    for word in sorted(words, key=lambda word: (len(word), word)):
        parts = {word[at:end] for at in range(len(word)) for end in range(at + 1, len(word) + 1)}
        if word and not kept & parts:
            kept.add(word)
    return sorted(kept)
