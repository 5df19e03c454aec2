"""Read lexicon files strictly: an unknown key, a word twice, a form that runs away is refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from pipeline.problems import Problem
from pipeline.rules.yamlfile import Map, Seq, read_yaml
from pipeline.text.forms import compile_form
from pipeline.text.lexicon import PURPOSES, ROLES, Form, Lexicon, Term
from pipeline.text.lexicon_keys import Keys
from pipeline.text.lexicon_terms import CONTEXT, Terms
from pipeline.text.pattern import BadForm, Compiled
from pipeline.text.variants import spellings

COMMON = "common.yaml"
_LEXICON_KEYS = (
    "id", "concept", "title", "role", "tier", "purpose", "keep", "quoting", "evidence", "yields_to", "words", "instead",
    "negated_before", "negated_after", "note", "terms", "groups", *CONTEXT,
)  # fmt: skip
_COMMON_KEYS = ("words", "quoting", "proof", "note")


class LexiconReader(Keys):
    """Collects the terms and forms of all files, and every problem met on the way."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.lexicons: dict[str, Lexicon] = {}
        self.terms: list[Term] = []
        self.forms: list[Form] = []
        self.quoting: tuple[int, ...] = ()
        self.proof: tuple[int, ...] = ()
        self._numbers: dict[Form, int] = {}
        self._common: dict[str, list[str]] = {}
        self._seen: dict[tuple[str, str], str] = {}
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
        self.known(data, _LEXICON_KEYS)
        identity = self.text(data, "id")
        if identity and identity != file.stem:
            self.problem("lexicon_id", data, "id", f"编号 {identity} 与文件名 {file.stem} 不同",
                          f"id {identity} differs from the file's name {file.stem}", "两者写成一样", "make them equal")  # fmt: skip
        sets = self._sets(data, dict(self._common))
        title = data.get("title")
        if not isinstance(title, Map) or set(title) != {"zh", "en"}:
            self.problem("missing_translation", data, "title", "title 要有 zh 和 en", "title needs zh and en",
                          "写 title: {zh: …, en: …}", "write title: {zh: …, en: …}")  # fmt: skip
            title = Map(data.line)
        lexicon = Lexicon(
            id=file.stem,
            concept=self.text(data, "concept"),
            title_zh=str(title.get("zh", "")),
            title_en=str(title.get("en", "")),
            roles=tuple(self.choices(data, "role", ROLES, ("agent", "robot"))),
            purpose=self.choice(data, "purpose", PURPOSES, "risk"),
            keep=self.choice(data, "keep", ("every", "first_in_conversation"), "every"),
            quoting=self.flag(data, "quoting", True),
            evidence=tuple(self.texts(data, "evidence")),
            yields_to=tuple(self.texts(data, "yields_to")),
        )
        self.lexicons[lexicon.id] = lexicon
        Terms(self, data, lexicon, sets).read()

    def _read_common(self, file: Path) -> None:
        data = self._document(file)
        if data is None:
            return
        self.known(data, _COMMON_KEYS)
        self._common = self._sets(data, {})
        self.quoting = self.numbers(data, "quoting", self._common)
        self.proof = self.numbers(data, "proof", self._common)

    def _document(self, file: Path) -> Map | None:
        self.name = file.name
        data, problems = read_yaml(file, self.folder)
        self.problems += problems
        if data is not None and not isinstance(data, Map):
            self.problems.append(
                Problem("wrong_form", self.name, "文件应是若干键", "the file must be a mapping",
                        "从 id: … 写起", "begin with id: …")
            )  # fmt: skip
            return None
        return data

    def _sets(self, data: Map, sets: dict[str, list[str]]) -> dict[str, list[str]]:
        words = data.get("words", Map(data.line))
        if not isinstance(words, Map):
            self.problem("wrong_form", data, "words", "words 应是 名: [词…]", "words must be name: [word …]",
                          "写 words: {名: [词, 词]}", "write words: {name: [word, word]}")  # fmt: skip
            return sets
        for name in words:
            value = words[name]
            spell = isinstance(value, Map)
            if spell:
                self.known(value, ("words", "homophones", "unlike"))
                listed = self.texts(value, "words")
            else:
                listed = self.texts(words, name)
            if spell and self.flag(value, "homophones", False):
                unlike = set(self.texts(value, "unlike"))
                listed = [*listed, *(s for word in list(listed) for s in spellings(word) if s not in unlike)]
            sets[name] = list(dict.fromkeys(listed))
        return sets

    # what follows is shared with Terms

    def numbers(self, data: Map, key: str, sets: dict[str, list[str]]) -> tuple[int, ...]:
        """The forms listed under a key, by number; one that cannot be read is a problem."""
        found = []
        for no, form in enumerate(self.texts(data, key)):
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
            self.problem("bad_form", data, key, f"“{form}”：{bad.zh}", f"{form!r}: {bad.en}",
                          "按 docs/zh/text.md 的写法改", "see the notation in docs/en/text.md", line)  # fmt: skip
            return None

    def number(self, compiled: Compiled) -> int:
        form = Form(compiled.pattern, compiled.anchors, compiled.also)
        if form not in self._numbers:
            self._numbers[form] = len(self.forms)
            self.forms.append(form)
        return self._numbers[form]

    def refuse_twice(self, lexicon: str, term: str, data: Map, key: str, line: int) -> None:
        first = self._seen.setdefault((lexicon, term), f"{self.name}:{line}")
        if first != f"{self.name}:{line}":
            self.problem("duplicate_term", data, key, f"词条“{term}”重复，{first} 已有",
                          f"term {term!r} stands already at {first}", "删去其一", "remove one of them", line)  # fmt: skip
