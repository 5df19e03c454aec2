"""Find the words of the lexicons in single texts: which of them stand there, and which are meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add

from pipeline.text.context import Found, Text, find_in
from pipeline.text.lexicon import Form, Lexicon, Lexicons, Term
from pipeline.text.normalise import normalise

_LONG_NUMBER = re.compile(r"[0-9]{6,}")


def find_in_texts(texts: Sequence[str], roles: Sequence[str], lexicons: Lexicons) -> list[list[Found]]:
    """The hits of each text, for callers without a table; wanted wording is not looked for."""
    finder = finder_of(lexicons)
    found = finder.find(dict.fromkeys(texts))
    return [
        [hit for hit in found.get(text, ()) if role in finder.lexicon(lexicons.terms[hit.term]).roles]
        for text, role in zip(texts, roles, strict=True)
    ]


class Finder:
    """The tables that a search needs, derived from the lexicons once."""

    def __init__(self, lexicons: Lexicons) -> None:
        self.lexicons = lexicons
        self.wholes: dict[str, list[int]] = {}
        self.terms_of_form: dict[int, list[int]] = {}
        for no, term in enumerate(lexicons.terms):
            if self.lexicon(term).purpose == "wanted":
                continue
            for word in term.wholes:
                self.wholes.setdefault(word, []).append(no)
            for form in term.forms:
                self.terms_of_form.setdefault(form, []).append(no)

    @cached_property
    def risk_index(self) -> AnchorIndex:
        """Of the forms of terms: asked where no scan went before."""
        return AnchorIndex({form: self.lexicons.forms[form] for form in self.terms_of_form})

    @cached_property
    def index(self) -> AnchorIndex:
        """Of all forms, those of contexts too: asked only where a word stands."""
        return AnchorIndex(dict(enumerate(self.lexicons.forms)))

    def lexicon(self, term: Term) -> Lexicon:
        """The lexicon of a term."""
        return self.lexicons.lexicons[term.lexicon]

    def find(self, texts: Mapping[str, Collection[int] | None]) -> dict[str, list[Found]]:
        """The hits of each text that has any; with each text the forms it may hold, None where all may."""
        found: dict[str, list[Found]] = {}
        known: dict[str, list[Found]] = {}
        for text, forms in texts.items():
            # texts that differ in an order number only have the same hits in the same places
            key = _LONG_NUMBER.sub(lambda run: "8" * len(run[0]), text)
            hits = known.get(key)
            if hits is None:
                hits = known[key] = self._hits(key, forms)
            if hits:
                found[text] = hits
        return found

    def _hits(self, text: str, forms: Collection[int] | None) -> list[Found]:
        normal = normalise(text)
        risky = self.risk_index.forms_in(normal.text) if forms is None else forms
        return find_in(Text(normal, self.index, self.lexicons), risky, self.terms_of_form, self.wholes)


class AnchorIndex:
    """Finds which forms can stand in a text: one of their anchors does, and one of their second words."""

    def __init__(self, forms: Mapping[int, Form]) -> None:
        found: dict[str, list[int]] = {}
        lengths: dict[str, set[int]] = {}
        for no, form in forms.items():
            for word in form.anchors:
                found.setdefault(word, []).append(no)
                if len(word) > 2:
                    lengths.setdefault(word[:3], set()).add(len(word))
        self._forms = forms
        self._of_word = {word: tuple(numbers) for word, numbers in found.items()}
        self._lengths = {start: tuple(found) for start, found in lengths.items()}
        self._anchors: dict[int, frozenset[str]] = {}

    def forms_in(self, text: str) -> list[int]:
        """The numbers of those forms."""
        words = self.words_in(text)
        met = {form for word in words for form in self._of_word[word]}
        return [form for form in met if self.may_hold(text, words, form)]

    def words_in(self, text: str) -> set[str]:
        """The anchors that stand in the text."""
        known, lengths = self._of_word, self._lengths
        words = known.keys() & {*text, *map(add, text, text[1:])}
        for at in range(len(text) - 2):
            for length in lengths.get(text[at : at + 3], ()):
                word = text[at : at + length]
                if word in known:
                    words.add(word)
        return words

    def may_hold(self, text: str, words: set[str], form: int) -> bool:
        """Whether one of the form's anchors is among the words and one of its second words, if any, in the text."""
        anchors = self._anchors.get(form)
        if anchors is None:
            anchors = self._anchors[form] = frozenset(self._forms[form].anchors)
        if anchors.isdisjoint(words):
            return False
        also = self._forms[form].also
        return not also or any(word in text for word in also)


@dataclass(frozen=True, slots=True)
class _ByFingerprint:
    lexicons: Lexicons

    def __hash__(self) -> int:
        return hash(self.lexicons.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByFingerprint) and other.lexicons.fingerprint == self.lexicons.fingerprint


@lru_cache(maxsize=4)
def _finder(holder: _ByFingerprint) -> Finder:
    return Finder(holder.lexicons)


def finder_of(lexicons: Lexicons) -> Finder:
    """The finder of these lexicons, built once."""
    return _finder(_ByFingerprint(lexicons))
