"""Choose between the Chinese and the English wording of what a person reads."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Literal

Lang = Literal["zh", "en"]
_current: ContextVar[Lang] = ContextVar("lang", default="zh")


def set_lang(lang: Lang) -> None:
    """Choose the language of everything printed from here on."""
    _current.set(lang)


def lang() -> Lang:
    """The language chosen, Chinese unless told."""
    return _current.get()


def say(zh: str, en: str) -> str:
    """Return the wording of the chosen language."""
    return zh if _current.get() == "zh" else en
