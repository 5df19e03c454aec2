"""Find, for many texts at once, which forms of the lexicons each may hold: most hold none and are passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.cache import cached
from pipeline.text.alphabet import END, Alphabet, Places, Squeezed
from pipeline.text.anchors import shortest, stays
from pipeline.text.find import Finder
from pipeline.text.lexicon import Form, Lexicons
from pipeline.text.trie import Trie

_THREADS = 2
_BYTES = 1_500_000  # looked at together: what they take stays near the processor
_CODE = ("scan.py", "trie.py", "alphabet.py")


@dataclass(frozen=True, slots=True)
class Passed:
    """What the scan says of some texts."""

    forms: dict[int, Collection[int] | None]  # by text: the forms it may hold; None: all, it is a strange one
    wanted: dict[str, list[int]]  # by lexicon of wanted wording: the texts that may hold some


class Scan:
    """A text may hold a form if one of its anchors stands there, and one of its second words."""

    def __init__(self, finder: Finder) -> None:
        lexicons = finder.lexicons
        wanted = _wanted(lexicons)
        self._forms, self._wanted = list(finder.terms_of_form), list(wanted)
        asked = [lexicons.forms[form] for form in self._forms]
        asked += [Form("", tuple(words)) for words in wanted.values()]
        code = sha256(b"".join(Path(__file__).with_name(name).read_bytes() for name in _CODE)).hexdigest()[:8]
        self._words = cached(
            "scan", f"{lexicons.fingerprint}-{code}", lambda: _Words(asked, finder.wholes), _Words
        )

    def of(self, texts: pl.Series) -> Passed:
        """Pass over the texts, a part of them on each core; never a form less than a text holds."""
        at_once = _BYTES * len(texts) // (int(texts.str.len_bytes().sum()) + 1) + 1
        starts = range(0, len(texts), at_once)
        passed = Passed({}, {name: [] for name in self._wanted})
        with ThreadPoolExecutor(_THREADS) as pool:
            for start, met in zip(
                starts, pool.map(lambda start: self._words.met(texts[start : start + at_once]), starts), strict=True
            ):
                self._add(passed, start, *met)
        return passed

    def _add(self, passed: Passed, start: int, texts: Places, forms: Places, strange: Places) -> None:
        risky = (forms < len(self._forms)) | (forms == self._words.whole)
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


class _Words:
    """The words of all forms, and for each word the forms that it speaks for."""

    def __init__(self, forms: Sequence[Form], wholes: Iterable[str]) -> None:
        anchors: dict[str, set[int]] = {}
        seconds: dict[str, set[int]] = {}
        kinds: dict[tuple[str, ...], int] = {}  # sets of second words
        self._needed = np.full(len(forms) + 1, -1, np.int64)  # by form: which of these sets, -1 for none
        for no, form in enumerate(forms):
            for word in shortest(map(_letters, form.anchors)):
                anchors.setdefault(word, set()).add(no)
            if form.also:
                also = tuple(shortest(map(_letters, form.also)))
                self._needed[no] = kinds.setdefault(also, len(kinds))
        for also, kind in kinds.items():
            for word in also:
                seconds.setdefault(word, set()).add(kind)
        whole = [word for word in dict.fromkeys(map(_letters, wholes)) if word]
        self.whole = len(forms)  # stands for a form: the message may be a whole-message term
        self._alphabet = Alphabet([*anchors, *seconds, *whole])
        spelt = [[END, *self._numbers(word), END] for word in whole] + [self._numbers(word) for word in anchors]
        self._anchors = Trie(spelt)
        self._spoken_for = _Lists([*([{self.whole}] * len(whole)), *anchors.values()])
        self._seconds = Trie([self._numbers(word) for word in seconds])
        # second words of the same sets are one class
        classes: dict[frozenset[int], int] = {}
        self._class = np.array([classes.setdefault(frozenset(its), len(classes)) for its in seconds.values()])
        self._count = len(classes)
        self._classes = _Lists([[no for its, no in classes.items() if kind in its] for kind in kinds.values()])

    def met(self, texts: pl.Series) -> tuple[Places, Places, Places]:
        """The texts that may hold a form with that form, sorted, and the strange ones."""
        squeezed = self._alphabet.squeeze(texts)
        pairs = [
            (squeezed.text_at[places], words) for places, words in self._anchors.find(squeezed.numbers)
        ]
        met, forms = self._spoken_for.of(
            np.concatenate([text for text, _ in pairs]), np.concatenate([word for _, word in pairs])
        )
        unsure = np.flatnonzero(self._needed[forms] >= 0)
        asks = np.zeros(len(texts), np.bool_)
        asks[met[unsure]] = True
        asked = np.flatnonzero(asks)
        stands = self._beside(squeezed.only(asked), len(asked))
        rows = np.cumsum(asks) - 1
        askers, classes = self._classes.of(unsure, self._needed[forms[unsure]])
        sure = self._needed[forms] < 0
        sure[askers[stands[rows[met[askers]], classes]]] = True
        keys = np.unique(met[sure].astype(np.int64) << 32 | forms[sure])
        plain = keys[~np.isin(keys >> 32, squeezed.strange)]
        return plain >> 32, plain & 0xFFFFFFFF, squeezed.strange

    def _beside(self, squeezed: Squeezed, count: int) -> NDArray[np.bool_]:
        """For each text and class of second words whether one stands there."""
        stands = np.zeros((count, self._count), np.bool_)
        for places, words in self._seconds.find(squeezed.numbers):
            stands[squeezed.text_at[places], self._class[words]] = True
        return stands

    def _numbers(self, word: str) -> list[int]:
        return [self._alphabet.number[char] for char in word]


class _Lists:
    """Lists of numbers, one after another."""

    def __init__(self, lists: Sequence[Collection[int]]) -> None:
        self._sizes = np.array([len(listed) for listed in lists], np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._all = np.array([no for listed in lists for no in sorted(listed)], np.int64)

    def of(self, owners: Places, lists: Places) -> tuple[Places, Places]:
        """Each owner with each number of its list."""
        sizes = self._sizes[lists]
        before = np.cumsum(sizes) - sizes
        at = np.repeat(self._starts[lists] - before, sizes) + np.arange(sizes.sum())
        return np.repeat(owners, sizes), self._all[at]


def _letters(word: str) -> str:
    return "".join(filter(stays, word))
