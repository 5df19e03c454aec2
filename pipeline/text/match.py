"""Find the lexicons' words in messages: a fast scan for candidates, then terms, spans and contexts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import polars as pl

from pipeline.text.context import Found, Text, find_in
from pipeline.text.lexicon import Lexicon, Lexicons, Term
from pipeline.text.normalise import LOOKALIKES, normalise, simplified

SCHEMA = {
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
_SHORT = 8  # messages so short may be whole-message terms, or repeats of them
_KEYS = ("store_id", "message_id", "conversation_id", "sent_at", "role", "agent_id")


def find_hits(messages: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Return one row per match, in the order of the messages.

    `messages` holds store_id, message_id, conversation_id, sent_at, role, agent_id, text and is sorted by
    conversation and time. start and end count characters of `text`, end exclusive.
    """
    matcher = matcher_of(lexicons)
    rows = messages.with_row_index("row")
    parts = [matcher.risks(rows), *(matcher.wanted(rows, lexicon) for lexicon in matcher.wanted_lexicons)]
    hits = pl.concat(parts).sort("row", "start", "end", "lexicon", "term")
    return (
        hits.join(rows.select("row", *_KEYS), on="row", how="left", maintain_order="left")
        .select([pl.col(name).cast(kind) for name, kind in SCHEMA.items()])
    )


def find_in_texts(texts: Sequence[str], roles: Sequence[str], lexicons: Lexicons) -> list[list[Found]]:
    """The hits of each text, for callers without a table; wanted wording is not looked for."""
    matcher = matcher_of(lexicons)
    found = matcher.find(list(dict.fromkeys(texts)))
    return [
        [hit for hit in found.get(text, ()) if role in lexicons.lexicons[lexicons.terms[hit.term].lexicon].roles]
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
        self.wanted_lexicons = [lexicon for lexicon in lexicons.lexicons.values() if lexicon.purpose == "wanted"]
        self.risk_roles = sorted({role for no in risky for role in self._lexicon(lexicons.terms[no]).roles})
        self.wholes: dict[str, list[int]] = {}
        self.terms_of_form: dict[int, list[int]] = {}
        for no in risky:
            for word in lexicons.terms[no].wholes:
                self.wholes.setdefault(word, []).append(no)
            for form in lexicons.terms[no].forms:
                self.terms_of_form.setdefault(form, []).append(no)
        self.anchors = sorted({word for form in self.terms_of_form for word in lexicons.forms[form].anchors})
        self.forms_of_anchor: dict[str, list[int]] = {}
        for no, form in enumerate(lexicons.forms):
            for word in form.anchors:
                self.forms_of_anchor.setdefault(word, []).append(no)
        self.all_anchors = sorted(self.forms_of_anchor)

    def _lexicon(self, term: Term) -> Lexicon:
        return self.lexicons.lexicons[term.lexicon]

    def find(self, texts: Sequence[str]) -> dict[str, list[Found]]:
        """The hits of each distinct text that has any."""
        normals = [normalise(text) for text in texts]
        anchored = pl.Series([normal.text for normal in normals], dtype=pl.String).to_frame("text").select(
            pl.col("text").str.extract_many(self.all_anchors, overlapping=True)
        ).to_series()
        found: dict[str, list[Found]] = {}
        for text, normal, words in zip(texts, normals, anchored, strict=True):
            forms = {form for word in set(words) for form in self.forms_of_anchor[word]}
            terms = {no for form in forms for no in self.terms_of_form.get(form, ())}
            hits = find_in(Text(normal, forms, self.lexicons), sorted(terms), self.lexicons, self.wholes)
            if hits:
                found[text] = hits
        return found

    def risks(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Hits of the lexicons of what must not be said, as row, lexicon, … without the message's keys."""
        spoken = rows.lazy().filter(pl.col("role").is_in(self.risk_roles)).select("row", "store_id", "role", "text")
        candidates = spoken.filter(self.candidate(pl.col("text"))).collect()
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

    @cached_property
    def scan_pattern(self) -> str:
        """The words that every hit holds one of; the same for every store, so found once."""
        words = shortest({re.sub(r"[^\w+]|_", "", word) for word in self.anchors})
        return "|".join(map(re.escape, words))

    def candidate(self, text: pl.Expr) -> pl.Expr:
        """True where a text may hold a hit; never false where it does."""
        squeezed = (
            text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\p{Han}a-z0-9+]", "")
            .str.replace_many(list(simplified()), list(simplified().values()))
        )  # fmt: skip
        return squeezed.str.contains(self.scan_pattern) | text.str.contains(_DISGUISED) | (text.str.len_chars() <= _SHORT)

    def wanted(self, rows: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
        """The first place in each message where wording stands that ought to be said."""
        terms = [term for term in self.lexicons.terms if term.lexicon == lexicon.id]
        expressions = [(re.compile(self.lexicons.forms[form].pattern), term) for term in terms for form in term.forms]
        union = "|".join(sorted({e.pattern for e, _ in expressions}, key=lambda p: (-len(p), p)))
        spoken = (
            rows.lazy()
            .filter(pl.col("role").is_in(list(lexicon.roles)) & pl.col("text").str.contains(union))
            .select("row", "store_id", "conversation_id", "text", pl.col("text").str.extract(f"({union})").alias("matched_text"))
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


def shortest(words: Iterable[str]) -> list[str]:
    """Those words that hold no other of them: whoever finds these finds a part of every word."""
    kept: set[str] = set()
    for word in sorted(words, key=lambda word: (len(word), word)):
        parts = {word[at:end] for at in range(len(word)) for end in range(at + 1, len(word) + 1)}
        if word and not kept & parts:
            kept.add(word)
    return sorted(kept)
