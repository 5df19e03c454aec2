"""Hits as rows: roles, contexts, wanted wording, the stores' own words; the scan loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.tables import by_name
from pipeline.text.find import find_in_texts, finder_of
from pipeline.text.lexicon import Lexicons
from pipeline.text.match import find_hits
from pipeline.text.report import read_utterances

Make = Callable[[list[tuple[str, str, str]]], pl.DataFrame]
UTTERANCES = Path(__file__).parents[1] / "data" / "utterances.csv"


def concepts(text: str, lexicons: Lexicons, role: str = "agent") -> set[str]:
    (hits,) = find_in_texts([text], [role], lexicons)
    return {lexicons.lexicons[lexicons.terms[hit.term].lexicon].concept for hit in hits}


def test_rows_have_the_columns_of_the_table(lexicons: Lexicons, messages: Make) -> None:
    hits = find_hits(messages([("c1", "agent", "亲，加我微信吧"), ("c1", "buyer", "加我微信吧")]), lexicons)
    assert set(hits.columns) == set(by_name()["hits"].polars_schema()) - {"platform"}  # the store says it
    row = hits.filter(pl.col("tier") != "wanted").row(0, named=True)
    assert (row["message_id"], row["lexicon"], row["matched_text"]) == (
        "m0",
        "off_platform_trade",
        "加我微信",
    )
    assert (row["start"], row["end"], row["whole_message"]) == (2, 6, False)


def test_no_messages_no_hits(lexicons: Lexicons, messages: Make) -> None:
    assert find_hits(messages([]), lexicons).is_empty()
    assert (
        find_hits(messages([("c1", "agent", "好的，马上为您安排")]), lexicons)
        .filter(pl.col("tier") != "wanted")
        .is_empty()
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("加我微信聊", {"off_platform_trade"}),
        ("请不要加任何人的微信", set()),  # negated
        ("您说我们客服骂您傻逼，马上核查", set()),  # the buyer's words
        ("支持微信支付", set()),  # benign
        ("手续费由我们承担，信用卡也可以", set()),
        ("信用卡要加1%手续费", {"credit_card_fee"}),
        ("最近三天都能发", set()),
        ("女装尺码偏小", set()),
        ("路口交通管制", set()),
        ("最好的面料", {"extreme_words"}),
        ("最好不要机洗", set()),
        ("这款是一级能效，全网通", set()),
        ("哦", {"perfunctory"}),
        ("哦，好的，马上看", set()),  # a whole-message term inside a message
        ("销量第一", {"extreme_words"}),
        ("销量第一，数据来源：平台榜单", set()),  # proved
        ("拍下也发不了货，没库存了", {"close_trade"}),
        ("预售款，十五天内发货", set()),
        ("你等着瞧", {"harassment"}),
        ("您等着收货就好", set()),
    ],
)
def test_contexts(lexicons: Lexicons, text: str, found: set[str]) -> None:
    assert concepts(text, lexicons) == found


def test_only_the_roles_of_a_lexicon_are_looked_at(lexicons: Lexicons) -> None:
    assert concepts("你这个傻逼", lexicons, "buyer") == set()
    assert concepts("你这个傻逼", lexicons, "robot") == {"abuse"}


def test_courtesy_is_kept_once_a_conversation(lexicons: Lexicons, messages: Make) -> None:
    rows = messages(
        [("c1", "agent", "您好"), ("c1", "agent", "谢谢您"), ("c2", "agent", "在"), ("c2", "agent", "请稍等")]
    )
    hits = find_hits(rows, lexicons)
    courtesy = hits.filter(pl.col("lexicon") == "courtesy")
    assert courtesy["message_id"].to_list() == ["m0", "m3"]
    waiting = hits.filter(pl.col("lexicon") == "please_wait")
    assert waiting.select("message_id", "matched_text", "start").rows() == [("m3", "请稍等", 0)]


def test_a_store_may_use_its_own_words(lexicons: Lexicons, messages: Make) -> None:
    rows = messages([("c1", "agent", "第一品牌食品有限公司"), ("c1", "agent", "我们是第一品牌")])
    own = lexicons.with_allowed({"jd/one": ["第一品牌食品"]})
    found = find_hits(rows, own).filter(pl.col("lexicon") == "extreme_words")
    assert found["message_id"].to_list() == ["m1"]
    other = find_hits(rows, lexicons.with_allowed({"jd/two": ["第一品牌食品"]}))
    assert other.filter(pl.col("lexicon") == "extreme_words").height == 2


def test_the_scan_loses_no_hit(lexicons: Lexicons, messages: Make) -> None:
    texts = [utterance.text for utterance in read_utterances(UTTERANCES) if utterance.role == "agent"]
    texts += [" ".join(text) for text in texts] + ["亲亲，" + text + "，辛苦您了" for text in texts]
    rows = messages([("c", "agent", text) for text in texts])
    by_scan = find_hits(rows, lexicons).filter(pl.col("tier") != "wanted")
    one_by_one = find_in_texts(texts, ["agent"] * len(texts), lexicons)
    expected = sorted(
        (f"m{no}", hit.start, hit.end, lexicons.terms[hit.term].term)
        for no, hits in enumerate(one_by_one) for hit in hits
    )  # fmt: skip
    assert sorted(by_scan.select("message_id", "start", "end", "term").rows()) == expected


def test_the_scan_sees_through_disguises(lexicons: Lexicons, messages: Make) -> None:
    texts = [
        "轉賬給我",
        "加,微,信",
        "加 微 信",
        "加微微微微信聊",
        "＋Ⅴ聊",
        "加VX聊",
        "ｖｘ加我",
        "你🐴没了",
        "嗯。。。",
        "嗯嗯嗯嗯嗯",
    ]
    texts = [before + text for text in texts for before in ("", "亲，这个价格不能再低了，")]
    rows = messages(
        [("c", "agent", text) for text in texts * 50]
    )  # often enough for everyday words to be looked at twice
    found = set(find_hits(rows, lexicons).filter(pl.col("tier") != "wanted")["message_id"])
    one_by_one = find_in_texts(texts, ["agent"] * len(texts), lexicons)
    expected = {
        f"m{no + again * len(texts)}" for no, hits in enumerate(one_by_one) if hits for again in range(50)
    }
    assert found == expected
    assert len(expected) >= 16 * 50


def test_words_met_often_are_looked_at_twice_and_lose_nothing(lexicons: Lexicons, messages: Make) -> None:
    texts = [utterance.text for utterance in read_utterances(UTTERANCES) if utterance.role == "agent"]
    rows = messages([("c", "agent", text) for _ in range(45) for text in texts])
    by_scan = find_hits(rows, lexicons).filter(pl.col("tier") != "wanted")
    one_by_one = find_in_texts(texts, ["agent"] * len(texts), lexicons)
    assert by_scan.height == 45 * sum(map(len, one_by_one))


def test_order_numbers_do_not_move_hits(lexicons: Lexicons) -> None:
    texts = ["单号123456789，加我微信", "单号987654321，加我微信", "单号12，加我微信"]
    found = find_in_texts(texts, ["agent"] * 3, lexicons)
    assert [texts[no][hits[0].start : hits[0].end] for no, hits in enumerate(found)] == ["加我微信"] * 3


def test_every_anchor_is_sure_to_be_found(lexicons: Lexicons) -> None:
    matcher = finder_of(lexicons)
    for form in matcher.terms_of_form:
        assert lexicons.forms[form].anchors
        assert all(
            any(char.isalnum() or char == "+" for char in word) for word in lexicons.forms[form].anchors
        )


def test_a_lexicon_yields_to_another_in_the_same_message(lexicons: Lexicons) -> None:
    assert lexicons.lexicons["bad_attitude"].yields_to
    assert concepts("懒得跟你掰扯", lexicons) == {"bad_attitude"}
    assert concepts("傻逼，懒得跟你掰扯", lexicons) == {"abuse"}
