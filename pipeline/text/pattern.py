"""Take regular expressions as they are written in packs, and refuse those that may never end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.text.normalise import normalise


class BadForm(ValueError):
    """The form cannot be read; the text says why, zh and en."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Compiled:
    """A form as a regular expression over normalised text, and words of which one must be in the text."""

    pattern: str
    anchors: tuple[str, ...]
    words: tuple[str, ...] = ()  # all that the form can be, if they are few and without gaps
    also: tuple[str, ...] = ()  # words elsewhere in the form of which one must be in the text too


def compile_pattern(pattern: str, anchors: Sequence[str]) -> Compiled:
    """Take a regular expression of a pack, once it is sure not to run away.

    Raises:
        BadForm: it does not parse, or repeats a repetition, refers back, or has no bound.
    """
    try:
        tree = re._parser.parse(pattern)  # type: ignore[attr-defined]
    except re.error as error:
        raise BadForm(f"不是合法的正则表达式：{error}", f"not a regular expression: {error}") from None
    _refuse_runaway(tree, inside_repeat=False)
    words = [normalise(word).text for word in anchors]
    if not words or not all(words):
        raise BadForm(
            "正则表达式须写 anchors：文中必有其一的字词",
            "a pattern needs anchors: words of which one is in the text",
        )
    return Compiled(pattern, tuple(words))


def literal(word: str) -> str:
    """The expression of a literal; a Latin word does not begin or end inside another."""
    pattern = re.escape(word)
    if word[0].isascii() and word[0].isalpha():
        pattern = r"(?<![a-z])" + pattern
    if word[-1].isascii() and word[-1].isalpha():
        pattern += r"(?![a-z])"
    return pattern


def _refuse_runaway(tree: object, inside_repeat: bool) -> None:
    for op, argument in tree:  # type: ignore[attr-defined]
        name = str(op)
        if name in ("GROUPREF", "GROUPREF_EXISTS"):
            raise BadForm("不能引用前面的组", "back references are not allowed")
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _low, high, inner = argument
            if inside_repeat:
                raise BadForm(
                    "重复里又有重复，遇到某些文字会算不完", "a repetition inside a repetition may never end"
                )
            if int(high) > 100:
                raise BadForm(
                    "重复没有上限或上限过大，写成 {0,20} 这样",
                    "a repetition without bound; write {0,20} or so",
                )
            _refuse_runaway(inner, inside_repeat=int(high) > 1)
        elif name == "SUBPATTERN":
            _refuse_runaway(argument[-1], inside_repeat)
        elif name == "BRANCH":
            for branch in argument[1]:
                _refuse_runaway(branch, inside_repeat)
        elif name in ("ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
            _refuse_runaway(argument[-1] if isinstance(argument, tuple) else argument, inside_repeat)
