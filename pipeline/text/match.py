"""Find the lexicons' words in messages: a fast scan for candidates, then terms, spans and contexts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import polars as pl

from pipeline.text.context import Found, Text, find_in
from pipeline.text.forms import is_everyday, shortest, stays
from pipeline.text.lexicon import Form, Lexicon, Lexicons, Term
from pipeline.text.normalise import LOOKALIKES, normalise, simplified

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "store_id": pl.String,
    "message_id": pl.String,
    "conversation_id": pl.String,
    "sent_at": pl.Datetime("us"),
    "role": pl.String,
    "agent_id": pl.String,
    "lexicon": pl.String,
    "category": pl.String,
    "term": pl.String,
    "tier": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "matched_text": pl.String,
    "whole_message": pl.Boolean,
}
# Look-alike letters and repeats: rare, and not worth undoing before the scan.
_REPEATS = "|".join(f"{char}{{3,}}" for char in "abcdefghijklmnopqrstuvwxyz")
_DISGUISED = f"[{re.escape(''.join(LOOKALIKES))}]|{_REPEATS}"
# Whatever is not plain simplified Chinese, small letters, digits and the usual punctuation; a blank or a
# sign between letters may be stuffing.
_ODD = (
    r"[^\p{Han}a-z0-9，。！？、：；（）“”…~,.!?:;()\[\]+\-]|[\x{3400}-\x{4dff}]|[\p{Han}a-z][.\-][\p{Han}a-z]"
)
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
_KNOWN = 100_000  # texts whose hits are kept
_LONGEST_WHOLE = 12  # characters of the longest whole-message term, with some punctuation
_SHORT = 8  # messages so short may be whole-message terms, or repeats of them
_KEYS = ("store_id", "message_id", "conversation_id", "sent_at", "role", "agent_id")


def find_hits(messages: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Return one row per match, in the order of the messages.

    `messages` holds store_id, message_id, conversation_id, sent_at, role, agent_id, text and is sorted by
    conversation and time. start and end count characters of `text`, end exclusive.
    """
    matcher = matcher_of(lexicons)
    rows = messages.with_row_index("row").with_columns(pl.col("text").cast(pl.String))
    parts = [matcher.risks(rows), *(matcher.wanted(rows, lexicon) for lexicon in matcher.wanted_lexicons)]
    hits = pl.concat(parts).sort("row", "start", "end", "lexicon", "term")
    return hits.join(rows.select("row", *_KEYS), on="row", how="left", maintain_order="left").select(
        [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    )


def find_in_texts(texts: Sequence[str], roles: Sequence[str], lexicons: Lexicons) -> list[list[Found]]:
    """The hits of each text, for callers without a table; wanted wording is not looked for."""
    matcher = matcher_of(lexicons)
    found = matcher.find(list(dict.fromkeys(texts)))
    return [
        [
            hit
            for hit in found.get(text, ())
            if role in lexicons.lexicons[lexicons.terms[hit.term].lexicon].roles
        ]
        for text, role in zip(texts, roles, strict=True)
    ]


@lru_cache(maxsize=4)
def _matcher(fingerprint: str, holder: _ByIdentity) -> Matcher:
    return Matcher(holder.lexicons)


@dataclass(frozen=True, slots=True)
class _ByIdentity:
    lexicons: Lexicons

    def __hash__(self) -> int:
        return hash(self.lexicons.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.lexicons.fingerprint == self.lexicons.fingerprint


def matcher_of(lexicons: Lexicons) -> Matcher:
    """The matcher of these lexicons, built once."""
    return _matcher(lexicons.fingerprint, _ByIdentity(lexicons))


class Matcher:
    """The tables that a scan needs, derived from the lexicons once."""

    def __init__(self, lexicons: Lexicons) -> None:
        self.lexicons = lexicons
        risky = [no for no, term in enumerate(lexicons.terms) if self._lexicon(term).purpose != "wanted"]
        self.wanted_lexicons = [
            lexicon for lexicon in lexicons.lexicons.values() if lexicon.purpose == "wanted"
        ]
        self.risk_roles = sorted({role for no in risky for role in self._lexicon(lexicons.terms[no]).roles})
        self.wholes: dict[str, list[int]] = {}
        self.terms_of_form: dict[int, list[int]] = {}
        for no in risky:
            for word in lexicons.terms[no].wholes:
                self.wholes.setdefault(word, []).append(no)
            for form in lexicons.terms[no].forms:
                self.terms_of_form.setdefault(form, []).append(no)
        self.index = AnchorIndex(dict(enumerate(lexicons.forms)))
        self.risk_index = AnchorIndex({form: lexicons.forms[form] for form in self.terms_of_form})
        self._known: dict[str, list[Found]] = {}  # canned replies come again and again
        self._old, self._new = list(simplified()), list(simplified().values())

    @cached_property
    def scan(self) -> Scan:
        """What a table is scanned with; a handful of texts is looked at one by one."""
        return Scan([self.lexicons.forms[form] for form in self.terms_of_form])

    def _lexicon(self, term: Term) -> Lexicon:
        return self.lexicons.lexicons[term.lexicon]

    def find(self, texts: Sequence[str]) -> dict[str, list[Found]]:
        """The hits of each distinct text that has any."""
        found: dict[str, list[Found]] = {}
        for text in texts:
            # texts that differ in an order number only have the same hits in the same places
            key = _LONG_NUMBER.sub(lambda run: "8" * len(run[0]), text)
            hits = self._known.get(key)
            if hits is None:
                hits = self._known[key] = self._hits(key)
                if len(self._known) > _KNOWN:
                    self._known.clear()
            if hits:
                found[text] = hits
        return found

    def _hits(self, text: str) -> list[Found]:
        normal = normalise(text)
        risky = self.risk_index.forms_in(normal.text)
        if not risky and len(normal.text) > _LONGEST_WHOLE:
            return []
        return find_in(Text(normal, risky, self.index, self.lexicons), self.terms_of_form, self.wholes)

    def risks(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Hits of the lexicons of what must not be said, as row, lexicon, … without the message's keys."""
        spoken = rows.filter(pl.col("role").is_in(self.risk_roles) & pl.col("text").is_not_null())
        candidates = self.candidates(spoken.select("row", "store_id", "role", "text"))
        found = self.find(candidates["text"].unique().to_list())
        terms = self.lexicons.terms
        hits = pl.DataFrame(
            [
                (text, no.lexicon, no.category, no.term, no.tier, hit.start, hit.end, text[hit.start : hit.end], hit.whole,
                 list(self._lexicon(no).roles))
                for text, listed in found.items() for hit in listed for no in (terms[hit.term],)
            ],
            schema={"text": pl.String, **{name: SCHEMA[name] for name in _FOUND}, "roles": pl.List(pl.String)},
            orient="row",
        )  # fmt: skip
        hits = candidates.join(hits, on="text", how="inner").filter(pl.col("role").is_in(pl.col("roles")))
        return self._without_allowed(hits).select("row", *_FOUND)

    def _squeezed(self, text: pl.Expr) -> pl.Expr:
        return (
            text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\p{Han}a-z0-9+]", "")
            .str.replace_many(self._old, self._new)
        )  # fmt: skip

    def candidates(self, spoken: pl.DataFrame) -> pl.DataFrame:
        """The rows whose text may hold a hit, and few others; never a row less.

        Most texts are plain; the rest is rid of its disguises first, roughly, since nothing is decided here.
        """
        text = pl.col("text")
        odd, short, disguised = spoken.lazy().select(
            text.str.contains(_ODD).alias("odd"), (text.str.len_chars() <= _SHORT).alias("short"),
            text.str.contains(_DISGUISED).alias("disguised"),
        ).collect().get_columns()  # fmt: skip
        sure = short | disguised
        plain = spoken.filter(~odd & ~sure).select("row", text.alias("scanned"))
        strange = (
            spoken.filter(odd & ~sure).lazy().select("row", self._squeezed(text).alias("scanned")).collect()
        )
        rows = [spoken.filter(sure)["row"], self.scan.rows(plain), self.scan.rows(strange)]
        return spoken.filter(pl.col("row").is_in(pl.concat(rows).implode()))

    def wanted(self, rows: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
        """The first place in each message where wording stands that ought to be said."""
        terms = [term for term in self.lexicons.terms if term.lexicon == lexicon.id]
        expressions = [
            (re.compile(self.lexicons.forms[form].pattern), term) for term in terms for form in term.forms
        ]
        union = "|".join(sorted({e.pattern for e, _ in expressions}, key=lambda p: (-len(p), p)))
        spoken = (
            rows.lazy()
            .filter(pl.col("role").is_in(list(lexicon.roles)) & pl.col("text").str.contains(union))
            .select(
                "row",
                "store_id",
                "conversation_id",
                "text",
                pl.col("text").str.extract(f"({union})").alias("matched_text"),
            )
        )
        if lexicon.keep == "first_in_conversation":
            spoken = spoken.unique(["store_id", "conversation_id"], keep="first", maintain_order=True)
        hits = spoken.with_columns(
            pl.col("text").str.find(pl.col("matched_text"), literal=True).alias("byte")
        ).with_columns(
            pl.col("text").cast(pl.Binary).bin.slice(0, pl.col("byte")).cast(pl.String).str.len_chars().cast(pl.Int64).alias("start")
        ).collect()  # fmt: skip
        named: dict[str, Term] = {}
        for matched in hits["matched_text"].unique().to_list():
            named[matched] = next(term for e, term in expressions if e.fullmatch(matched))
        return hits.select(
            "row",
            pl.lit(lexicon.id).alias("lexicon"),
            pl.col("matched_text").replace_strict({m: t.category for m, t in named.items()}, return_dtype=pl.String).alias("category"),
            pl.col("matched_text").replace_strict({m: t.term for m, t in named.items()}, return_dtype=pl.String).alias("term"),
            pl.col("matched_text").replace_strict({m: t.tier for m, t in named.items()}, return_dtype=pl.String).alias("tier"),
            "start",
            (pl.col("start") + pl.col("matched_text").str.len_chars()).alias("end"),
            "matched_text",
            (pl.col("text").str.strip_chars() == pl.col("matched_text")).alias("whole_message"),
        )  # fmt: skip

    def _without_allowed(self, hits: pl.DataFrame) -> pl.DataFrame:
        """Leave out what lies inside a word that the store may use."""
        if not self.lexicons.allowed or hits.is_empty():
            return hits
        return hits.filter(
            [not self.is_allowed(store, text, start, end) for store, text, start, end in hits.select("store_id", "text", "start", "end").iter_rows()]
        )  # fmt: skip

    def is_allowed(self, store: str | None, text: str, start: int, end: int) -> bool:
        """Whether the span lies inside one of the words that this store may use."""
        words = [*self.lexicons.allowed.get("*", ()), *self.lexicons.allowed.get(store or "", ())]
        if not words:
            return False
        normal = normalise(text)
        for word in words:
            for match in re.finditer(re.escape(word), normal.text):
                first, last = normal.source_span(*match.span())
                if first <= start and end <= last:
                    return True
        return False


_FOUND = ("lexicon", "category", "term", "tier", "start", "end", "matched_text", "whole_message")


class Scan:
    """Says which texts may hold one of the forms, from words alone."""

    def __init__(self, forms: Sequence[Form]) -> None:
        forms_of: dict[str, list[Form]] = {}
        for form in forms:
            for anchor in form.anchors:
                forms_of.setdefault(_letters(anchor), []).append(form)
        words = shortest(forms_of)
        # An everyday word leads nowhere unless the rest of an anchor, or a second word of a form, is there too.
        self.seconds: dict[str, str] = {}
        for word in filter(is_everyday, words):
            alone = forms_of.get(word, [])
            if all(form.also for form in alone):
                needed = [anchor for anchor in forms_of if word in anchor and word != anchor]
                needed += [_letters(second) for form in alone for second in form.also]
                self.seconds[word] = "|".join(map(re.escape, shortest(needed)))
        self._rare = "|".join(re.escape(word) for word in words if word not in self.seconds)
        self._everyday = list(self.seconds)

    def rows(self, texts: pl.DataFrame) -> pl.Series:
        """The rows (column row) whose text (column scanned) may hold a form."""
        scanned = pl.col("scanned")
        rare = texts.lazy().select(scanned.str.contains(self._rare)).collect().to_series()
        found = [texts.filter(rare)["row"]]
        met = texts.filter(~rare).lazy().with_columns(
            scanned.str.extract_many(self._everyday, overlapping=True).alias("word")
        ).explode("word").drop_nulls("word").unique(["row", "word"]).collect()  # fmt: skip
        for (word,), part in met.group_by("word"):
            found.append(part.filter(scanned.str.contains(self.seconds[str(word)]))["row"])
        return pl.concat(found)


def _letters(word: str) -> str:
    return "".join(filter(stays, word))


class AnchorIndex:
    """Finds which forms have one of their anchors in a text, by the first two characters of each anchor."""

    def __init__(self, forms: Mapping[int, Form]) -> None:
        self._forms: dict[str, set[int]] = {}
        lengths: dict[str, set[int]] = {}
        for no, form in forms.items():
            for word in form.anchors:
                self._forms.setdefault(word, set()).add(no)
                lengths.setdefault(word[:2] if len(word) > 1 else word, set()).add(len(word))
        self._lengths = {start: tuple(sorted(found)) for start, found in lengths.items()}

    def forms_in(self, text: str) -> set[int]:
        """The numbers of the forms one of whose anchors stands in the text."""
        found: set[int] = set()
        forms, lengths = self._forms, self._lengths
        for at, char in enumerate(text):
            if char in forms:
                found |= forms[char]
            for length in lengths.get(text[at : at + 2], ()):
                word = text[at : at + length]
                if word in forms:
                    found |= forms[word]
        return found
