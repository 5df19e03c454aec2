"""Load the lexicons: words, their disguises and the contexts in which they are harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pipeline.problems import Problem, RulesInvalid
from pipeline.text.normalise import normalise

TIERS = ("forbidden", "sensitive", "allowed_with_proof")
PURPOSES = ("risk", "wanted", "counted")
ROLES = ("agent", "robot", "buyer", "system", "listing")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say something: an expression over normalised text, and words of which one must be there."""

    pattern: str
    anchors: tuple[str, ...]
    also: tuple[str, ...] = ()  # a second set of which one must be there too; () asks nothing


@dataclass(frozen=True, slots=True)
class Context:
    """Numbers of forms around a hit that decide whether it counts; () asks nothing.

    before, after: the same sentence, at most 12 characters away; near: the sentence; message: the text.
    """

    needs_before: tuple[int, ...] = ()
    needs_after: tuple[int, ...] = ()
    needs_near: tuple[int, ...] = ()
    needs_message: tuple[int, ...] = ()
    unless_before: tuple[int, ...] = ()
    unless_after: tuple[int, ...] = ()
    unless_near: tuple[int, ...] = ()
    unless_message: tuple[int, ...] = ()
    negated_before: tuple[int, ...] = ()  # the same clause, at most 8 characters away, or inside the hit
    negated_after: tuple[int, ...] = ()
    benign: tuple[int, ...] = ()  # harmless wordings; one that overlaps the hit and sticks out of it wins


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of a lexicon and all that decides whether its use counts."""

    lexicon: str
    term: str
    tier: str
    category: str
    forms: tuple[int, ...]
    context: Context
    wholes: tuple[str, ...] = ()  # the normalised messages that are nothing but this term
    instead: tuple[str, str] | None = None  # a neutral wording, zh and en


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the file says about the lexicon as a whole."""

    id: str
    concept: str
    title_zh: str
    title_en: str
    roles: tuple[str, ...]
    purpose: str  # risk: must not be said; wanted: ought to be said; counted: wrong only when repeated
    keep: str  # every hit, or the first_in_conversation
    quoting: bool  # the buyer's words quoted back are no hit
    evidence: tuple[str, ...]
    yields_to: tuple[str, ...] = ()  # lexicons beside whose hits in a message its own do not count


@dataclass(frozen=True)
class Lexicons:
    """All lexicons of a folder, ready to match; equal fingerprints find equal hits."""

    lexicons: Mapping[str, Lexicon]
    terms: tuple[Term, ...]
    forms: tuple[Form, ...]
    quoting: tuple[int, ...]
    proof: tuple[int, ...]
    fingerprint: str
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # store_id or '*' → words it may use

    def with_allowed(self, words: Mapping[str, Sequence[str]]) -> Lexicons:
        """The same lexicons with each store's own words taken out of its hits (guize.toml)."""
        allowed = {
            store: tuple(sorted({normalise(word).text for word in listed} - {""}))
            for store, listed in sorted(words.items())
        }
        mark = (
            sha256(f"{self.fingerprint}{allowed}".encode()).hexdigest()[:16] if allowed else self.fingerprint
        )
        return Lexicons(self.lexicons, self.terms, self.forms, self.quoting, self.proof, mark, allowed)

    @cached_property
    def expressions(self) -> Mapping[int, re.Pattern[str]]:
        """The compiled expressions, each made when first asked for."""
        return _Expressions(self.forms)


class _Expressions(dict[int, re.Pattern[str]]):
    def __init__(self, forms: Sequence[Form]) -> None:
        super().__init__()
        self._forms = forms

    def __missing__(self, number: int) -> re.Pattern[str]:
        found = self[number] = re.compile(self._forms[number].pattern)
        return found


def load_lexicons(folder: Path, allowed: Mapping[str, Sequence[str]] | None = None) -> Lexicons:
    """Read every lexicon of a folder; `allowed` are the stores' own words (store_id, or '*' for all).

    Raises:
        RulesInvalid: with every problem found: file, line, key, and the mend.
    """
    from pipeline.cache import cached

    files = sorted(folder.glob("*.yaml"))
    fingerprint = fingerprint_of(files)
    loaded = cached("lexicons", fingerprint, lambda: _read(folder, files, fingerprint), Lexicons)
    return loaded.with_allowed(allowed) if allowed else loaded


def fingerprint_of(files: Iterable[Path]) -> str:
    """Hash of the files' names and contents and of the code that reads them."""
    digest = sha256()
    code = Path(__file__).parent
    own = [
        code / name
        for name in (
            "lexicon.py",
            "lexicon_file.py",
            "lexicon_keys.py",
            "lexicon_terms.py",
            "forms.py",
            "pattern.py",
            "anchors.py",
            "everyday.txt",
            "normalise.py",
            "variants.py",
        )
    ]
    for file in [*own, *files]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _read(folder: Path, files: Sequence[Path], fingerprint: str) -> Lexicons:
    from pipeline.text.lexicon_file import LexiconReader

    reader = LexiconReader(folder)
    for file in files:
        reader.read(file)
    reader.problems += [
        Problem("not_one_of", f"{lexicon.id}.yaml", f"yields_to 里的 {other} 不是词库", f"yields_to: there is no lexicon {other}",
                "写已有词库的编号", "name a lexicon of this folder")
        for lexicon in reader.lexicons.values() for other in lexicon.yields_to if other not in reader.lexicons
    ]  # fmt: skip
    if reader.problems:
        raise RulesInvalid(*reader.problems)
    return Lexicons(
        reader.lexicons, tuple(reader.terms), tuple(reader.forms), reader.quoting, reader.proof, fingerprint
    )
