"""The scan of many texts: words at all places at once, disguises undone, and never a form less than a text holds."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.text import judged
from pipeline.text.alphabet import Alphabet
from pipeline.text.clues import clues_of
from pipeline.text.find import finder_of
from pipeline.text.judged import Judged, keyed
from pipeline.text.lexicon import Lexicons
from pipeline.text.match import find_hits, scan_of
from pipeline.text.normalise import normalise
from pipeline.text.report import read_utterances
from pipeline.text.words import Row, Sets, WordIndex

Make = Callable[[list[tuple[str, str, str]]], pl.DataFrame]
UTTERANCES = Path(__file__).parents[1] / "data" / "utterances.csv"


def test_every_word_is_found_at_every_place() -> None:
    chance = random.Random(4)
    words = sorted({"".join(chance.choices("加微信我v", k=chance.randint(1, 4))) for _ in range(60)})
    alphabet = Alphabet(words)
    index = WordIndex([[alphabet.number[char] for char in word] for word in words])
    texts = ["".join(chance.choices("加微信我v的", k=chance.randint(0, 9))).replace("我我我", "我") for _ in range(400)]
    squeezed = alphabet.squeeze(pl.Series(texts))
    found = {
        (int(squeezed.text_at[place]), int(place - squeezed.starts[squeezed.text_at[place]] - 1), words[word])
        for places, met in index.find(Row(squeezed.numbers))
        for place, word in zip(places.tolist(), met.tolist(), strict=True)
    }
    assert found == {
        (no, at, word)
        for no, text in enumerate(texts) for word in words
        for at in range(len(text)) if text.startswith(word, at)
    }  # fmt: skip


def test_a_set_misses_none_of_its_words_whichever_way_it_is_read() -> None:
    chance = random.Random(5)
    sets = [
        ({"".join(chance.choices("加微信我v", k=chance.randint(1, 4))) for _ in range(chance.randint(1, 6))}, no % 2 == 1)
        for no in range(40)
    ]
    alphabet = Alphabet(word for words, _ in sets for word in words)
    text = "".join(chance.choices("加微信我v的", k=600)).replace("我我我", "我")
    row = Row(alphabet.squeeze(pl.Series([text])).numbers)
    asked = Sets(([[alphabet.number[char] for char in word] for word in words], back) for words, back in sets)
    for no, (words, backward) in enumerate(sets):
        places = np.arange(1, len(text) + 1)
        stands = {
            at for at in places.tolist() for word in words
            if (text[: at - 1].endswith(word) if backward else text.startswith(word, at - 1))
        }  # fmt: skip
        found = set(places[asked.at(row, places, np.full(len(places), no))].tolist())
        assert stands <= found
        assert len(found) <= len(stands) + 3


@pytest.mark.parametrize(
    ("pattern", "clues"),
    [
        ("加微信", [("加微信", 0, 0)]),
        ("(?:再|加)(?:付|收)?\\d{1,4}元", [("0元 9元", 0, 0), ("再 加", -6, -2)]),
        ("微信[^,。]{0,6}?转账", [("微信", 0, 0), ("转账", 2, 8)]),
        ("(?:付)?(?:款)?", []),
    ],
)
def test_clues_of_an_expression(pattern: str, clues: list[tuple[str, int, int]]) -> None:
    found = clues_of(pattern)
    assert len(found) == len(clues)
    for clue, (words, low, high) in zip(found, clues, strict=True):
        assert set(words.split()) <= clue.words
        assert (clue.low, clue.high) == (low, high)


@pytest.mark.parametrize("text", ["加微信", "加 微*信", "加\n微😀信", "ＶＸ加微信", "加薇、微信。", "加微\u200b信"])
def test_marks_and_disguises_are_squeezed_out(text: str) -> None:
    alphabet = Alphabet(["加微信"])
    squeezed = alphabet.squeeze(pl.Series(["好的", text]))
    wanted = [alphabet.number[char] for char in "加微信"]
    assert [no for no in squeezed.numbers[squeezed.starts[1] :].tolist() if no in wanted] == wanted
    assert squeezed.strange.tolist() == []


@pytest.mark.parametrize("text", ["加加加微", "你🐴没了", "。。。", "", "㈱微"])
def test_what_only_the_normaliser_reads_is_strange(text: str) -> None:
    assert Alphabet(["加微信"]).squeeze(pl.Series(["好的", text, "加微"])).strange.tolist() == [1]


def test_the_scan_names_every_form_that_a_text_holds(lexicons: Lexicons) -> None:
    chance = random.Random(9)
    texts = [utterance.text for utterance in read_utterances(UTTERANCES)]
    texts += ["".join(char + chance.choice(["", "", "*", " ", "😀"]) for char in text) for text in texts]
    passed = scan_of(lexicons).of(pl.Series(texts))
    finder = finder_of(lexicons)
    held = 0
    for no, text in enumerate(texts):
        named = passed.forms.get(no, ())
        normal = normalise(text).text
        for form in finder.risk_index.forms_in(normal):
            terms = [lexicons.terms[term].context for term in finder.terms_of_form[form]]
            if any(context.needs_before or context.needs_after or context.needs_near or context.needs_message for context in terms):
                continue  # what its context needs is asked for too
            if lexicons.expressions[form].search(normal):
                held += 1
                assert named is None or form in named, (text, lexicons.forms[form].pattern)
    assert held > len(texts) / 4
    assert len(passed.forms) < len(texts)


def test_texts_that_differ_in_an_order_number_are_one() -> None:
    texts = ["单号12345678，好", "单号87654321，好", "单号123456789，好", "单号12345，好", "单号54321，好", "单号12345678，好"]
    keys = keyed(pl.DataFrame({"text": texts, "row": range(6)})).sort("row")["key"].to_list()
    assert keys[0] == keys[1] == keys[5]
    assert len(set(keys)) == 4


def test_what_is_known_is_not_judged_again_and_forgotten_when_there_is_too_much(
    lexicons: Lexicons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged, "_KNOWN", 4)
    own = Judged(finder_of(lexicons))
    scanned: list[str] = []
    of = own.scan.of
    monkeypatch.setattr(own.scan, "of", lambda texts: (scanned.extend(texts), of(texts))[1])

    def hits(*texts: str) -> set[int]:
        table = keyed(pl.DataFrame({"text": texts}))
        known = own.hits(table)
        return set(table.join(known.filter(~pl.col("no").is_in(_wanted(lexicons))), on="key")["start"])

    assert hits("加我微信", "好的") == {0}
    assert hits("加我微信", "在的", "亲，加我微信") == {0, 2}
    assert scanned == ["加我微信", "好的", "在的", "亲，加我微信"]
    assert hits("加我微信", "您看") == {0}  # too many: only what is said now is kept
    assert scanned[4:] == ["您看"]
    assert hits("亲，加我微信", "好的", "加我微信") == {0, 2}
    assert scanned[5:] == ["亲，加我微信", "好的"]


def test_hits_are_equal_the_second_time(lexicons: Lexicons, messages: Make) -> None:
    rows = messages([("c", "agent", utterance.text) for utterance in read_utterances(UTTERANCES)])
    assert find_hits(rows, lexicons).equals(find_hits(rows, lexicons))


def _wanted(lexicons: Lexicons) -> list[int]:
    return [no for no, term in enumerate(lexicons.terms) if lexicons.lexicons[term.lexicon].purpose == "wanted"]
