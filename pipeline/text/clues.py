"""Read out of a form's expression what surely stands in a squeezed text that holds the form, and how far apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.text.anchors import everyday
from pipeline.text.forms import CLAUSE_START, CLAUSE_STOP
from pipeline.text.parts import LONGEST, MOST, Choice, Letter, OneOf, Part, Words, length_of, parts_of
from pipeline.text.variants import TOO_COMMON

_MORE = 3  # clues of a form beside the first
# what one more word costs, in shares of texts
_WORD = 1e-5
_RARE, _FEW = 0.001, 20  # so rare and more words than this: longer words of a place are not tried
_TELLING = 0.9  # what more texts than this have tells nothing

CLAUSE_BEGINS, CLAUSE_ENDS = Words("^"), Words("$")


class _TooMany(Exception):
    """More words than are worth to be kept."""


@dataclass(frozen=True, slots=True)
class Clue:
    """Words of which one stands at a place of the form: begins there or, backward, ends there."""

    words: Words  # or CLAUSE_BEGINS, CLAUSE_ENDS
    backward: bool
    low: int = 0  # how many letters after the place of the first clue, at least and at most
    high: int = 0


@dataclass(frozen=True, slots=True)
class _Window:
    words: Words
    backward: bool
    place: int  # before which node
    covers: frozenset[int]
    share: float


def clues_of(pattern: str) -> list[Clue]:
    """The rarest words that a form has somewhere, then rare ones elsewhere; none if nothing is sure."""
    nodes = parts_of(pattern)
    windows = sorted(_windows(nodes), key=lambda window: window.share)
    if not windows:
        return []
    first, *others = windows
    clues, covered = [Clue(first.words, first.backward)], first.covers
    for window in others:
        if window.share > _TELLING or len(clues) > _MORE:
            break
        if not window.covers & covered:
            clues.append(Clue(window.words, window.backward, *_distance(nodes, first.place, window.place)))
            covered |= window.covers
    if pattern.startswith(CLAUSE_START):
        clues.append(Clue(CLAUSE_BEGINS, False, *_distance(nodes, first.place, 0)))
    if pattern.endswith(CLAUSE_STOP):
        clues.append(Clue(CLAUSE_ENDS, False, *_distance(nodes, first.place, len(nodes))))
    return [clues[0], *sorted(clues[1:], key=lambda clue: clue.high - clue.low)]


def _distance(nodes: Sequence[Part], first: int, other: int) -> tuple[int, int]:
    low, high = length_of(nodes[min(first, other) : max(first, other)])
    return (-high, -low) if other < first else (low, high)


def _windows(nodes: Sequence[Part]) -> Iterator[_Window]:
    for backward in (False, True):
        for place in range(len(nodes) + 1):
            numbers = range(place - 1, -1, -1) if backward else range(place, len(nodes))
            best: _Window | None = None
            for longest in range(2, LONGEST + 1):
                if best and best.share < _RARE and len(best.words) > _FEW:
                    break
                try:
                    found, seen = _beginnings(nodes, numbers, longest, backward)
                except _TooMany:
                    break
                if not found or "" in found:
                    break
                words = frozenset(_without_longer(found))
                share = sum(map(often, (word[::-1] if backward else word for word in words))) + len(words) * _WORD
                if best is None or share < best.share:
                    real = frozenset(word[::-1] for word in words) if backward else words
                    best = _Window(real, backward, place, frozenset(seen), share)
            if best:
                yield best


def _beginnings(
    nodes: Sequence[Part], numbers: Iterable[int], longest: int, backward: bool
) -> tuple[set[str], set[int]]:
    growing, done, seen = {""}, set[str](), set[int]()
    for number in numbers:
        seen.add(number)
        growing, stopped = _grow(growing, nodes[number], longest, backward)
        done |= stopped
        growing -= done  # what goes on from there begins with a word that is done
        if not growing or "" in done:
            break
    return done | growing, seen


def _grow(growing: set[str], node: Part, longest: int, backward: bool) -> tuple[set[str], set[str]]:
    """What words become by a node: those that may grow on, and those that are at their end."""
    if isinstance(node, Letter):
        if node.letters is None:
            return set(), growing
        if len(growing) * len(node.letters) > MOST:
            raise _TooMany
        longer = {word + letter for word in growing for letter in node.letters}
        done = {word for word in longer if len(word) >= longest}
        return (longer - done) | (growing if node.optional else set()), done
    if isinstance(node, OneOf):
        words = node.reversed if backward else node.words
        if len(growing) * len(words) > 4 * MOST:
            raise _TooMany
        longer = {(word + more)[:longest] for word in growing for more in words}
        done = {word for word in longer if len(word) == longest}
        if len(longer) > MOST:
            raise _TooMany
        return longer - done, done
    if isinstance(node, Choice):
        grown, done = set[str](), set[str]()
        for option in node.options:
            more, stopped = _grow_all(growing, option, longest, backward)
            grown |= more
            done |= stopped
        if len(grown) + len(done) > MOST:
            raise _TooMany
        return grown, done
    done = set()
    for _ in range(min(node.low, longest)):
        growing, stopped = _grow_all(growing, node.inner, longest, backward)
        done |= stopped
    reached = set(growing)
    for _ in range(min(node.high - node.low, longest)):
        growing, stopped = _grow_all(growing, node.inner, longest, backward)
        done |= stopped
        if growing <= reached:
            break
        reached |= growing
    return reached, done


def _grow_all(
    growing: set[str], nodes: Sequence[Part], longest: int, backward: bool
) -> tuple[set[str], set[str]]:
    done: set[str] = set()
    for node in reversed(nodes) if backward else nodes:
        if not growing:
            break
        growing, stopped = _grow(growing, node, longest, backward)
        done |= stopped
        if len(growing) + len(done) > MOST:
            raise _TooMany
    return growing, done


def _without_longer(words: set[str]) -> Iterator[str]:
    """The words that do not begin with another of them."""
    if len({len(word) for word in words}) == 1:
        yield from words
        return
    for word in words:
        if not any(word[:size] in words for size in range(1, len(word))):
            yield word


@cache
def often(word: str) -> float:
    """In which share of short shop messages a word is met; of one not met there, what its letters let expect."""
    met, sentences = everyday()
    seen = met[word] / sentences
    if len(word) == 1:
        return max(seen, 0.02 if word in TOO_COMMON else 0.003)
    return max(seen, 0.3 * often(word[:-1]) * often(word[-1]))
