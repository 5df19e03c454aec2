"""Find, for many texts at once, which forms of the lexicons each may hold: most hold none and are passed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.cache import cached
from pipeline.text.alphabet import Places
from pipeline.text.anchors import stays
from pipeline.text.clued import Clued
from pipeline.text.clues import Clue, clues_of
from pipeline.text.find import Finder
from pipeline.text.lexicon import Lexicons
from pipeline.text.parts import FAR, LONGEST

_THREADS = 2
_BYTES = 1_500_000  # looked at together: what they take stays near the processor
_CODE = ("scan.py", "clues.py", "parts.py", "clued.py", "words.py", "alphabet.py")


@dataclass(frozen=True, slots=True)
class Passed:
    """What the scan says of some texts."""

    forms: dict[int, Collection[int] | None]  # by text: the forms it may hold; None: all, it is a strange one
    wanted: dict[str, list[int]]  # by lexicon of wanted wording: the texts that may hold some


class Scan:
    """A text may hold a form if all its clues stand there, as far apart as in the form."""

    def __init__(self, finder: Finder) -> None:
        lexicons = finder.lexicons
        wanted = _wanted(lexicons)
        self._forms, self._wanted = list(finder.terms_of_form), list(wanted)
        self._whole = len(self._forms) + len(wanted)  # stands for a form: the message may be a whole-message term

        def build() -> Clued:
            clues = [
                (no, clues_of(lexicons.forms[form].pattern) + _needed(lexicons, finder.terms_of_form[form]))
                for no, form in enumerate(self._forms)
            ]
            for no, words in enumerate(wanted.values(), start=len(clues)):
                clues.append((no, [Clue(frozenset(word[:LONGEST] for word in words), False)]))
            clues += [(self._whole, _clues_of_whole(word)) for word in finder.wholes if any(map(stays, word))]
            return Clued(clues)

        code = sha256(b"".join(Path(__file__).with_name(name).read_bytes() for name in _CODE)).hexdigest()[:8]
        self._clued = cached("scan", f"{lexicons.fingerprint}-{code}", build, Clued)

    def of(self, texts: pl.Series) -> Passed:
        """Pass over the texts, a part of them on each core; never a form less than a text holds."""
        at_once = _BYTES * len(texts) // (int(texts.str.len_bytes().sum()) + 1) + 1
        starts = range(0, len(texts), at_once)
        passed = Passed({}, {name: [] for name in self._wanted})
        with ThreadPoolExecutor(_THREADS) as pool:
            for start, met in zip(
                starts, pool.map(lambda start: self._clued.met(texts[start : start + at_once]), starts), strict=True
            ):
                self._add(passed, start, *met)
        return passed

    def _add(self, passed: Passed, start: int, texts: Places, forms: Places, strange: Places) -> None:
        risky = (forms < len(self._forms)) | (forms == self._whole)
        found: dict[int, list[int]] = {}
        for text, form in zip((texts[risky] + start).tolist(), forms[risky].tolist(), strict=True):
            met = found.setdefault(text, [])
            if form < len(self._forms):
                met.append(self._forms[form])
        passed.forms.update(found)
        passed.forms.update(dict.fromkeys((strange + start).tolist()))
        for no, listed in enumerate(passed.wanted.values(), start=len(self._forms)):
            listed += (np.union1d(texts[forms == no], strange) + start).tolist()


def _wanted(lexicons: Lexicons) -> dict[str, list[str]]:
    """The anchors of each lexicon of wanted wording."""
    return {
        name: [
            word
            for term in lexicons.terms if term.lexicon == name
            for form in term.forms for word in map(_letters, lexicons.forms[form].anchors)
        ]
        for name, lexicon in lexicons.lexicons.items() if lexicon.purpose == "wanted"
    }  # fmt: skip


def _needed(lexicons: Lexicons, terms: Sequence[int]) -> list[Clue]:
    """The words that the context of a form's only term needs somewhere in the text."""
    context = lexicons.terms[terms[0]].context
    needs = (context.needs_before, context.needs_after, context.needs_near, context.needs_message)
    words = [
        {_letters(word)[:LONGEST] for form in forms for word in lexicons.forms[form].anchors} for forms in needs
    ]
    return [Clue(frozenset(its), False, -FAR, FAR) for its in words if its and "" not in its and len(terms) == 1]


def _clues_of_whole(word: str) -> list[Clue]:
    spelt = f"\n{_letters(word)}\n"
    clues = [Clue(frozenset({spelt[:LONGEST]}), False)]
    if len(spelt) > LONGEST:
        clues.append(Clue(frozenset({spelt[-LONGEST:]}), True, len(spelt), len(spelt)))
    return clues


def _letters(word: str) -> str:
    return "".join(filter(stays, word))
