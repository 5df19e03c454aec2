"""The plain notation becomes expressions that cannot run away."""

from __future__ import annotations

import re

import pytest

from pipeline.text.forms import compile_form
from pipeline.text.pattern import BadForm, compile_pattern

SETS = {"add": ["加", "添加"], "wechat": ["微信", "VX"]}


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        ("加微信", "快加微信吧", "加微信"),
        ("<add>…<wechat>", "加我的vx", "加我的vx"),
        ("<add>…<wechat>", "加我,用微信", None),  # a gap stays in its clause
        ("保证……到", "保证,明天到", "保证,明天到"),
        ("(能|可以)?退", "可以退", "可以退"),
        ("了?吗", "吗", "吗"),
        ("^不行$", "不行", "不行"),
        ("^不行$", "行不行", None),
        ("^不行$", "好,不行哦", "不行"),
        ("满#元", "满99.5元", "满99.5元"),
        ("满#元", "满两百元", "满两百元"),
        ("vx", "devx1", None),  # a Latin word does not begin inside another
    ],
)
def test_compile_form(form: str, text: str, found: str | None) -> None:
    match = re.search(compile_form(form, SETS).pattern, text)
    assert (match[0] if match else None) == found


@pytest.mark.parametrize("form", ["<nothing>好", "(好|坏", "…", "(好)?", "<add"])
def test_bad_forms_are_refused(form: str) -> None:
    with pytest.raises(BadForm):
        compile_form(form, SETS)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|b)*c", "a{1,5000}", r"(a)\1", "(a", "(?:a{1,9}){2,9}"])
def test_patterns_that_may_run_away_are_refused(pattern: str) -> None:
    with pytest.raises(BadForm):
        compile_pattern(pattern, ["a"])


def test_a_pattern_needs_anchors() -> None:
    with pytest.raises(BadForm):
        compile_pattern("a{1,3}", [])


def test_every_match_holds_an_anchor_and_a_second_word() -> None:
    compiled = compile_form("<add>…(好友|<wechat>)", SETS)
    for text in ("加个好友", "添加您的微信", "加vx"):
        assert re.search(compiled.pattern, text)
        assert any(word in text for word in compiled.anchors)
        assert not compiled.also or any(word in text for word in compiled.also)
