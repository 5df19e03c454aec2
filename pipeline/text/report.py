"""Score the lexicons on labelled utterances: precision and recall, per concept, with the misses listed.

`python -m pipeline.text.report tests/data/utterances.csv` (make text-report). The set is split once and for
all by the hash of the sentence: one part is looked at while lexicons are written, of the other only the
figures are shown.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pipeline.text.lexicon import Lexicons, load_lexicons


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence and what is wrong with it: a concept or nothing; `tolerated` may be found as well."""

    role: str
    text: str
    concept: str
    tolerated: frozenset[str]
    about: str  # the concept that the sentence was written for, also when it is harmless


@dataclass(slots=True)
class Score:
    """Counts of one part of the set."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def precision(self, concept: str | None = None) -> float:
        """Share of findings that are right; 1 where nothing was found."""
        return _share(self._of(self.right, concept), self._of(self.wrong, concept))

    def recall(self, concept: str | None = None) -> float:
        """Share of what is wrong that was found; 1 where there was nothing to find."""
        return _share(self._of(self.right, concept), self._of(self.missed, concept))

    def concepts(self) -> list[str]:
        """Every concept met."""
        return sorted({*self.right, *self.missed, *self.wrong})

    @staticmethod
    def _of(counts: Counter[str], concept: str | None) -> int:
        return sum(counts.values()) if concept is None else counts[concept]


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else 1.0


def read_utterances(file: Path) -> list[Utterance]:
    """Read the labelled set: role, text, concept, tolerated, about."""
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            Utterance(row["role"], row["text"], row["concept"], frozenset(filter(None, row["tolerated"].split(";"))), row["about"])
            for row in csv.DictReader(stream)
        ]  # fmt: skip


def is_scored_only(text: str) -> bool:
    """Whether the sentence belongs to the part of which only figures are shown."""
    return sha256(text.encode()).digest()[0] % 2 == 1


def score(utterances: Sequence[Utterance], lexicons: Lexicons) -> Score:
    """Compare what is found, concept by concept, with what the labels say."""
    from pipeline.text.find import find_in_texts

    result = Score()
    found = find_in_texts([u.text for u in utterances], [u.role for u in utterances], lexicons)
    for utterance, hits in zip(utterances, found, strict=True):
        met: dict[str, str] = {}
        for hit in hits:
            term = lexicons.terms[hit.term]
            met.setdefault(
                lexicons.lexicons[term.lexicon].concept,
                f"{term.term}「{utterance.text[hit.start : hit.end]}」",
            )
        if utterance.concept and utterance.concept in met:
            result.right[utterance.concept] += 1
        elif utterance.concept:
            result.missed[utterance.concept] += 1
            result.misses.append(f"- {utterance.concept}: {utterance.text}")
        for concept, what in met.items():
            if concept != utterance.concept and concept not in utterance.tolerated:
                result.wrong[concept] += 1
                result.misses.append(f"+ {concept} {what}: {utterance.text}")
    return result


def lines(utterances: Sequence[Utterance], lexicons: Lexicons) -> Iterable[str]:
    """The report, line by line."""
    for name, only_scored in (("looked at", False), ("scored only", True)):
        part = [utterance for utterance in utterances if is_scored_only(utterance.text) is only_scored]
        result = score(part, lexicons)
        harmless = sum(not utterance.concept for utterance in part)
        yield f"## {name}: {len(part)} utterances, {harmless} harmless"
        yield f"{'concept':24} {'precision':>9} {'recall':>7} {'right':>6} {'missed':>7} {'wrong':>6}"
        for concept in [*result.concepts(), None]:
            yield (
                f"{concept or 'all':24} {result.precision(concept):9.3f} {result.recall(concept):7.3f}"
                f" {result._of(result.right, concept):6} {result._of(result.missed, concept):7} {result._of(result.wrong, concept):6}"
            )
        if not only_scored:
            yield "misses (- not found, + found wrongly):"
            yield from result.misses
        yield ""


def main(arguments: Sequence[str]) -> None:
    """Print the report for a labelled set; lexicons are the installed ones unless a folder is named."""
    from pipeline.paths import packs_dir

    folder = Path(arguments[1]) if len(arguments) > 1 else packs_dir() / "lexicons"
    for line in lines(read_utterances(Path(arguments[0])), load_lexicons(folder)):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
