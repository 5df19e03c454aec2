"""The data dictionary in the repository is the one that the tables give."""

from __future__ import annotations

from pipeline.publish.dictionary import TARGET, render
from pipeline.tables import ALL


def test_dictionary_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "run: make dictionary"


def test_every_table_and_column_is_in_it() -> None:
    text = render()
    for table in ALL:
        assert f"\n### {table.name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in table.columns)
