"""Find the words of the lexicons in single texts: which of them stand there, and which are meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add

from pipeline.text.context import Found, Meant, Text, find_in
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
        self._meant = _Meanings(lexicons)

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
        return find_in(Text(normal, self.index, self.lexicons), risky, self.terms_of_form, self.wholes, self._meant)


class _Meanings(dict[int, Meant]):
    """The contexts of terms as sets, each made when first asked for."""

    def __init__(self, lexicons: Lexicons) -> None:
        super().__init__()
        self._terms = lexicons.terms

    def __missing__(self, number: int) -> Meant:
        found = self[number] = Meant.by(self._terms[number].context)
        return found


class AnchorIndex:
    """Finds which forms can stand in a text: one of their anchors does, and one of their second words."""

    def __init__(self, forms: Mapping[int, Form]) -> None:
        found: dict[str, set[int]] = {}
        lengths: dict[str, set[int]] = {}  # by the first two characters: how long longer words are that begin so
        for no, form in forms.items():
            for word in form.anchors:
                found.setdefault(word, set()).add(no)
                if len(word) > 1:
                    lengths.setdefault(word[:2], set()).add(len(word))
        self._forms, self._of_word = forms, found
        self._single = frozenset(word for word in found if len(word) == 1)
        self._lengths = {start: tuple(found) for start, found in lengths.items()}

    def forms_in(self, text: str) -> list[int]:
        """The numbers of those forms."""
        return [form for form in self.near_forms(text) if self.may_hold(text, form)]

    def near_forms(self, text: str) -> set[int]:
        """The forms of which an anchor stands in the text."""
        known, lengths = self._of_word, self._lengths
        near: set[int] = set()
        for char in self._single.intersection(text):
            near |= known[char]
        for pair in lengths.keys() & set(map(add, text, text[1:])):
            at = text.find(pair)
            while at >= 0:
                for length in lengths[pair]:
                    forms = known.get(text[at : at + length])
                    if forms:
                        near |= forms
                at = text.find(pair, at + 1)
        return near

    def may_hold(self, text: str, form: int) -> bool:
        """Whether one of the form's second words, if any, stands in a text that has one of its anchors."""
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
