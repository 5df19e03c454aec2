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


class _Characters(dict[int, str]):
    """What each character becomes, as str.translate asks for it; what is not one for one becomes _MANY."""

    def __missing__(self, point: int) -> str:
        plain = character(chr(point))
        self[point] = plain if len(plain) == 1 and chr(point) not in DRAWN else _MANY
        return self[point]


_MANY = "\ue000"  # of no script, so no text becomes it
_CHARACTERS = _Characters()
_STUFFED = re.compile(f"[{re.escape(''.join(sorted(_STUFFING)))}]+")
_REPEATED = re.compile(r"(.)\1{2,}" + f"|([{re.escape(''.join(sorted(_BREAKS)))}])\\2", re.DOTALL)


def normalise(text: str) -> Normal:
    """Undo full width, look-alikes, traditional forms, stuffing and repeats; keep positions."""
    if _needs_work().search(text) is None:
        return Normal(text.translate(_FULL_WIDTH), None, None)
    chars, origins = text.translate(_CHARACTERS), None
    if _MANY in chars:
        pairs = [(plain, at) for at, char in enumerate(text) for plain in _drawn(text, at) or character(char)]
        chars, origins = "".join(plain for plain, _ in pairs), [at for _, at in pairs]
    chars, kept = _without_stuffing(chars)
    chars, starts, ends = _collapse(chars)
    for places in (kept, origins):
        if places is not None:
            starts = places if starts is None else [places[at] for at in starts]
            ends = [at + 1 for at in places] if ends is None else [places[at - 1] + 1 for at in ends]
    return Normal(chars, starts, ends)


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


def _without_stuffing(text: str) -> tuple[str, list[int] | None]:
    """Drop what was put between the characters of a word: 加 微 信, 傻*逼, w.x, 加,微,信.

    Also returns the places that were kept, None if all were.
    """
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for run in _STUFFED.finditer(text):
        start, end = run.span()
        between, left = run[0], list(range(start, end))
        if _is_stuffing(text, start, end):
            between, left = "", []
        elif end - start == 1:
            continue
        else:
            # runs of blanks and signs say no more than one; breaks are kept, since a clause ends there
            breaks = [at for at in left if text[at] in _BREAKS]
            between = "".join(text[at] for at in breaks) or ("…" if _is_pause(between) else between[0])
            left = breaks or left[:1]
            if len(breaks) == end - start:
                continue
        pieces += [text[done:start], between]
        kept += [*range(done, start), *left]
        done = end
    if not done:
        return text, None
    return "".join([*pieces, text[done:]]), [*kept, *range(done, len(text))]


def _is_stuffing(text: str, start: int, end: int) -> bool:
    if start == 0 or end == len(text) or end - start > 4:
        return False
    left, right = text[start - 1], text[end]
    if not (left.isalnum() or left == "+") or not (right.isalnum() or right == "+"):
        return False
    between = set(text[start:end])
    if (left.isdigit() and right.isdigit()) or _is_pause(text[start:end]):
        return False
    single = _single(text, start - 1) and _single(text, end)
    if between & _BREAKS:
        # one break between single characters may still be a list (S,M,L): ask for a Han character
        return single and not (left.isascii() and right.isascii())
    if left.isascii() and right.isascii():
        # letters one by one are a word taken apart; longer runs are words of their own
        return single or not (_is_latin(text, start - 2) or _is_latin(text, end + 1))
    if left.isdigit() or right.isdigit():
        return between <= {" "}
    # a name with dots, or a decimal point, never has Han on one side of it
    return True


def _is_pause(between: str) -> bool:
    return between.count(".") > 1


def _is_latin(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and text[at].isalnum()


def _single(text: str, at: int) -> bool:
    """The character stands alone between stuffing or the ends of the text."""
    before, after = at - 1, at + 1
    return (before < 0 or text[before] in _STUFFING) and (after >= len(text) or text[after] in _STUFFING)


def _collapse(text: str) -> tuple[str, list[int] | None, list[int] | None]:
    """Three and more of a letter become one, two and more of a punctuation mark too.

    Also returns where each character began and ended (exclusive) before, None where nothing changed.
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for run in _REPEATED.finditer(text):
        start, end = run.span()
        char = text[start]
        if not (char.isalpha() or char in _BREAKS):
            continue
        pieces += [text[done:start], char]
        starts += [*range(done, start), start]
        ends += [*range(done + 1, start + 1), end]
        done = end
    if not done:
        return text, None, None
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return "".join([*pieces, text[done:]]), starts, ends
