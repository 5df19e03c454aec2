"""Decide, for one text, which of the words that stand in it count: context, quoting, negation, benign uses."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pipeline.text.forms import CLAUSE_END, CLAUSE_START, SENTENCE_END
from pipeline.text.lexicon import Context, Lexicons, Term
from pipeline.text.normalise import Normal

_REACH = 12  # how far before and after look, in characters
_NEGATION_REACH = 8
_QUOTE_REACH = 10
_CLAUSE_ENDS = frozenset(CLAUSE_END.replace("\\n", "\n"))
_CLAUSE_END = re.compile(f"[{CLAUSE_END}]")
_SENTENCE_ENDS = frozenset(SENTENCE_END.replace("\\n", "\n"))
_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"', "《": "》"}
_ADDRESSING = frozenset("跟和给对向替")
_TRIM = " ,.。!;:~…、()[]*-"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit in a text: characters start to end (exclusive) of the text as given."""

    term: int
    start: int
    end: int
    whole: bool


class Anchored(Protocol):
    """Knows which forms can stand in a text."""

    def near_forms(self, text: str) -> set[int]:
        """The forms of which a word stands there."""

    def may_hold(self, text: str, form: int) -> bool:
        """Whether the text, which has a word of the form, has one of its second words too."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The forms that a term's context asks for."""

    benign: frozenset[int]
    negated_before: frozenset[int]
    negated_after: frozenset[int]
    unless: tuple[frozenset[int], ...]  # before, after, near, message
    needs: tuple[frozenset[int], ...]
    spoils: frozenset[int]  # all that speak against the term

    @staticmethod
    def by(context: Context) -> Meant:
        """The forms of a context as sets."""
        named = {name: frozenset(getattr(context, name)) for name in Context.__slots__}
        spoils = frozenset().union(*(forms for name, forms in named.items() if not name.startswith("needs")))
        unless, needs = (
            tuple(named[f"{kind}_{where}"] for where in ("before", "after", "near", "message"))
            for kind in ("unless", "needs")
        )
        return Meant(named["benign"], named["negated_before"], named["negated_after"], unless, needs, spoils)


class Text:
    """One normalised text while its words are looked at."""

    def __init__(self, normal: Normal, index: Anchored, lexicons: Lexicons) -> None:
        self.normal, self.text = normal, normal.text
        self._index = index
        self._near: set[int] | None = None  # the forms that may stand here, once a context is asked for
        self.lexicons = lexicons
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self._ends: tuple[list[int], list[int]] | None = None

    def spans(self, form: int) -> list[tuple[int, int]]:
        """Where a form stands in the text."""
        found = self._spans.get(form)
        if found is None:
            found = self._spans[form] = self._find(form)
        return found

    def _find(self, form: int) -> list[tuple[int, int]]:
        if not self._index.may_hold(self.text, form):
            return []
        expression = self.lexicons.expressions[form]
        lead = 1 if expression.pattern.startswith(CLAUSE_START) else 0
        matches = expression.finditer(self.text)
        found = [(match.end(1) if lead else match.start(), match.end()) for match in matches]
        return [span for span in found if span[0] < span[1]]

    def _present(self, forms: Collection[int]) -> set[int]:
        """Those of the forms that may stand here."""
        if self._near is None:
            self._near = self._index.near_forms(self.text)
        return self._near.intersection(forms)

    def _clauses_and_sentences(self) -> tuple[list[int], list[int]]:
        if self._ends is None:
            clauses = [found.start() for found in _CLAUSE_END.finditer(self.text)]
            self._ends = clauses, [at for at in clauses if self.text[at] in _SENTENCE_ENDS]
        return self._ends

    def counts(self, term: Term, meant: Meant, form: int, start: int, end: int) -> bool:
        """Whether the term, standing at start to end in one of its forms, is meant as the lexicon means it."""
        pattern = self.lexicons.forms[form].pattern
        clauses, sentences = self._clauses_and_sentences()
        left, right = self._around(sentences, start, end)
        before, after = max(left, start - _REACH), min(right, end + _REACH)
        if self._present(meant.spoils):
            if self._any(
                meant.benign,
                lambda s, e: s < end and start < e and (s < start or e > end or (s, e) == (start, end)),
            ):
                return False
            negated_from = max(self._around(clauses, start, end)[0], start - _NEGATION_REACH)
            # inside the hit a negation counts in a gap (加不了微信), not where the form itself has it (永不褪色)
            if self._any(
                meant.negated_before,
                lambda s, e: negated_from <= s and (e <= start or (e <= end and self.text[s:e] not in pattern)),
            ):
                return False
            if self._any(meant.negated_after, lambda s, e: start < s and e <= after and e > end - 2):
                return False
            reach = (before, end), (end, after), (left, right), (0, len(self.text))  # before: in its gap too
            for forms, (low, high) in zip(meant.unless, reach, strict=True):
                if forms and self._any(forms, partial(_within, low, high)):
                    return False
        reach = (before, start), (end, after), (left, right), (0, len(self.text))
        for forms, (low, high) in zip(meant.needs, reach, strict=True):
            if forms and not self._any(forms, partial(_within, low, high)):
                return False
        if term.tier == "allowed_with_proof" and self._any(self.lexicons.proof, lambda s, e: True):
            return False
        return not (self.lexicons.lexicons[term.lexicon].quoting and self.is_quoted(start, end))

    def is_quoted(self, start: int, end: int) -> bool:
        """The words are the buyer's, said back: 您说的…, 您评价里的“…”."""
        left = self._around(self._clauses_and_sentences()[1], start, end)[0]
        opening = max((self.text.rfind(mark, left, start) for mark in _QUOTES), default=-1)
        if opening >= 0:
            closing = self.text.find(_QUOTES[self.text[opening]], end - 1)
            if closing < 0 or self.text.find(_QUOTES[self.text[opening]], opening + 1, start) >= 0:
                opening = -1
            elif self._any(
                self.lexicons.quoting,
                lambda s, e: (opening - _REACH <= s and e <= opening) or closing <= s <= closing + 6,
            ):
                return True
        clause_before = max(left, start - _QUOTE_REACH)
        return self._any(  # 跟您说 is the agent's own word; what the next clause says quotes nothing
            self.lexicons.quoting,
            lambda s, e: (clause_before <= s and e <= start and self.text[s - 1 : s] not in _ADDRESSING)
            or (end <= s <= end + 1 and self.text[end:s] not in _CLAUSE_ENDS),
        )

    def _any(self, forms: Collection[int], test: Callable[[int, int], bool]) -> bool:
        return any(test(start, end) for form in self._present(forms) for start, end in self.spans(form))

    def _around(self, ends: list[int], start: int, end: int) -> tuple[int, int]:
        """From after the last end before `start` to the first end after `end`."""
        before = bisect_left(ends, start)
        after = bisect_left(ends, end)
        return (ends[before - 1] + 1 if before else 0), (ends[after] if after < len(ends) else len(self.text))


def _within(low: int, high: int, start: int, end: int) -> bool:
    return low <= start and end <= high


def find_in(
    text: Text,
    risky: Collection[int],
    terms_of_form: Mapping[int, Sequence[int]],
    wholes: Mapping[str, list[int]],
    meant: Mapping[int, Meant],
) -> list[Found]:
    """Every hit of the risky forms in a text, the longest of each lexicon where several overlap."""
    lexicons = text.lexicons
    candidates: list[tuple[str, int, int, int]] = []
    for form in risky:
        if lexicons.expressions[form].search(text.text) is None:
            continue
        for number in terms_of_form[form]:
            term = lexicons.terms[number]
            candidates += [
                (term.lexicon, start, end, number)
                for start, end in text.spans(form)
                if text.counts(term, meant[number], form, start, end)
            ]
    trimmed = text.text.strip(_TRIM) or text.text.strip()[:1]  # nothing but punctuation is a message too
    if trimmed not in wholes:
        trimmed = trimmed.strip("?") or trimmed  # 嗯? is 嗯, but ? is itself
    for number in wholes.get(trimmed, ()):
        start = text.text.index(trimmed) if trimmed else 0
        candidates.append((lexicons.terms[number].lexicon, start, start + len(trimmed), number))
    said = {lexicon for lexicon, *_ in candidates}
    candidates = [hit for hit in candidates if said.isdisjoint(lexicons.lexicons[hit[0]].yields_to)]
    if not candidates:
        return []
    found: list[Found] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for lexicon, start, end, number in sorted(candidates, key=lambda c: (c[0], c[1] - c[2], c[1], c[3])):
        spans = taken.setdefault(lexicon, [])
        if any(start < e and s < end for s, e in spans):
            continue
        spans.append((start, end))
        source_start, source_end = text.normal.source_span(start, end)
        whole = text.text.strip(_TRIM + "?") == text.text[start:end].strip(_TRIM + "?")
        found.append(Found(number, source_start, source_end, whole))
    return sorted(found, key=lambda hit: (hit.start, hit.end, hit.term))
