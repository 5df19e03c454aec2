"""Read the keys of a lexicon file by their kind; what does not fit becomes a problem with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from pipeline.problems import Problem
from pipeline.rules.yamlfile import Map


class Keys:
    """Reads keys of one file at a time and collects the problems of all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.name = ""

    def known(self, data: Map, known: Sequence[str]) -> None:
        """Refuse keys that nothing reads, with the nearest known one."""
        for key in data:
            if key in known:
                continue
            near = get_close_matches(key, known, 1, 0.6)
            hint_zh, hint_en = (f"，是否想写 {near[0]}", f"; did you mean {near[0]}") if near else ("", "")
            self.problem("unknown_key", data, key, f"不认识的键 {key}{hint_zh}", f"unknown key {key}{hint_en}",
                          f"可用的键：{'、'.join(known)}", f"known keys: {', '.join(known)}")  # fmt: skip

    def text(self, data: Map, key: str) -> str:
        """A text that must be there."""
        value = data.get(key)
        if isinstance(value, str) and value:
            return value
        self.problem(
            "missing_key", data, key, f"缺少 {key}", f"{key} is missing", f"补上 {key}", f"add {key}"
        )
        return ""

    def texts(self, data: Map, key: str) -> list[str]:
        """A list of texts; one text alone is a list of one."""
        value = data.get(key, [])
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value):
            return [str(word) for word in value]
        self.problem("wrong_form", data, key, f"{key} 应是一列文字（数字加引号）", f"{key} must be a list of texts (numbers quoted)",
                      f"写 {key}: [词, 词]", f"write {key}: [word, word]")  # fmt: skip
        return []

    def flag(self, data: Map, key: str, default: bool) -> bool:
        """True or false."""
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        self.problem("wrong_form", data, key, f"{key} 应是 true 或 false", f"{key} must be true or false",
                      "写 true 或 false", "write true or false")  # fmt: skip
        return default

    def choice(self, data: Map, key: str, allowed: Sequence[str], default: str) -> str:
        """One of the values allowed."""
        value = data.get(key, default)
        if value in allowed:
            return str(value)
        self.problem("not_one_of", data, key, f"{value} 不在可选值内", f"{value} is none of the values allowed",
                      f"可选：{'、'.join(allowed)}", f"choose from: {', '.join(allowed)}")  # fmt: skip
        return default

    def choices(self, data: Map, key: str, allowed: Sequence[str], default: Iterable[str]) -> list[str]:
        """A list of values allowed."""
        listed = self.texts(data, key) if key in data else list(default)
        for value in listed:
            self.choice(_one(data, key, value), key, allowed, value)
        return listed

    def problem(
        self, code: str, data: Map, key: str, zh: str, en: str, mend_zh: str, mend_en: str, line: int = 0
    ) -> None:
        """Keep a problem with its file, line and key."""
        where = f"{self.name}:{line or data.line_of(key)}: {key}"
        self.problems.append(Problem(code, where, zh, en, mend_zh, mend_en))


def _one(data: Map, key: str, value: str) -> Map:
    single = Map(data.line_of(key))
    single[key] = value
    return single
