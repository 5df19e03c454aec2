"""Find the rule packs and the SQL: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def packs_dir() -> Path:
    """The folder platform_rules: the installed copy, else the checkout's."""
    return _data("platform_rules")


def sql_dir() -> Path:
    """The folder sql: the installed copy, else the checkout's."""
    return _data("sql")


def _data(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
