"""Turn the plain notation of the lexicons into regular expressions that cannot run away.

加微信            these characters
<add>…<wechat>   words of the sets `add` and `wechat`, at most 6 characters of one clause between
……               at most 16 characters of one sentence between
(能|可以)?        one of these, perhaps none; 了? perhaps this one character
^ and $          the beginning and the end of a clause
#                a number, in digits or in characters
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.text.normalise import normalise

CLAUSE_END = ",。!?;\\n~…"
SENTENCE_END = "。!?;\\n"
_GAP = f"[^{CLAUSE_END}、]{{0,6}}?"
_WIDE_GAP = f"[^{SENTENCE_END}]{{0,16}}?"
_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万几半]+)"
# What may stand before the beginning of a clause is in a group of its own: it is no part of a hit.
CLAUSE_START = f"(?:(?<=[{CLAUSE_END}:])|^)((?:亲亲?|您好|你好|不好意思|抱歉|那个|哦|嗯)?[,~]?)"
_PARTICLES = "哦呢呀啊的哈嘛吧了啦喔噢嗷滴哟亲"
_CLAUSE_STOP = f'(?=[{_PARTICLES}]{{0,3}}(?:[{CLAUSE_END}"”)(]|$))'
_MAX_WORDS = 2000  # literals that one piece of a form may stand for when anchors are sought


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


@dataclass(slots=True)
class _Piece:
    """One part of a form: its expression, and every literal it can be (None: not a literal)."""

    pattern: str
    words: list[str] | None
    anchors: list[str] = field(default_factory=list)  # of a group that is no list of literals


def compile_form(form: str, sets: Mapping[str, Sequence[str]]) -> Compiled:
    """Read one form.

    Raises:
        BadForm: an unknown set, an unclosed group, or nothing that is sure to be in the text.
    """
    pieces = _Reader(form, sets).read()
    anchors, also = _anchors(pieces)
    if not anchors:
        raise BadForm(
            "没有一处必有的字词（不能只有可省的部分和间隔）",
            "no word that is sure to be there (all is optional or a gap)",
        )
    words = _joined(pieces) or []
    return Compiled(
        "".join(piece.pattern for piece in pieces),
        tuple(shortest(anchors)),
        tuple(dict.fromkeys(words)),
        tuple(shortest(also)),
    )


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


class _Reader:
    def __init__(self, form: str, sets: Mapping[str, Sequence[str]]) -> None:
        self.form, self.sets, self.at = form, sets, 0

    def read(self) -> list[_Piece]:
        pieces = self.sequence(stop="")
        if self.at < len(self.form):
            raise BadForm(f"多出一个 {self.form[self.at]}", f"{self.form[self.at]} too many")
        return pieces

    def sequence(self, stop: str) -> list[_Piece]:
        pieces: list[_Piece] = []
        text = ""
        while self.at < len(self.form) and self.form[self.at] not in stop:
            char = self.form[self.at]
            if char == ")":
                break
            if char == "?" and text:
                pieces += [*self.plain(text[:-1]), _optional(self.plain(text[-1])[0])]
                text = ""
                self.at += 1
                continue
            if char not in "<(…^$#":
                text += char
                self.at += 1
                continue
            pieces += self.plain(text)
            text = ""
            pieces.append(self.special(char))
        return pieces + self.plain(text)

    def plain(self, text: str) -> list[_Piece]:
        word = normalise(text).text
        if not word:
            if text:
                raise BadForm(f"“{text}”规范化后什么也不剩", f"nothing is left of {text!r} once normalised")
            return []
        return [_Piece(literal(word), [word])]

    def special(self, char: str) -> _Piece:
        self.at += 1
        if char == "…":
            wide = self.form[self.at : self.at + 1] == "…"
            self.at += wide
            return _Piece(_WIDE_GAP if wide else _GAP, None)
        if char in "^$#":
            return _Piece({"^": CLAUSE_START, "$": _CLAUSE_STOP, "#": _NUMBER}[char], None)
        piece = self.named() if char == "<" else self.group()
        if self.form[self.at : self.at + 1] == "?":
            self.at += 1
            return _optional(piece)
        return piece

    def named(self) -> _Piece:
        end = self.form.find(">", self.at)
        name = self.form[self.at : end] if end > 0 else self.form[self.at :]
        if end < 0 or name not in self.sets:
            known = "、".join(sorted(self.sets))
            raise BadForm(f"没有词组 <{name}>，可用：{known}", f"no set <{name}>; there are: {known}")
        self.at = end + 1
        words = sorted({normalise(word).text for word in self.sets[name]} - {""}, key=lambda w: (-len(w), w))
        return _Piece(f"(?:{'|'.join(map(literal, words))})", words)

    def group(self) -> _Piece:
        options: list[list[_Piece]] = []
        while True:
            options.append(self.sequence(stop="|)"))
            if self.at >= len(self.form):
                raise BadForm("括号没有合上", "a bracket is not closed")
            self.at += 1
            if self.form[self.at - 1] == ")":
                break
        # the longest first, so that the longest possible text is taken
        patterns = ["".join(piece.pattern for piece in option) for option in options]
        words: list[str] | None = []
        for option in options:
            joined = _joined(option)
            words = None if words is None or joined is None else words + joined
        if words is not None:
            patterns = [literal(word) if word else "" for word in sorted(words, key=lambda w: (-len(w), w))]
        each = [_anchors(option)[0] for option in options] if words is None else []
        anchors = [word for found in each for word in found] if all(each) else []
        return _Piece(f"(?:{'|'.join(patterns)})", words, anchors)


def _optional(piece: _Piece) -> _Piece:
    words = None if piece.words is None else ["", *piece.words]
    return _Piece(f"(?:{piece.pattern})?", words)


def _joined(pieces: Sequence[_Piece]) -> list[str] | None:
    """Every literal that these pieces together can be, unless there are too many or one is no literal."""
    if any(piece.words is None for piece in pieces):
        return None
    if len(pieces) == 1:
        return pieces[0].words
    count = 1
    for piece in pieces:
        count *= len(piece.words or ())
    if count > _MAX_WORDS:
        return None
    return ["".join(parts) for parts in itertools.product(*(piece.words or () for piece in pieces))]


def _anchors(pieces: Sequence[_Piece]) -> tuple[list[str], list[str]]:
    """The rarest set of literals of which every match has one, and the next rarest elsewhere in the form."""
    best, start, end = _rarest(pieces, lambda word: any(map(stays, word)))
    if not best:  # punctuation, better than nothing
        best, start, end = _rarest(pieces, bool)
    beside = [_rarest(part, lambda word: all(map(stays, word)))[0] for part in (pieces[:start], pieces[end:])]
    also = min((words for words in beside if words), key=_share, default=[])
    return best, also


def _rarest(pieces: Sequence[_Piece], fits: Callable[[str], bool]) -> tuple[list[str], int, int]:
    best: list[str] = []
    best_start = best_end = 0
    least = 1e9
    often: dict[tuple[int, int], float] = {}
    for size in range(1, len(pieces) + 1):
        for start in range(len(pieces) - size + 1):
            end = start + size
            words = _joined(pieces[start:end])
            if words is None and size == 1:
                words = pieces[start].anchors or None
            if not words or not all(map(fits, words)):
                continue
            unique = list(dict.fromkeys(words))
            share = _share(unique)
            for part, added in (((start, end - 1), end - 1), ((start + 1, end), start)):
                longer = "" not in (pieces[added].words or ("",))  # what is longer is met less often
                share = min(share, (0.5 if longer else 1.0) * often.get(part, 2.0))
            often[start, end] = share
            if share + len(unique) * 4e-6 < least:
                best, best_start, best_end, least = unique, start, end, share + len(unique) * 4e-6
    return best, best_start, best_end


def _share(words: Iterable[str]) -> float:
    return sum(map(_frequency, words))


def stays(char: str) -> bool:
    """Whether the scan keeps a character: it drops all punctuation before it looks."""
    return char.isalnum() or char == "+"


@cache
def _frequency(word: str) -> float:
    """In which share of everyday shop chat a literal is met; what is not met there is rarer the longer it is."""
    text, sentences = _everyday()
    seen = text.count(word)
    return seen / sentences if seen else (0.0015 if len(word) == 1 else 0.0004 / len(word))


def is_everyday(word: str) -> bool:
    """Whether the word is met in everyday shop chat, so that finding it says little."""
    return word in _everyday()[0]


@cache
def _everyday() -> tuple[str, int]:
    text = (Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8")
    return text, text.count("\n")


def shortest(words: Iterable[str]) -> list[str]:
    """Those words that hold no other of them: whoever finds these finds a part of every word."""
    kept: set[str] = set()
    for word in sorted(words, key=lambda word: (len(word), word)):
        parts = {word[at:end] for at in range(len(word)) for end in range(at + 1, len(word) + 1)}
        if word and not kept & parts:
            kept.add(word)
    return sorted(kept)
