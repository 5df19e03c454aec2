"""Read one YAML file of a pack strictly: every key and item knows its line, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import yaml

from pipeline.problems import Problem
from pipeline.rules.findings import finding

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40
_INTEGER = re.compile(r"-?(0|[1-9]\d*)\Z")
# What YAML 1.1 would turn into something else when it stands bare: the traps this reader refuses.
_DATE_OR_TIME = re.compile(r"\d{4}-\d\d?-\d\d?|\d{1,3}(:\d\d)+")
_NUMBER = re.compile(r"[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?\Z|0[xob][\da-fA-F_]+\Z")
_BOOLEAN = {"true": True, "false": False}
_WORDS_OF_YAML = {"yes", "no", "on", "off", "y", "n"}
_NULL = {"", "~", "null"}

Value = Any  # str, int, bool, Map or Seq


class Map(dict[str, Value]):
    """A mapping that knows the line of each key (from 1)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping when the key is absent."""
        return self.lines.get(key, self.line)


class Seq(list[Value]):
    """A list that knows the line of each item (from 1)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


def read_yaml(path: Path, root: Path) -> tuple[Value | None, list[Problem]]:
    """Return the file's one document and every problem met; None when it cannot be read at all."""
    name, problems = str(path.relative_to(root)), list[Problem]()
    refusal = refuse_path(path, root)
    if refusal:
        return None, [refusal]
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [finding("not_utf8", name, byte=error.start)]
    try:
        return _Builder(name, problems.append).build(text), problems
    except _Refused as refused:
        return None, [*problems, refused.problem]
    except yaml.YAMLError as error:
        return None, [*problems, _syntax(name, error)]


def refuse_path(path: Path, root: Path) -> Problem | None:
    """Refuse a file that is no plain file below the root, or far larger than a pack ever is."""
    name = str(path.relative_to(root))
    if not path.resolve().is_relative_to(root.resolve()):
        return finding("path_outside", name)
    if not path.is_file():
        return finding("not_a_file", name)
    size = path.stat().st_size
    if size > MAX_BYTES:
        return finding("file_too_large", name, size=f"{size / 1e6:.1f}", limit=f"{MAX_BYTES / 1e6:.1f}")
    return None


class _Builder:
    """Turns the parser's events into values without recursion, so that no nesting can exhaust the stack."""

    def __init__(self, name: str, report: Callable[[Problem], None]) -> None:
        self.name, self.report = name, report
        self.document: list[Value] = []
        self.stack: list[Map | Seq] = []
        self.keys: list[str | None] = []  # per open collection: the key that waits for its value

    def build(self, text: str) -> Value:
        loader = yaml.CSafeLoader(text)
        try:
            while loader.check_event():
                self._take(loader.get_event())
        finally:
            loader.dispose()
        return self.document[0] if self.document else Map(1)

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            line = self._plain(event)
            if self._awaits_key():
                self._key(event.value, line)
            else:
                self._place(self._bare(event.value, line) if event.implicit[0] else event.value, line)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            line = self._plain(event)
            if self._awaits_key():
                self._refuse("key_not_text", line)
            if len(self.stack) >= MAX_DEPTH:
                self._refuse("too_deep", line, limit=MAX_DEPTH)
            opened: Map | Seq = Map(line) if kind is yaml.MappingStartEvent else Seq(line)
            self._place(opened, line)
            self.stack.append(opened)
            self.keys.append(None)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self.stack.pop()
            self.keys.pop()
        elif kind is yaml.AliasEvent:
            self._refuse("alias", event.start_mark.line + 1, what=event.anchor)
        elif kind is yaml.DocumentStartEvent and self.document:
            self._refuse("several_documents", event.start_mark.line + 1)

    def _plain(self, event: Any) -> int:
        """The event's line, once it is sure to carry neither anchor nor tag."""
        line: int = event.start_mark.line + 1
        if event.anchor is not None:
            self._refuse("alias", line, what=event.anchor)
        if event.tag is not None:
            self._refuse("tag", line, what=event.tag)
        return line

    def _awaits_key(self) -> bool:
        return bool(self.stack) and type(self.stack[-1]) is Map and self.keys[-1] is None

    def _key(self, key: str, line: int) -> None:
        top = self.stack[-1]
        assert isinstance(top, Map)
        if key in top.lines:
            self.report(finding("duplicate_key", self._at(line), key=key, line=top.lines[key]))
        else:
            top.lines[key] = line
        self.keys[-1] = key

    def _place(self, value: Value, line: int) -> None:
        if not self.stack:
            self.document.append(value)
            return
        top = self.stack[-1]
        if isinstance(top, Map):
            key = self.keys[-1]
            assert key is not None
            self.keys[-1] = None
            top.setdefault(key, value)  # of a duplicate key, reported above, the first value stays
        else:
            top.append(value)
            top.lines.append(line)

    def _bare(self, text: str, line: int) -> Value:
        """An unquoted scalar: text, an integer or a boolean; what YAML would misread is reported."""
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        first = text[:1]
        if first and (first.isdigit() or first in "+-."):
            if _INTEGER.match(text):
                return int(text)
            if _DATE_OR_TIME.match(text):
                self.report(finding("unquoted_date", self._at(line), text=text))
            elif _NUMBER.match(text):
                self.report(finding("unquoted_number", self._at(line), text=text))
        elif text.lower() in _NULL:
            self.report(finding("null_value", self._at(line)))
        elif text.lower() in _WORDS_OF_YAML:
            self.report(finding("unquoted_word", self._at(line), text=text))
        return text

    def _refuse(self, code: str, line: int, **met: object) -> NoReturn:
        raise _Refused(finding(code, self._at(line), **met))

    def _at(self, line: int) -> str:
        return f"{self.name}:{line}"


def _syntax(name: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return finding("yaml_syntax", f"{name}:{mark.line + 1}" if mark is not None else name, what=what)
