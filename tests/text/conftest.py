"""The installed lexicons, loaded once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.paths import packs_dir
from pipeline.text.lexicon import Lexicons, load_lexicons

Rows = list[tuple[str, str, str]]  # conversation, role, text


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' compiled lexicons out of the user's cache."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def lexicons(own_cache: None) -> Lexicons:
    return load_lexicons(packs_dir() / "lexicons")


@pytest.fixture
def messages() -> Callable[[Rows], pl.DataFrame]:
    """Make a table of messages from conversation, role and text."""

    def make(rows: Rows) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "store_id": ["jd/one"] * len(rows),
                "message_id": [f"m{no}" for no in range(len(rows))],
                "conversation_id": [row[0] for row in rows],
                "sent_at": [datetime(2026, 11, 1, 9, no % 60) for no in range(len(rows))],
                "role": [row[1] for row in rows],
                "agent_id": ["a1"] * len(rows),
                "text": [row[2] for row in rows],
            }
        )

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    """Write one small lexicon `sample` and return its folder."""

    def make(text: str) -> Path:
        (tmp_path / "sample.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return make
