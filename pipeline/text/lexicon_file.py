"""Read lexicon files strictly: an unknown key, a word twice, a form that runs away is refused with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.problems import Problem
from pipeline.rules.yamlfile import Map, Seq, read_yaml
from pipeline.text.forms import BadForm, Compiled, compile_form, compile_pattern, literal
from pipeline.text.lexicon import PURPOSES, ROLES, TIERS, Context, Form, Lexicon, Term
from pipeline.text.normalise import normalise
from pipeline.text.variants import spellings

COMMON = "common.yaml"
_CONTEXT = (
    "needs_before", "needs_after", "needs_near", "needs_message",
    "unless_before", "unless_after", "unless_near", "unless_message",
    "benign",
)  # fmt: skip
_TERM_KEYS = (
    "term", "forms", "pattern", "anchors", "homophones", "unlike", "tier", "category", "whole_message",
    "negation", "instead", "evidence", "note", *_CONTEXT,
)  # fmt: skip
_GROUP_KEYS = (*(key for key in _TERM_KEYS if key not in ("term", "forms", "pattern", "anchors")), "terms")
_LEXICON_KEYS = (
    "id", "concept", "title", "role", "tier", "purpose", "keep", "quoting", "evidence", "words", "instead",
    "negated_before", "negated_after", "note", "terms", "groups", *_CONTEXT,
)  # fmt: skip
_COMMON_KEYS = ("words", "quoting", "proof", "note")
_LISTS = (
    "forms",
    "anchors",
    "unlike",
    "evidence",
    "role",
    "negated_before",
    "negated_after",
    "quoting",
    "proof",
)
_FLAGS = ("homophones", "whole_message", "negation")


class LexiconReader:
    """Collects the terms and forms of all files, and every problem met on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.lexicons: dict[str, Lexicon] = {}
        self.terms: list[Term] = []
        self.forms: list[Form] = []
        self.quoting: tuple[int, ...] = ()
        self.proof: tuple[int, ...] = ()
        self._numbers: dict[Form, int] = {}
        self._common: dict[str, list[str]] = {}
        self._seen: dict[tuple[str, str], str] = {}
        self._name = ""
        common = folder / COMMON
        if common.is_file():
            self._read_common(common)

    def read(self, file: Path) -> None:
        """Take one lexicon file."""
        if file.name == COMMON:
            return
        data = self._document(file)
        if data is None:
            return
        self._known(data, _LEXICON_KEYS)
        identity = self._text(data, "id")
        if identity and identity != file.stem:
            self._problem("lexicon_id", data, "id", f"编号 {identity} 与文件名 {file.stem} 不同",
                          f"id {identity} differs from the file's name {file.stem}", "两者写成一样", "make them equal")  # fmt: skip
        sets = self._sets(data, dict(self._common))
        title = data.get("title")
        if not isinstance(title, Map) or set(title) != {"zh", "en"}:
            self._problem("missing_translation", data, "title", "title 要有 zh 和 en", "title needs zh and en",
                          "写 title: {zh: …, en: …}", "write title: {zh: …, en: …}")  # fmt: skip
            title = Map(data.line)
        lexicon = Lexicon(
            id=file.stem,
            concept=self._text(data, "concept"),
            title_zh=str(title.get("zh", "")),
            title_en=str(title.get("en", "")),
            roles=tuple(self._choices(data, "role", ROLES, ("agent", "robot"))),
            purpose=self._choice(data, "purpose", PURPOSES, "risk"),
            keep=self._choice(data, "keep", ("every", "first_in_conversation"), "every"),
            quoting=self._flag(data, "quoting", True),
            evidence=tuple(self._list(data, "evidence")),
        )
        self.lexicons[lexicon.id] = lexicon
        _Terms(self, data, lexicon, sets).read()

    def _read_common(self, file: Path) -> None:
        data = self._document(file)
        if data is None:
            return
        self._known(data, _COMMON_KEYS)
        self._common = self._sets(data, {})
        self.quoting = self.numbers(data, "quoting", self._common)
        self.proof = self.numbers(data, "proof", self._common)

    def _document(self, file: Path) -> Map | None:
        self._name = file.name
        data, problems = read_yaml(file, self.folder)
        self.problems += problems
        if data is not None and not isinstance(data, Map):
            self.problems.append(
                Problem("wrong_form", self._name, "文件应是若干键", "the file must be a mapping",
                        "从 id: … 写起", "begin with id: …")
            )  # fmt: skip
            return None
        return data

    def _sets(self, data: Map, sets: dict[str, list[str]]) -> dict[str, list[str]]:
        words = data.get("words", Map(data.line))
        if not isinstance(words, Map):
            self._problem("wrong_form", data, "words", "words 应是 名: [词…]", "words must be name: [word …]",
                          "写 words: {名: [词, 词]}", "write words: {name: [word, word]}")  # fmt: skip
            return sets
        for name in words:
            value = words[name]
            spell = isinstance(value, Map)
            if spell:
                self._known(value, ("words", "homophones", "unlike"))
                listed = self._list(value, "words")
            else:
                listed = self._list(words, name)
            if spell and self._flag(value, "homophones", False):
                unlike = set(self._list(value, "unlike"))
                listed = [*listed, *(s for word in list(listed) for s in spellings(word) if s not in unlike)]
            sets[name] = list(dict.fromkeys(listed))
        return sets

    # what follows is shared with _Terms

    def numbers(self, data: Map, key: str, sets: dict[str, list[str]]) -> tuple[int, ...]:
        """The forms listed under a key, by number; one that cannot be read is a problem."""
        found = []
        for no, form in enumerate(self._list(data, key)):
            compiled = self.compiled(partial(compile_form, form, sets), data, key, form, no)
            if compiled is not None:
                found.append(self.number(compiled))
        return tuple(found)

    def compiled(
        self, make: Callable[[], Compiled], data: Map, key: str, form: str, no: int = 0
    ) -> Compiled | None:
        try:
            return make()
        except BadForm as bad:
            listed = data.get(key)
            line = (
                listed.lines[no] if isinstance(listed, Seq) and no < len(listed.lines) else data.line_of(key)
            )
            self._problem("bad_form", data, key, f"“{form}”：{bad.zh}", f"{form!r}: {bad.en}",
                          "按 docs/zh/text.md 的写法改", "see the notation in docs/en/text.md", line)  # fmt: skip
            return None

    def number(self, compiled: Compiled) -> int:
        form = Form(compiled.pattern, compiled.anchors, compiled.also)
        if form not in self._numbers:
            self._numbers[form] = len(self.forms)
            self.forms.append(form)
        return self._numbers[form]

    def refuse_twice(self, lexicon: str, term: str, data: Map, key: str, line: int) -> None:
        first = self._seen.setdefault((lexicon, term), f"{self._name}:{line}")
        if first != f"{self._name}:{line}":
            self._problem("duplicate_term", data, key, f"词条“{term}”重复，{first} 已有",
                          f"term {term!r} stands already at {first}", "删去其一", "remove one of them", line)  # fmt: skip

    def _known(self, data: Map, known: Sequence[str]) -> None:
        for key in data:
            if key in known:
                continue
            near = get_close_matches(key, known, 1, 0.6)
            hint_zh, hint_en = (f"，是否想写 {near[0]}", f"; did you mean {near[0]}") if near else ("", "")
            self._problem("unknown_key", data, key, f"不认识的键 {key}{hint_zh}", f"unknown key {key}{hint_en}",
                          f"可用的键：{'、'.join(known)}", f"known keys: {', '.join(known)}")  # fmt: skip

    def _text(self, data: Map, key: str) -> str:
        value = data.get(key)
        if isinstance(value, str) and value:
            return value
        self._problem(
            "missing_key", data, key, f"缺少 {key}", f"{key} is missing", f"补上 {key}", f"add {key}"
        )
        return ""

    def _list(self, data: Map, key: str) -> list[str]:
        value = data.get(key, [])
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value):
            return [str(word) for word in value]
        self._problem("wrong_form", data, key, f"{key} 应是一列文字（数字加引号）", f"{key} must be a list of texts (numbers quoted)",
                      f"写 {key}: [词, 词]", f"write {key}: [word, word]")  # fmt: skip
        return []

    def _flag(self, data: Map, key: str, default: bool) -> bool:
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        self._problem("wrong_form", data, key, f"{key} 应是 true 或 false", f"{key} must be true or false",
                      "写 true 或 false", "write true or false")  # fmt: skip
        return default

    def _choice(self, data: Map, key: str, allowed: Sequence[str], default: str) -> str:
        value = data.get(key, default)
        if value in allowed:
            return str(value)
        self._problem("not_one_of", data, key, f"{value} 不在可选值内", f"{value} is none of the values allowed",
                      f"可选：{'、'.join(allowed)}", f"choose from: {', '.join(allowed)}")  # fmt: skip
        return default

    def _choices(self, data: Map, key: str, allowed: Sequence[str], default: Iterable[str]) -> list[str]:
        listed = self._list(data, key) if key in data else list(default)
        for value in listed:
            self._choice(_one(data, key, value), key, allowed, value)
        return listed

    def _problem(
        self, code: str, data: Map, key: str, zh: str, en: str, mend_zh: str, mend_en: str, line: int = 0
    ) -> None:
        where = f"{self._name}:{line or data.line_of(key)}: {key}"
        self.problems.append(Problem(code, where, zh, en, mend_zh, mend_en))


class _Terms:
    """Reads the terms of one lexicon: plain words, terms with their own keys, groups with shared keys."""

    def __init__(
        self, reader: LexiconReader, data: Map, lexicon: Lexicon, sets: dict[str, list[str]]
    ) -> None:
        self.reader, self.data, self.lexicon, self.sets = reader, data, lexicon, sets
        self.shared = {
            key: reader.numbers(data, key, sets) for key in (*_CONTEXT, "negated_before", "negated_after")
        }

    def read(self) -> None:
        self.listed(self.data, [self.data])
        groups = self.data.get("groups", [])
        for group in groups if isinstance(groups, list) else []:
            if isinstance(group, Map):
                self.reader._known(group, _GROUP_KEYS)
                self.listed(group, [group, self.data])
        if not any(term.lexicon == self.lexicon.id for term in self.reader.terms):
            self.reader._problem("missing_key", self.data, "terms", "没有任何词条", "there is no term",
                                 "写 terms: [词, 词]", "write terms: [word, word]")  # fmt: skip

    def listed(self, owner: Map, above: list[Map]) -> None:
        terms = owner.get("terms", Seq(owner.line))
        if not isinstance(terms, Seq):
            self.reader._problem("wrong_form", owner, "terms", "terms 应是一列词条", "terms must be a list",
                                 "写 terms: [词, 词]", "write terms: [word, word]")  # fmt: skip
            return
        for item, line in zip(terms, terms.lines, strict=True):
            if isinstance(item, Map):
                self.reader._known(item, _TERM_KEYS)
                data = item
            elif isinstance(item, str) and item.strip():
                data = Map(line)
                data["term"] = item
            else:
                self.reader._problem("wrong_form", owner, "terms", f"{item} 不是词条（数字加引号）", f"{item} is no term (numbers are quoted)",
                                     "写成文字，或 {term: …}", "write a text, or {term: …}", line)  # fmt: skip
                continue
            self.term(data, above, line)

    def term(self, data: Map, above: list[Map], line: int) -> None:
        reader = self.reader
        name = reader._text(data, "term")
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
            reader._problem("not_one_of", owner, "tier", f"级别 {tier!r} 不在可选值内", f"tier {tier!r} is none of the values allowed",
                            f"可选：{'、'.join(TIERS)}", f"choose from: {', '.join(TIERS)}")  # fmt: skip
        compiled = self.forms(data, name, bool(inherited("homophones", False)), list(inherited("unlike", [])))
        wholes: tuple[str, ...] = ()
        if inherited("whole_message", False) is True:
            wholes = tuple(dict.fromkeys(word for form in compiled for word in form.words if word))
            if not all(form.words for form in compiled):
                reader._problem("whole_message", data, "forms", "整条消息的词条只能列出写法，不能有间隔", "a whole-message term lists its wordings; no gaps",
                                "逐个列出", "list each", line)  # fmt: skip
            compiled = []
        context = {key: [*self.shared[key]] for key in _CONTEXT}
        for owner in [data] if group is None else [data, group]:
            for key in _CONTEXT:
                if key in owner:
                    own = list(reader.numbers(owner, key, self.sets))
                    # what a term needs replaces what its lexicon needs; what excuses it adds up
                    context[key] = own if key.startswith("needs") else [*context[key], *own]
        if inherited("negation", True):
            context |= {key: [*self.shared[key]] for key in ("negated_before", "negated_after")}
        instead = inherited("instead", None)
        if instead is not None and (not isinstance(instead, Map) or set(instead) != {"zh", "en"}):
            reader._problem("missing_translation", data, "instead", "instead 要有 zh 和 en", "instead needs zh and en",
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
            pattern, anchors = reader._text(data, "pattern"), reader._list(data, "anchors")
            found.append(reader.compiled(lambda: compile_pattern(pattern, anchors), data, "pattern", pattern))
        listed = reader._list(data, "forms") if "forms" in data else [] if "pattern" in data else [name]
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
                reader._problem("wanted_form", data, "forms", f"“{form}”：该说的话只用字词、组和间隔，不用 ^ $ 与字母", f"{form!r}: wanted wording takes words, groups and gaps only, no ^ $ or Latin letters",
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


def _one(data: Map, key: str, value: str) -> Map:
    single = Map(data.line_of(key))
    single[key] = value
    return single
