"""Read out of a form's expression what surely stands in a squeezed text that holds the form, and how far apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.text.anchors import everyday, stays
from pipeline.text.forms import CLAUSE_START, CLAUSE_STOP
from pipeline.text.variants import TOO_COMMON

_MOST = 1000  # words that one place of a form may begin with
LONGEST = 4  # letters of a word that are looked at
FAR = 1 << 20  # anywhere in the text
_MORE = 3  # clues of a form beside the first
# what one more word costs, in shares of texts
_WORD = 1e-5
_RARE, _FEW = 0.001, 20  # so rare and more words than this: longer words of a place are not tried
_TELLING = 0.9  # what more texts than this have tells nothing

Words = frozenset[str]


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
class _Letter:
    """One letter; None: any. It may be a mark, which a squeezed text has not."""

    letters: frozenset[str] | None
    optional: bool


@dataclass(frozen=True, slots=True)
class _OneOf:
    """One of some words, perhaps none: what most choices are."""

    words: Words
    reversed: Words


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[tuple[_Node, ...], ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    inner: tuple[_Node, ...]
    low: int
    high: int


_Node = _Letter | _OneOf | _Choice | _Repeat


@dataclass(frozen=True, slots=True)
class _Window:
    words: Words
    backward: bool
    place: int  # before which node
    covers: frozenset[int]
    share: float


def clues_of(pattern: str) -> list[Clue]:
    """The rarest words that a form has somewhere, then rare ones elsewhere; none if nothing is sure."""
    nodes = _nodes(re._parser.parse(pattern))  # type: ignore[attr-defined]
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


def _distance(nodes: Sequence[_Node], first: int, other: int) -> tuple[int, int]:
    low, high = _length_of(nodes[min(first, other) : max(first, other)])
    return (-high, -low) if other < first else (low, high)


def _windows(nodes: Sequence[_Node]) -> Iterator[_Window]:
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
    nodes: Sequence[_Node], numbers: Iterable[int], longest: int, backward: bool
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


def _grow(growing: set[str], node: _Node, longest: int, backward: bool) -> tuple[set[str], set[str]]:
    """What words become by a node: those that may grow on, and those that are at their end."""
    if isinstance(node, _Letter):
        if node.letters is None:
            return set(), growing
        if len(growing) * len(node.letters) > _MOST:
            raise _TooMany
        longer = {word + letter for word in growing for letter in node.letters}
        done = {word for word in longer if len(word) >= longest}
        return (longer - done) | (growing if node.optional else set()), done
    if isinstance(node, _OneOf):
        words = node.reversed if backward else node.words
        if len(growing) * len(words) > 4 * _MOST:
            raise _TooMany
        longer = {(word + more)[:longest] for word in growing for more in words}
        done = {word for word in longer if len(word) == longest}
        if len(longer) > _MOST:
            raise _TooMany
        return longer - done, done
    if isinstance(node, _Choice):
        grown, done = set[str](), set[str]()
        for option in node.options:
            more, stopped = _grow_all(growing, option, longest, backward)
            grown |= more
            done |= stopped
        if len(grown) + len(done) > _MOST:
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
    growing: set[str], nodes: Sequence[_Node], longest: int, backward: bool
) -> tuple[set[str], set[str]]:
    done: set[str] = set()
    for node in reversed(nodes) if backward else nodes:
        if not growing:
            break
        growing, stopped = _grow(growing, node, longest, backward)
        done |= stopped
        if len(growing) + len(done) > _MOST:
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


def _length(node: _Node) -> tuple[int, int]:
    """Letters at least and at most."""
    if isinstance(node, _Letter):
        return 0 if node.optional or node.letters is None else 1, 0 if node.letters == frozenset() else 1
    if isinstance(node, _OneOf):
        return min(map(len, node.words)), max(map(len, node.words))
    if isinstance(node, _Choice):
        lengths = [_length_of(option) for option in node.options]
        return min(low for low, _ in lengths), max(high for _, high in lengths)
    low, high = _length_of(node.inner)
    return low * node.low, min(high * node.high, FAR)


def _length_of(nodes: Sequence[_Node]) -> tuple[int, int]:
    lengths = [_length(node) for node in nodes]
    return sum(low for low, _ in lengths), sum(high for _, high in lengths)


def _nodes(tree: Any) -> tuple[_Node, ...]:
    nodes: list[_Node] = []
    word = ""
    for op, argument in tree:
        for node in _node(str(op), argument):
            if isinstance(node, _Letter) and not node.optional and node.letters and len(node.letters) == 1:
                word += next(iter(node.letters))
                if len(word) == LONGEST:
                    nodes += _word(word)
                    word = ""
            else:
                nodes += [*_word(word), node]
                word = ""
    return (*nodes, *_word(word))


def _word(word: str) -> list[_Node]:
    return [_OneOf(frozenset({word}), frozenset({word[::-1]}))] if word else []


def _node(op: str, argument: Any) -> list[_Node]:
    if op == "LITERAL":
        return [_Letter(frozenset({chr(argument)}), False)] if stays(chr(argument)) else []
    if op == "IN":
        return [_one_of(argument)]
    if op in ("ANY", "NOT_LITERAL"):
        return [_Letter(None, True)]
    if op == "BRANCH":
        return [_plainer(_Choice(tuple(_nodes(option) for option in argument[1])))]
    if op == "SUBPATTERN":
        return list(_nodes(argument[-1]))
    if op == "ATOMIC_GROUP":
        return list(_nodes(argument))
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = argument
        return [_plainer(_Repeat(_nodes(inner), int(low), min(int(high), FAR)))]
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return []  # what stands around is not looked at
    raise ValueError(op)


def _plainer(node: _Node) -> _Node:
    words = _spelt(node)
    return node if words is None else _OneOf(frozenset(words), frozenset(word[::-1] for word in words))


def _spelt(node: _Node) -> set[str] | None:
    """All words that a node can be, if they are few."""
    if isinstance(node, _OneOf):
        return set(node.words)
    if isinstance(node, _Letter):
        return None if node.letters is None else {*node.letters, *([""] if node.optional else [])}
    if isinstance(node, _Repeat):
        inner = _spelt_all(node.inner) if node.high == 1 else None
        return None if inner is None else inner | ({""} if node.low == 0 else set())
    options = [_spelt_all(option) for option in node.options]
    words = None if None in options else set[str]().union(*(option for option in options if option))
    return words if words and len(words) <= _MOST else None


def _spelt_all(nodes: Sequence[_Node]) -> set[str] | None:
    words = {""}
    for node in nodes:
        more = _spelt(node)
        if more is None or len(words) * len(more) > _MOST:
            return None
        words = {word + part for word in words for part in more}
    return words


@cache
def often(word: str) -> float:
    """In which share of short shop messages a word is met; of one not met there, what its letters let expect."""
    met, sentences = everyday()
    seen = met[word] / sentences
    if len(word) == 1:
        return max(seen, 0.02 if word in TOO_COMMON else 0.003)
    return max(seen, 0.3 * often(word[:-1]) * often(word[-1]))


@cache
def _digits() -> frozenset[str]:
    return frozenset("0123456789")


def _one_of(argument: Any) -> _Letter:
    letters: set[str] = set()
    for op, value in argument:
        name = str(op)
        if name == "LITERAL":
            letters.add(chr(value))
        elif name == "RANGE":
            letters.update(map(chr, range(value[0], value[1] + 1)))
        elif name == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
            letters |= _digits()
        elif name == "CATEGORY" and str(value) == "CATEGORY_SPACE":
            letters.add(" ")
        else:
            return _Letter(None, True)
        if len(letters) > _MOST:
            return _Letter(None, True)
    kept = frozenset(filter(stays, letters))
    return _Letter(kept, len(kept) < len(letters))
