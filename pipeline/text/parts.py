"""Take an expression apart into what stands in it one after another, marks and blanks left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.text.anchors import stays

MOST = 1000  # words that one place of a form may begin with
LONGEST = 4  # letters of a word that are looked at
FAR = 1 << 20  # anywhere in the text

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter; None: any. It may be a mark, which a squeezed text has not."""

    letters: frozenset[str] | None
    optional: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words, perhaps none: what most choices are."""

    words: Words
    reversed: Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some runs of parts."""

    options: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A run of parts, so many times."""

    inner: tuple[Part, ...]
    low: int
    high: int


Part = Letter | OneOf | Choice | Repeat


def parts_of(pattern: str) -> tuple[Part, ...]:
    """The parts of an expression; what it only looks at around itself is none."""
    return _parts(re._parser.parse(pattern))  # type: ignore[attr-defined]


def _length(node: Part) -> tuple[int, int]:
    """Letters at least and at most."""
    if isinstance(node, Letter):
        return 0 if node.optional or node.letters is None else 1, 0 if node.letters == frozenset() else 1
    if isinstance(node, OneOf):
        return min(map(len, node.words)), max(map(len, node.words))
    if isinstance(node, Choice):
        lengths = [length_of(option) for option in node.options]
        return min(low for low, _ in lengths), max(high for _, high in lengths)
    low, high = length_of(node.inner)
    return low * node.low, min(high * node.high, FAR)


def length_of(nodes: Sequence[Part]) -> tuple[int, int]:
    """Letters at least and at most."""
    lengths = [_length(node) for node in nodes]
    return sum(low for low, _ in lengths), sum(high for _, high in lengths)


def _parts(tree: Any) -> tuple[Part, ...]:
    nodes: list[Part] = []
    word = ""
    for op, argument in tree:
        for node in _part(str(op), argument):
            if isinstance(node, Letter) and not node.optional and node.letters and len(node.letters) == 1:
                word += next(iter(node.letters))
                if len(word) == LONGEST:
                    nodes += _word(word)
                    word = ""
            else:
                nodes += [*_word(word), node]
                word = ""
    return (*nodes, *_word(word))


def _word(word: str) -> list[Part]:
    return [OneOf(frozenset({word}), frozenset({word[::-1]}))] if word else []


def _part(op: str, argument: Any) -> list[Part]:
    if op == "LITERAL":
        return [Letter(frozenset({chr(argument)}), False)] if stays(chr(argument)) else []
    if op == "IN":
        return [_one_of(argument)]
    if op in ("ANY", "NOT_LITERAL"):
        return [Letter(None, True)]
    if op == "BRANCH":
        return [_plainer(Choice(tuple(_parts(option) for option in argument[1])))]
    if op == "SUBPATTERN":
        return list(_parts(argument[-1]))
    if op == "ATOMIC_GROUP":
        return list(_parts(argument))
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = argument
        return [_plainer(Repeat(_parts(inner), int(low), min(int(high), FAR)))]
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return []  # what stands around is not looked at
    raise ValueError(op)


def _plainer(node: Part) -> Part:
    words = _spelt(node)
    return node if words is None else OneOf(frozenset(words), frozenset(word[::-1] for word in words))


def _spelt(node: Part) -> set[str] | None:
    """All words that a node can be, if they are few."""
    if isinstance(node, OneOf):
        return set(node.words)
    if isinstance(node, Letter):
        return None if node.letters is None else {*node.letters, *([""] if node.optional else [])}
    if isinstance(node, Repeat):
        inner = _spelt_all(node.inner) if node.high == 1 else None
        return None if inner is None else inner | ({""} if node.low == 0 else set())
    options = [_spelt_all(option) for option in node.options]
    words = None if None in options else set[str]().union(*(option for option in options if option))
    return words if words and len(words) <= MOST else None


def _spelt_all(nodes: Sequence[Part]) -> set[str] | None:
    words = {""}
    for node in nodes:
        more = _spelt(node)
        if more is None or len(words) * len(more) > MOST:
            return None
        words = {word + part for word in words for part in more}
    return words


def _one_of(argument: Any) -> Letter:
    letters: set[str] = set()
    for op, value in argument:
        name = str(op)
        if name == "LITERAL":
            letters.add(chr(value))
        elif name == "RANGE":
            letters.update(map(chr, range(value[0], value[1] + 1)))
        elif name == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
            letters.update("0123456789")
        elif name == "CATEGORY" and str(value) == "CATEGORY_SPACE":
            letters.add(" ")
        else:
            return Letter(None, True)
        if len(letters) > MOST:
            return Letter(None, True)
    kept = frozenset(filter(stays, letters))
    return Letter(kept, len(kept) < len(letters))
