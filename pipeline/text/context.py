"""Decide, for one text, which of the words that stand in it count: context, quoting, negation, benign uses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.text.forms import CLAUSE_END, SENTENCE_END
from pipeline.text.lexicon import Lexicons, Term
from pipeline.text.normalise import Normal

_REACH = 12  # how far before and after look, in characters
_NEGATION_REACH = 8
_QUOTE_REACH = 10
_CLAUSE_ENDS = frozenset(CLAUSE_END.replace("\\n", "\n"))
_SENTENCE_ENDS = frozenset(SENTENCE_END.replace("\\n", "\n"))
_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"', "《": "》"}
_TRIM = " ,.。!;:~…、()[]*-"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit in a text: characters start to end (exclusive) of the text as given."""

    term: int
    start: int
    end: int
    whole: bool


class Text:
    """One normalised text while its words are looked at."""

    def __init__(self, normal: Normal, anchored: Collection[int], lexicons: Lexicons) -> None:
        self.normal, self.text = normal, normal.text
        self._anchored = anchored  # forms one of whose anchors stands in the text
        self._lexicons = lexicons
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self._clauses = [at for at, char in enumerate(self.text) if char in _CLAUSE_ENDS]
        self._sentences = [at for at in self._clauses if self.text[at] in _SENTENCE_ENDS]

    def spans(self, form: int) -> list[tuple[int, int]]:
        """Where a form stands in the text."""
        if form not in self._anchored:
            return []
        found = self._spans.get(form)
        if found is None:
            matches = self._lexicons.expressions[form].finditer(self.text)
            found = self._spans[form] = [match.span() for match in matches if match.end() > match.start()]
        return found

    def counts(self, term: Term, form: int, start: int, end: int) -> bool:
        """Whether the term, standing at start to end in one of its forms, is meant as the lexicon means it."""
        context, pattern = term.context, self._lexicons.forms[form].pattern
        left, right = self._around(self._sentences, start, end)
        before, after = max(left, start - _REACH), min(right, end + _REACH)
        if self._any(context.benign, lambda s, e: s < end and start < e and (s < start or e > end or (s, e) == (start, end))):
            return False
        clause = self._around(self._clauses, start, end)[0]
        negated_from = max(clause, start - _NEGATION_REACH)
        # inside the hit a negation counts in a gap (加不了微信), not where the form itself has it (永不褪色)
        if self._any(
            context.negated_before,
            lambda s, e: negated_from <= s and (e <= start or (e <= end and self.text[s:e] not in pattern)),
        ):
            return False
        if self._any(context.negated_after, lambda s, e: start < s and e <= after and e > end - 2):
            return False
        for forms, low, high, wanted in (
            (context.unless_before, before, end, False),  # or inside the hit, in its gap
            (context.unless_after, end, after, False),
            (context.unless_near, left, right, False),
            (context.unless_message, 0, len(self.text), False),
            (context.needs_before, before, start, True),
            (context.needs_after, end, after, True),
            (context.needs_near, left, right, True),
            (context.needs_message, 0, len(self.text), True),
        ):
            if forms and self._any(forms, lambda s, e, low=low, high=high: low <= s and e <= high) is not wanted:
                return False
        if term.tier == "allowed_with_proof" and self._any(self._lexicons.proof, lambda s, e: True):
            return False
        return not (self._lexicons.lexicons[term.lexicon].quoting and self.is_quoted(start, end))

    def is_quoted(self, start: int, end: int) -> bool:
        """The words are the buyer's, said back: 您说的…, 您评价里的“…”."""
        left, right = self._around(self._sentences, start, end)
        opening = max((self.text.rfind(mark, left, start) for mark in _QUOTES), default=-1)
        if opening >= 0:
            closing = self.text.find(_QUOTES[self.text[opening]], end - 1)
            if closing < 0 or self.text.find(_QUOTES[self.text[opening]], opening + 1, start) >= 0:
                opening = -1
            elif self._any(
                self._lexicons.quoting, lambda s, e: (opening - _REACH <= s and e <= opening) or closing <= s <= closing + 6
            ):
                return True
        clause_before = max(left, start - _QUOTE_REACH)
        return self._any(self._lexicons.quoting, lambda s, e: (clause_before <= s and e <= start) or (end <= s <= end + 1))

    def _any(self, forms: Collection[int], test: object) -> bool:
        return any(test(start, end) for form in forms for start, end in self.spans(form))  # type: ignore[operator]

    def _around(self, ends: list[int], start: int, end: int) -> tuple[int, int]:
        """From after the last end before `start` to the first end after `end`."""
        before = bisect_left(ends, start)
        after = bisect_left(ends, end)
        return (ends[before - 1] + 1 if before else 0), (ends[after] if after < len(ends) else len(self.text))


def find_in(text: Text, terms: Iterator[int], lexicons: Lexicons, wholes: dict[str, list[int]]) -> list[Found]:
    """Every hit of the given terms, the longest of each lexicon where several overlap."""
    candidates: list[tuple[str, int, int, int]] = []
    for number in terms:
        term = lexicons.terms[number]
        for form in term.forms:
            for start, end in text.spans(form):
                if text.counts(term, form, start, end):
                    candidates.append((term.lexicon, start, end, number))
    trimmed = text.text.strip(_TRIM) or text.text.strip()[:1]  # nothing but punctuation is a message too
    if trimmed not in wholes:
        trimmed = trimmed.strip("?") or trimmed  # 嗯? is 嗯, but ? is itself
    for number in wholes.get(trimmed, ()):
        start = text.text.index(trimmed) if trimmed else 0
        candidates.append((lexicons.terms[number].lexicon, start, start + len(trimmed), number))
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
