"""Pass over, at the speed of a scan, the texts of a table that cannot hold a word of the lexicons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipeline.cache import cached
from pipeline.text.anchors import is_everyday, shortest, stays
from pipeline.text.find import LONGEST_WHOLE, Finder
from pipeline.text.forms import CLAUSE_START, CLAUSE_STOP
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
_MARK = re.compile(
    r"\(\?:|\[[^\]]*\]|\{[^}]*\}|[,:]"
)  # a comma or colon that is no part of a group, class or count
_EITHER = {",": "[,，]", ":": "[:：]"}
Tables = tuple[list[str], dict[str, tuple[str, str]]]


class Scan:
    """Words that are rare in shop talk lead to texts worth a look; everyday words do where a form fits roughly."""

    def __init__(self, finder: Finder) -> None:
        lexicons = finder.lexicons
        self.wholes = list(finder.wholes)
        code = sha256(Path(__file__).read_bytes()).hexdigest()[:8]
        forms = [lexicons.forms[form] for form in finder.terms_of_form]
        tables: Tables = cached(
            "scan", f"{lexicons.fingerprint}-{code}", lambda: _tables(forms, self.wholes), tuple
        )
        self.rare, self.everyday = tables
        self._everyday_words = list(self.everyday)
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
            self.rows(strange.select("row", scanned=undone), punctuated=False),
            self.rows(marked.filter(~pl.col("odd")).select("row", scanned=text), punctuated=True),
        ]
        return spoken.filter(pl.col("row").is_in(pl.concat(found).unique().implode()))

    def rows(self, texts: pl.DataFrame, punctuated: bool) -> pl.Series:
        """The rows (column row) whose text (column scanned) may hold a form.

        An everyday word that is met often is worth a look only where one of its forms fits roughly; a text
        without punctuation is asked for the words of the form alone.
        """
        scanned = pl.col("scanned")
        rare = texts.select(scanned.str.contains_any(self.rare)).to_series()
        left = texts.filter(~rare)
        left = left.filter(scanned.str.contains_any(self._everyday_words))
        met = left.with_columns(word=scanned.str.extract_many(self._everyday_words, overlapping=True))
        each = met.explode("word")
        found = [texts.filter(rare)["row"]]
        for (word,), part in each.group_by("word"):
            second = self.everyday[str(word)][0 if punctuated else 1]
            fits = part.height < _OFTEN or not second
            found.append(part["row"] if fits else part.filter(scanned.str.contains(second))["row"])
        return pl.concat(found)


def _tables(forms: Sequence[Form], wholes: Iterable[str]) -> Tables:
    """The rare words, and the everyday words with a rough expression and a list of second words each."""
    forms_of: dict[str, list[Form]] = {}
    for form in forms:
        for anchor in form.anchors:
            forms_of.setdefault(_letters(anchor), []).append(form)
    everyday = {
        word: ("|".join(dict.fromkeys(_rough(form.pattern) for form in its)), _seconds(its))
        for word, its in forms_of.items() if is_everyday(word)
    }  # fmt: skip
    rare = shortest(word for word in forms_of if word not in everyday)
    # a character said three times and more is read as once, within a word too
    repeated = {char for word in (*forms_of, *wholes) for char in word if not char.isascii()}
    return [*rare, *(3 * char for char in sorted(repeated))], everyday


def _seconds(forms: Sequence[Form]) -> str:
    """Words of which one must be beside an everyday word of these forms; empty where that word is enough."""
    if not all(form.also for form in forms):
        return ""
    return "|".join(map(re.escape, shortest(_letters(second) for form in forms for second in form.also)))


def _rough(pattern: str) -> str:
    """The expression without what looks around, which the scan's engine has not: it matches more, never less.

    Punctuation may be of full width, since the texts are as they were written.
    """
    starts, stops = CLAUSE_START.replace("(?<=", "(?:", 1), CLAUSE_STOP.replace("(?=", "(?:", 1)
    pattern = pattern.replace(CLAUSE_START, starts).replace(CLAUSE_STOP, stops)
    for around in ("(?<![a-z])", "(?![a-z])", r"(?!\d)", "(?![a-z0-9])", "(?<![a-z0-9+/])"):
        pattern = pattern.replace(around, "")
    pattern = (
        pattern.replace("!?;", "!?;！？；")
        .replace("[,~]", "[,，~]")
        .replace("[,。", "[,，。")
        .replace("[^,。", "[^,，。")
    )
    return _MARK.sub(lambda met: _EITHER.get(met[0], met[0]), pattern)


def _letters(word: str) -> str:
    return "".join(filter(stays, word))
