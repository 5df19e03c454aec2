"""Pass over, at the speed of a scan, the texts of a table that cannot hold a word of the lexicons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipeline.text.anchors import shortest, stays
from pipeline.text.cache import cached
from pipeline.text.find import LONGEST_WHOLE, Finder
from pipeline.text.lexicon import Form
from pipeline.text.normalise import DRAWN, LOOKALIKES, simplified

_PUNCTUATION = "，。！？、：；（）“”…~,.!?:;()"
_TRADITIONAL = "".join(char for char in simplified() if "\u4e00" <= char <= "\u9fa5")
_PLAIN = rf"\x{{4e00}}-\x{{9fa5}}a-z0-9+{re.escape(_PUNCTUATION)}"
# Not plain simplified Chinese, small letters, digits and the usual punctuation; or a letter three times; or
# a character alone between marks: any of these may be a disguise.
_ODD = (
    rf"[[^{_PLAIN}][{_TRADITIONAL}]]|{'|'.join(3 * char for char in 'abcdefghijklmnopqrstuvwxyz')}"
    rf"|(?:^|[{re.escape(_PUNCTUATION)}])[\x{{4e00}}-\x{{9fa5}}a-z][{re.escape(_PUNCTUATION)}]+[\x{{4e00}}-\x{{9fa5}}a-z](?:[{re.escape(_PUNCTUATION)}]|$)"
)
# What takes more than small letters and dropping the marks to read.
_HARD = rf"[[^{_PLAIN}A-Z \t*._\-^#@$&`'=%/|<>{{}}\[\]\\\"【】《》「」·～—][{_TRADITIONAL}]]"
# Look-alikes and repeats: rare, and not worth undoing before the scan.
_DISGUISED = rf"[{re.escape(''.join((*LOOKALIKES, *DRAWN)))}]|{'|'.join(char + '{3,}' for char in 'abcdefghijklmnopqrstuvwxyz')}"
_MARKS = r"[^\p{Han}a-z0-9+]"
_OFTEN = 40  # rows of a table from which on a word is worth a second look


class Scan:
    """The words that lead to texts worth a look, and the second words that must be there too."""

    def __init__(self, finder: Finder) -> None:
        lexicons = finder.lexicons
        self.wholes = list(finder.wholes)
        code = sha256(Path(__file__).read_bytes()).hexdigest()[:8]
        forms = [lexicons.forms[form] for form in finder.terms_of_form]
        # None: the word alone is enough
        self.seconds: dict[str, tuple[str, ...] | None] = cached(
            "scan", f"{lexicons.fingerprint}-{code}", lambda: _seconds(forms, self.wholes), dict
        )
        self._words = list(self.seconds)
        self._old, self._new = list(simplified()), list(simplified().values())

    def candidates(self, spoken: pl.DataFrame) -> pl.DataFrame:
        """The rows (columns row, text, …) whose text may hold a hit, and few others; never a row less.

        Most texts are plain; the rest is rid of its disguises first, roughly, since nothing is decided here.
        """
        text = pl.col("text")
        marked = spoken.select(
            "row", "text", odd=text.str.contains(_ODD), short=text.str.len_bytes() <= 3 * LONGEST_WHOLE
        )
        odd = marked.filter("odd").with_columns(
            disguised=text.str.contains(_DISGUISED) | pl.col("short"), hard=text.str.contains(_HARD)
        )
        strange = odd.filter(~pl.col("disguised"))
        lowered = pl.when("hard").then(text.str.normalize("NFKC")).otherwise(text).str.to_lowercase()
        squeezed = lowered.str.replace_all(_MARKS, "")
        undone = pl.when("hard").then(squeezed.str.replace_many(self._old, self._new)).otherwise(squeezed)
        short = marked.filter(pl.col("short") & ~pl.col("odd")).select(
            "row", bare=text.str.strip_chars(_PUNCTUATION)
        )
        found = [
            odd.filter("disguised")["row"],
            short.filter(pl.col("bare").is_in(self.wholes) | (pl.col("bare") == ""))["row"],
            self.rows(strange.select("row", scanned=undone)),
            self.rows(marked.filter(~pl.col("odd")).select("row", scanned=text)),
        ]
        return spoken.filter(pl.col("row").is_in(pl.concat(found).unique().implode()))

    def rows(self, texts: pl.DataFrame) -> pl.Series:
        """The rows (column row) whose text (column scanned) may hold a form."""
        scanned = pl.col("scanned")
        met = texts.filter(scanned.str.contains_any(self._words)).with_columns(
            word=scanned.str.extract_many(self._words, overlapping=True).list.unique()
        )
        each = met.select("row", "word").explode("word")
        counted = each.group_by("word").len()
        often = [
            word
            for word, rows in counted.iter_rows()
            if rows >= _OFTEN and self.seconds.get(word) is not None
        ]
        found = [each.filter(~pl.col("word").is_in(often))["row"]]
        left = met.filter(~pl.col("row").is_in(found[0].implode()))
        for word in often:
            second = "|".join(map(re.escape, self.seconds[word] or ()))
            found.append(
                left.filter(pl.col("word").list.contains(word) & scanned.str.contains(second))["row"]
            )
        return pl.concat(found)


def _seconds(forms: Sequence[Form], wholes: Iterable[str]) -> dict[str, tuple[str, ...] | None]:
    forms_of: dict[str, list[Form]] = {}
    for form in forms:
        for anchor in form.anchors:
            forms_of.setdefault(_letters(anchor), []).append(form)
    words = set(shortest(forms_of))
    longest = max(map(len, words))
    needed: dict[str, set[str]] = {word: set() for word in words}
    enough: set[str] = set()
    for anchor, its_forms in forms_of.items():
        parts = {
            anchor[at:end]
            for at in range(len(anchor))
            for end in range(at + 1, min(len(anchor), at + longest) + 1)
        }
        for word in words & parts:
            if word != anchor:
                needed[word].add(anchor)
            elif all(form.also for form in its_forms):
                needed[word].update(_letters(second) for form in its_forms for second in form.also)
            else:
                enough.add(word)
    seconds: dict[str, tuple[str, ...] | None] = {
        word: None if word in enough else tuple(shortest(needed[word])) for word in words
    }
    # a character said three times and more is read as once, within a word too
    repeated = {char for word in (*forms_of, *wholes) for char in word if not char.isascii()}
    return seconds | {3 * char: None for char in repeated}


def _letters(word: str) -> str:
    return "".join(filter(stays, word))
