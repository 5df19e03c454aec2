"""Read the terms of one lexicon: plain words, terms with their own keys, groups with shared keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.rules.yamlfile import Map, Seq
from pipeline.text.forms import compile_form
from pipeline.text.lexicon import TIERS, Context, Lexicon, Term
from pipeline.text.normalise import normalise
from pipeline.text.pattern import Compiled, compile_pattern, literal
from pipeline.text.variants import spellings

if TYPE_CHECKING:
    from pipeline.text.lexicon_file import LexiconReader

CONTEXT = (
    "needs_before", "needs_after", "needs_near", "needs_message",
    "unless_before", "unless_after", "unless_near", "unless_message",
    "benign",
)  # fmt: skip
_TERM_KEYS = (
    "term", "forms", "pattern", "anchors", "homophones", "unlike", "tier", "category", "whole_message",
    "negation", "instead", "evidence", "note", *CONTEXT,
)  # fmt: skip
_GROUP_KEYS = (*(key for key in _TERM_KEYS if key not in ("term", "forms", "pattern", "anchors")), "terms")


class Terms:
    """Turns the terms of a file into the terms of the reader."""

    def __init__(
        self, reader: LexiconReader, data: Map, lexicon: Lexicon, sets: dict[str, list[str]]
    ) -> None:
        self.reader, self.data, self.lexicon, self.sets = reader, data, lexicon, sets
        self.shared = {
            key: reader.numbers(data, key, sets) for key in (*CONTEXT, "negated_before", "negated_after")
        }

    def read(self) -> None:
        self.listed(self.data, [self.data])
        groups = self.data.get("groups", [])
        for group in groups if isinstance(groups, list) else []:
            if isinstance(group, Map):
                self.reader.known(group, _GROUP_KEYS)
                self.listed(group, [group, self.data])
        if not any(term.lexicon == self.lexicon.id for term in self.reader.terms):
            self.reader.problem("missing_key", self.data, "terms", "没有任何词条", "there is no term",
                                 "写 terms: [词, 词]", "write terms: [word, word]")  # fmt: skip

    def listed(self, owner: Map, above: list[Map]) -> None:
        terms = owner.get("terms", Seq(owner.line))
        if not isinstance(terms, Seq):
            self.reader.problem("wrong_form", owner, "terms", "terms 应是一列词条", "terms must be a list",
                                 "写 terms: [词, 词]", "write terms: [word, word]")  # fmt: skip
            return
        for item, line in zip(terms, terms.lines, strict=True):
            if isinstance(item, Map):
                self.reader.known(item, _TERM_KEYS)
                data = item
            elif isinstance(item, str) and item.strip():
                data = Map(line)
                data["term"] = item
            else:
                self.reader.problem("wrong_form", owner, "terms", f"{item} 不是词条（数字加引号）", f"{item} is no term (numbers are quoted)",
                                     "写成文字，或 {term: …}", "write a text, or {term: …}", line)  # fmt: skip
                continue
            self.term(data, above, line)

    def term(self, data: Map, above: list[Map], line: int) -> None:
        reader = self.reader
        name = reader.text(data, "term")
        if not name:
            return
        reader.refuse_twice(self.lexicon.id, name, data, "term", line)
        group = above[0] if len(above) > 1 else None

        def inherited(key: str, default: Any) -> Any:
            for owner in [data, *above]:
                if key in owner:
                    return owner[key]
            return default

        tier = inherited("tier", "wanted" if self.lexicon.purpose != "risk" else "")
        if tier not in TIERS and not (self.lexicon.purpose != "risk" and tier == "wanted"):
            owner = next((owner for owner in [data, *above] if "tier" in owner), data)
            reader.problem("not_one_of", owner, "tier", f"级别 {tier!r} 不在可选值内", f"tier {tier!r} is none of the values allowed",
                            f"可选：{'、'.join(TIERS)}", f"choose from: {', '.join(TIERS)}")  # fmt: skip
        compiled = self.forms(data, name, bool(inherited("homophones", False)), list(inherited("unlike", [])))
        wholes: tuple[str, ...] = ()
        if inherited("whole_message", False) is True:
            wholes = tuple(dict.fromkeys(word for form in compiled for word in form.words if word))
            if not all(form.words for form in compiled):
                reader.problem("whole_message", data, "forms", "整条消息的词条只能列出写法，不能有间隔", "a whole-message term lists its wordings; no gaps",
                                "逐个列出", "list each", line)  # fmt: skip
            compiled = []
        context = {key: [*self.shared[key]] for key in CONTEXT}
        for owner in [data] if group is None else [data, group]:
            for key in CONTEXT:
                if key in owner:
                    own = list(reader.numbers(owner, key, self.sets))
                    # what a term needs replaces what its lexicon needs; what excuses it adds up
                    context[key] = own if key.startswith("needs") else [*context[key], *own]
        if inherited("negation", True):
            context |= {key: [*self.shared[key]] for key in ("negated_before", "negated_after")}
        instead = inherited("instead", None)
        if instead is not None and (not isinstance(instead, Map) or set(instead) != {"zh", "en"}):
            reader.problem("missing_translation", data, "instead", "instead 要有 zh 和 en", "instead needs zh and en",
                            "写 instead: {zh: …, en: …}", "write instead: {zh: …, en: …}", line)  # fmt: skip
            instead = None
        reader.terms.append(
            Term(
                lexicon=self.lexicon.id,
                term=name,
                tier=str(tier),
                category=str(inherited("category", "")),
                forms=tuple(reader.number(form) for form in compiled),
                context=Context(**{key: tuple(dict.fromkeys(forms)) for key, forms in context.items()}),
                wholes=wholes,
                instead=(str(instead["zh"]), str(instead["en"])) if instead else None,
            )
        )

    def forms(self, data: Map, name: str, by_sound: bool, unlike: list[str]) -> list[Compiled]:
        reader = self.reader
        found: list[Compiled | None] = []
        if "pattern" in data:
            pattern, anchors = reader.text(data, "pattern"), reader.texts(data, "anchors")
            found.append(reader.compiled(lambda: compile_pattern(pattern, anchors), data, "pattern", pattern))
        listed = reader.texts(data, "forms") if "forms" in data else [] if "pattern" in data else [name]
        for no, form in enumerate(listed):
            made = reader.compiled(
                partial(compile_form, form, self.sets),
                data,
                "forms" if "forms" in data else "term",
                form,
                no,
            )
            if (
                made is not None
                and self.lexicon.purpose == "wanted"
                and ("(?<" in made.pattern or "(?=" in made.pattern)
            ):
                reader.problem("wanted_form", data, "forms", f"“{form}”：该说的话只用字词、组和间隔，不用 ^ $ 与字母", f"{form!r}: wanted wording takes words, groups and gaps only, no ^ $ or Latin letters",
                                "去掉这些写法", "leave them out")  # fmt: skip
            found.append(made)
        if by_sound:
            words = [word for word in spellings(name) if word not in unlike]
            words = [word for word in dict.fromkeys(normalise(word).text for word in words) if word]
            if words:
                found.append(Compiled(_alternation(words), tuple(words), tuple(words)))
        return [form for form in found if form is not None]


def _alternation(words: Sequence[str]) -> str:
    if len(words) == 1:
        return literal(words[0])
    return f"(?:{'|'.join(map(literal, sorted(words, key=lambda w: (-len(w), w))))})"
