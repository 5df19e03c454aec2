"""Disguises are undone and every position leads back to the original text."""

from __future__ import annotations

import random

import pytest

from pipeline.text.find import find_in_texts
from pipeline.text.lexicon import Lexicons
from pipeline.text.normalise import normalise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("您好，在的", "您好,在的"),
        ("ＶＸ：ａｂｃ", "vx:abc"),
        ("加 微 信", "加微信"),
        ("傻*逼", "傻逼"),
        ("加,微,信", "加微信"),
        ("微❤️信", "微信"),
        ("微\u200b信", "微信"),
        ("妳好，這個沒貨了", "你好,这个没货了"),
        ("傻傻傻傻逼", "傻逼"),
        ("s h a b i", "shabi"),
        ("shaaaabi", "shabi"),
        ("ѕb", "sb"),
        ("➕V", "+v"),
        ("🇻🇽", "vx"),
        ("①", "1"),
        ("？？？", "?"),
        ("呵呵", "呵呵"),
        ("100000元", "100000元"),
        ("3.5-4.2", "3.5-4.2"),
        ("S,M,L", "s,m,l"),
        ("好的...最后", "好的…最后"),
        ("微信/支付宝", "微信/支付宝"),
        ("亲 您好", "亲您好"),
        ("", ""),
    ],
)
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text).text == plain


def test_spans_lead_back() -> None:
    text = "亲，加 微❤ 信 聊"
    normal = normalise(text)
    at = normal.text.index("加微信")
    start, end = normal.source_span(at, at + 3)
    assert text[start:end] == "加 微❤ 信"


_STUFFING = (" ", "*", ".", "-", "_", "❤", "\u200b", "·", "#", " * ")
_BEFORE = ("", "亲，", "您好，", "好的。")
_AFTER = ("", "。", "，哈哈", "！谢谢")
_WORDS = (
    "加微信",
    "傻逼",
    "神经病",
    "私下转账",
    "全网最低价",
    "货到付款",
    "你是不是看不懂",
    "王八蛋",
    "独一无二",
    "收款码",
)


def disguised(word: str, chance: random.Random) -> str:
    """The word with stuffing, full width, repeats or traditional characters."""
    way = chance.randrange(4)
    if way == 0:
        return chance.choice(_STUFFING).join(word)
    if way == 1:
        at = chance.randrange(len(word))
        return word[:at] + word[at] * chance.randrange(3, 6) + word[at + 1 :]
    if way == 2:
        return (
            word.replace("账", "賬")
            .replace("转", "轉")
            .replace("货", "貨")
            .replace("无", "無")
            .replace("经", "經")
        )
    return (
        "".join(char + (chance.choice(_STUFFING) if chance.random() < 0.5 else "") for char in word[:-1])
        + word[-1]
    )


def test_offsets_of_ten_thousand_disguises(lexicons: Lexicons) -> None:
    chance = random.Random(20261121)
    texts, places = [], []
    for _ in range(10_000):
        word = chance.choice([word for word in _WORDS if word != "货到付款"])
        before, after = chance.choice(_BEFORE), chance.choice(_AFTER)
        middle = disguised(word, chance)
        texts.append(before + middle + after)
        places.append((len(before), len(before) + len(middle)))
    wrong = []
    for text, place, hits in zip(
        texts, places, find_in_texts(texts, ["agent"] * len(texts), lexicons), strict=True
    ):
        if not any(
            place[0] <= hit.start < hit.end <= place[1] and normalise(text[hit.start : hit.end]).text
            for hit in hits
        ):
            wrong.append((text, [(hit.start, hit.end) for hit in hits]))
        for hit in hits:
            assert 0 <= hit.start < hit.end <= len(text)
            assert text[hit.start].strip()
            assert text[hit.end - 1].strip()
    assert wrong == []
