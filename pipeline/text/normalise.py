"""Undo the disguises of a text while keeping the way back to its original characters.

Lexicon terms pass through the same function as messages, so both sides always agree.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

# Letters of other alphabets, and signs, that are drawn like the Latin letter or word they stand for.
LOOKALIKES = dict(
    zip(
        "аеорсухкмтвнѕіјԁԛԝνωικρτυοαεսօհᴠᴡ",
        "aeopcyxkmtbhsijdqwvwikptyoaeuohvw",
        strict=True,
    )
) | {
    "➕": "+",
    "✚": "+",
    "＋": "+",
    "╋": "+",
    "㊉": "+",
    "𝕩": "x",
    "×": "x",
    "✖": "x",
    "❌": "x",
    "Ⓥ": "v",
    "✌": "v",
}
for _base in (0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6):  # squared, circled and flag letters
    LOOKALIKES.update({chr(_base + no): chr(ord("a") + no) for no in range(26)})

# Between two letters these are stuffing; a sentence does not end with them.
_FILLERS = frozenset(" \t*._-·^#@$&`'=•—–^﹒∙●○■□◆◇★☆♥%\\")
# These end a clause, and are stuffing only where every piece is a single character: 加,微,信.
_BREAKS = frozenset('/|,、。~;:!?…()[]{}<>《》【】「」『』“”‘’"')
_STUFFING = _FILLERS | _BREAKS
_FULL_WIDTH = str.maketrans("，！？：；（）", ",!?:;()")


# Animals that stand for the character of an insult, beside the character that makes it one: 你🐴, 🐶东西.
_DRAWN_AFTER = {"🐴": ("妈", "你尼泥他操草艹日"), "🐎": ("妈", "你尼泥他操草艹日"), "💩": ("屎", "吃是坨")}
_DRAWN_BEFORE = {
    "🐶": ("狗", "东日娘杂眼玩屎"),
    "🐕": ("狗", "东日娘杂眼玩屎"),
    "🐷": ("猪", "头脑"),
    "🐢": ("龟", "孙儿"),
}

DRAWN = "".join((*_DRAWN_AFTER, *_DRAWN_BEFORE))


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised text; character i of it came from source[starts[i]:ends[i]]."""

    text: str
    starts: list[int] | None  # None: the text was plain, positions are equal
    ends: list[int] | None

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of original characters behind the normalised span."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


@cache
def simplified() -> dict[str, str]:
    """Every traditional character with its simplified form, one for one."""
    from zhconv import zhconv

    zhconv.loaddict()
    table = zhconv.getdict("zh-hans")
    return {
        old: new
        for old, new in table.items()
        if len(old) == 1 == len(new) and old != new and ord(old) > 0x2E00
    }


@cache
def character(char: str) -> str:
    """What one character becomes: nothing, itself, or the plain characters it stands for."""
    if char in "\n\r\u2028\u2029":
        return "\n"
    if char in LOOKALIKES:
        return LOOKALIKES[char]
    plain = unicodedata.normalize("NFKC", char).lower()
    if plain == "..." or char == "⋯":
        return "…"
    if len(plain) == 1:
        if plain in LOOKALIKES:
            return LOOKALIKES[plain]
        if plain in _STUFFING:
            return plain
        category = unicodedata.category(plain)
        if category in ("Cf", "Cc", "Mn", "Me", "So", "Sk", "Cn", "Co"):
            return " " if plain in "\t\v\f\x1c\x1d\x1e\x1f\x85" else ""
        if category == "Zs":
            return " "
        return simplified().get(plain, plain)
    # a letter with its accents, or a sign such as ㈱: keep what is a letter or a digit, parentheses too
    plain = "".join(
        part for part in unicodedata.normalize("NFD", plain) if unicodedata.category(part) != "Mn"
    )
    return "".join(simplified().get(part, part) for part in plain if part.strip())


def _drawn(text: str, at: int) -> str:
    """The character that an emoji stands for because of its neighbour, if it does."""
    for drawn, beside in ((_DRAWN_AFTER, text[max(0, at - 1) : at]), (_DRAWN_BEFORE, text[at + 1 : at + 2])):
        if text[at] in drawn and beside and beside in drawn[text[at]][1]:
            return drawn[text[at]][0]
    return ""


def normalise(text: str) -> Normal:
    """Undo full width, look-alikes, traditional forms, stuffing and repeats; keep positions."""
    if _needs_work().search(text) is None:
        return Normal(text.translate(_FULL_WIDTH), None, None)
    pairs = [(plain, at) for at, char in enumerate(text) for plain in _drawn(text, at) or character(char)]
    chars, starts, ends = [], [], []
    for char, first, last in _collapse(_without_stuffing(pairs)):
        chars.append(char)
        starts.append(first)
        ends.append(last + 1)
    return Normal("".join(chars), starts, ends)


@cache
def _needs_work() -> re.Pattern[str]:
    """Anything that normalisation would change: a plain text, which most are, skips the work."""
    punctuation = ",。!?:;~，！？：；（）、"
    return re.compile(
        rf"[^\u4e00-\u9fa5a-z0-9+\n…“”()\[\]{punctuation}]"
        rf"|[{''.join(char for char in simplified() if char <= '龥')}]"
        rf"|([\u4e00-\u9fa5a-z])\1\1|([{punctuation}…])\2"
        rf"|(?:^|[{punctuation}()\[\]“”…])[\u4e00-\u9fa5a-z][{punctuation}()\[\]“”…]+[\u4e00-\u9fa5a-z](?![\u4e00-\u9fa5a-z])"
    )


def _without_stuffing(pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Drop what was put between the characters of a word: 加 微 信, 傻*逼, w.x, 加,微,信."""
    out: list[tuple[str, int]] = []
    at, size = 0, len(pairs)
    while at < size:
        if pairs[at][0] not in _STUFFING:
            out.append(pairs[at])
            at += 1
            continue
        end = at
        while end < size and pairs[end][0] in _STUFFING:
            end += 1
        between = pairs[at:end]
        if not _is_stuffing(pairs, at, end):
            # runs of blanks and signs say no more than one; breaks are kept, since a clause ends there
            breaks = [pair for pair in between if pair[0] in _BREAKS]
            pause = [("…", between[0][1])] if _is_pause(between) else []
            out.extend(breaks or pause or between[:1])
        at = end
    return out


def _is_stuffing(pairs: list[tuple[str, int]], start: int, end: int) -> bool:
    if start == 0 or end == len(pairs) or end - start > 4:
        return False
    left, right = pairs[start - 1][0], pairs[end][0]
    if not (left.isalnum() or left == "+") or not (right.isalnum() or right == "+"):
        return False
    between = {char for char, _ in pairs[start:end]}
    if (left.isdigit() and right.isdigit()) or _is_pause(pairs[start:end]):
        return False
    single = _single(pairs, start - 1) and _single(pairs, end)
    if between & _BREAKS:
        # one break between single characters may still be a list (S,M,L): ask for a Han character
        return single and not (left.isascii() and right.isascii())
    if left.isascii() and right.isascii():
        # letters one by one are a word taken apart; longer runs are words of their own
        return single or not (_is_latin(pairs, start - 2) or _is_latin(pairs, end + 1))
    if left.isdigit() or right.isdigit():
        return between <= {" "}
    # a name with dots, or a decimal point, never has Han on one side of it
    return True


def _is_pause(between: list[tuple[str, int]]) -> bool:
    return sum(char == "." for char, _ in between) > 1


def _is_latin(pairs: list[tuple[str, int]], at: int) -> bool:
    return 0 <= at < len(pairs) and pairs[at][0].isascii() and pairs[at][0].isalnum()


def _single(pairs: list[tuple[str, int]], at: int) -> bool:
    """The character stands alone between stuffing or the ends of the text."""
    before, after = at - 1, at + 1
    return (before < 0 or pairs[before][0] in _STUFFING) and (
        after >= len(pairs) or pairs[after][0] in _STUFFING
    )


def _collapse(pairs: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """Three and more of a letter become one, two and more of a punctuation mark too."""
    out: list[tuple[str, int, int]] = []
    at = 0
    while at < len(pairs):
        char, first = pairs[at]
        end = at + 1
        while end < len(pairs) and pairs[end][0] == char:
            end += 1
        length = end - at
        if (char.isalpha() and length > 2) or ((char in _BREAKS or char == "?") and length > 1):
            out.append((char, first, pairs[end - 1][1]))
        else:
            out.extend((char, origin, origin) for _, origin in pairs[at:end])
        at = end
    return out
