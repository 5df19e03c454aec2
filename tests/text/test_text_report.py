"""The labelled set is large and hard enough, its split is fixed, and the lexicons do not get worse at it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.text.lexicon import Lexicons
from pipeline.text.report import Utterance, is_scored_only, lines, read_utterances, score

UTTERANCES = read_utterances(Path(__file__).parents[1] / "data" / "utterances.csv")
# the rest was written by others who had not seen the lexicons, and what is only scored of it stays unseen
PARTS = {"all": UTTERANCES, "earlier": UTTERANCES[:2576], "fresh": UTTERANCES[2576:3203], "newest": UTTERANCES[3203:]}


def test_the_set_is_large_and_more_than_half_harmless() -> None:
    assert len(UTTERANCES) >= 600
    assert sum(not utterance.concept for utterance in UTTERANCES) > len(UTTERANCES) / 2
    assert len({(utterance.role, utterance.text) for utterance in UTTERANCES}) == len(UTTERANCES)


def test_every_concept_has_both_kinds(lexicons: Lexicons) -> None:
    concepts = {lexicon.concept for lexicon in lexicons.lexicons.values() if lexicon.purpose == "risk"} - {
        "jargon"
    }
    assert concepts <= {utterance.concept for utterance in UTTERANCES}
    assert concepts <= {utterance.about for utterance in UTTERANCES if not utterance.concept}


@pytest.mark.parametrize(
    "part, count, digest",
    [("earlier", 693, "eab45cc5bf1538aa"), ("fresh", 286, "a6382284c26a5589"), ("newest", 477, "c5aa4ff0eb03a095")],
)
def test_the_scored_part_stays_as_it_is(part: str, count: int, digest: str) -> None:
    scored = sorted(f"{u.role} {u.text} {u.concept}" for u in PARTS[part] if is_scored_only(u.text))
    assert (len(scored), sha256("\n".join(scored).encode()).hexdigest()[:16]) == (count, digest)


def test_counts_of_right_missed_and_wrong(lexicons: Lexicons) -> None:
    nothing: frozenset[str] = frozenset()
    result = score(
        [
            Utterance("agent", "你这个傻逼", "abuse", nothing, "abuse"),
            Utterance("agent", "您真好", "abuse", nothing, "abuse"),
            Utterance("agent", "加我微信", "", nothing, "none"),
            Utterance("agent", "加我微信聊", "", frozenset({"off_platform_trade"}), "none"),
        ],
        lexicons,
    )
    assert (result.precision(), result.recall()) == (0.5, 0.5)
    assert (result.precision("abuse"), result.recall("abuse")) == (1.0, 0.5)
    assert len(result.misses) == 2


def figures_of_the_scored_part(part: str, lexicons: Lexicons) -> tuple[float, float]:
    """Precision and recall alone, so that a failure does not print the sentences."""
    scored = score([utterance for utterance in PARTS[part] if is_scored_only(utterance.text)], lexicons)
    return scored.precision(), scored.recall()


@pytest.mark.parametrize(
    "part, at_least",
    [("earlier", (0.94, 0.93)), ("fresh", (0.94, 0.85)), ("newest", (0.88, 0.71)), ("all", (0.92, 0.84))],
)
def test_the_scored_part_does_not_get_worse(
    part: str, at_least: tuple[float, float], lexicons: Lexicons
) -> None:
    precision, recall = figures_of_the_scored_part(part, lexicons)
    assert precision >= at_least[0]
    assert recall >= at_least[1]


def test_the_report_lists_misses_of_the_part_looked_at_only(lexicons: Lexicons) -> None:
    report = list(lines([utterance for utterance in UTTERANCES if is_scored_only(utterance.text)], lexicons))
    assert not any(line.startswith(("- ", "+ ")) for line in report)
