"""Turn the plain notation of the lexicons into regular expressions that cannot run away.

加微信            these characters
<add>…<wechat>   words of the sets `add` and `wechat`, at most 6 characters of one clause between
……               at most 16 characters of one sentence between
(能|可以)?        one of these, perhaps none; 了? perhaps this one character
^ and $          the beginning and the end of a clause
#                a number, in digits or in characters
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.text.anchors import Piece, anchors_of, joined, shortest
from pipeline.text.normalise import normalise
from pipeline.text.pattern import BadForm, Compiled, literal

CLAUSE_END = ",。!?;\\n~…"
SENTENCE_END = "。!?;\\n"
_GAP = f"[^{CLAUSE_END}、]{{0,6}}?"
_WIDE_GAP = f"[^{SENTENCE_END}]{{0,16}}?"
_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万几半]+)"
# What may stand before the beginning of a clause is in a group of its own: it is no part of a hit.
CLAUSE_START = f"(?:(?<=[{CLAUSE_END}:])|^)((?:亲亲?|您好|你好|不好意思|抱歉|那个|哦|嗯)?[,~]?)"
PARTICLES = "哦呢呀啊的哈嘛吧了啦喔噢嗷滴哟亲"
CLAUSE_STOP = f'(?=[{PARTICLES}]{{0,3}}(?:[{CLAUSE_END}"”)(]|$))'


def compile_form(form: str, sets: Mapping[str, Sequence[str]]) -> Compiled:
    """Read one form.

    Raises:
        BadForm: an unknown set, an unclosed group, or nothing that is sure to be in the text.
    """
    pieces = _Reader(form, sets).read()
    anchors, also = anchors_of(pieces)
    if not anchors:
        raise BadForm(
            "没有一处必有的字词（不能只有可省的部分和间隔）",
            "no word that is sure to be there (all is optional or a gap)",
        )
    words = joined(pieces) or []
    return Compiled(
        "".join(piece.pattern for piece in pieces),
        tuple(shortest(anchors)),
        tuple(dict.fromkeys(words)),
        tuple(shortest(also)),
    )


class _Reader:
    def __init__(self, form: str, sets: Mapping[str, Sequence[str]]) -> None:
        self.form, self.sets, self.at = form, sets, 0

    def read(self) -> list[Piece]:
        pieces = self.sequence(stop="")
        if self.at < len(self.form):
            raise BadForm(f"多出一个 {self.form[self.at]}", f"{self.form[self.at]} too many")
        return pieces

    def sequence(self, stop: str) -> list[Piece]:
        pieces: list[Piece] = []
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

    def plain(self, text: str) -> list[Piece]:
        word = normalise(text).text
        if not word:
            if text:
                raise BadForm(f"“{text}”规范化后什么也不剩", f"nothing is left of {text!r} once normalised")
            return []
        return [Piece(literal(word), [word])]

    def special(self, char: str) -> Piece:
        self.at += 1
        if char == "…":
            wide = self.form[self.at : self.at + 1] == "…"
            self.at += wide
            return Piece(_WIDE_GAP if wide else _GAP, None)
        if char in "^$#":
            return Piece({"^": CLAUSE_START, "$": CLAUSE_STOP, "#": _NUMBER}[char], None)
        piece = self.named() if char == "<" else self.group()
        if self.form[self.at : self.at + 1] == "?":
            self.at += 1
            return _optional(piece)
        return piece

    def named(self) -> Piece:
        end = self.form.find(">", self.at)
        name = self.form[self.at : end] if end > 0 else self.form[self.at :]
        if end < 0 or name not in self.sets:
            known = "、".join(sorted(self.sets))
            raise BadForm(f"没有词组 <{name}>，可用：{known}", f"no set <{name}>; there are: {known}")
        self.at = end + 1
        words = sorted({normalise(word).text for word in self.sets[name]} - {""}, key=lambda w: (-len(w), w))
        return Piece(f"(?:{'|'.join(map(literal, words))})", words)

    def group(self) -> Piece:
        options: list[list[Piece]] = []
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
            whole = joined(option)
            words = None if words is None or whole is None else words + whole
        if words is not None:
            patterns = [literal(word) if word else "" for word in sorted(words, key=lambda w: (-len(w), w))]
        each = [anchors_of(option)[0] for option in options] if words is None else []
        anchors = [word for found in each for word in found] if all(each) else []
        return Piece(f"(?:{'|'.join(patterns)})", words, anchors)


def _optional(piece: Piece) -> Piece:
    words = None if piece.words is None else ["", *piece.words]
    return Piece(f"(?:{piece.pattern})?", words)
