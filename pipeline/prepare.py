"""Compile the installed packs, SQL and lexicons into the cache, as `make setup` does, so that the first run starts at once."""

from __future__ import annotations

from pipeline.engine.models import load_models
from pipeline.paths import packs_dir, sql_dir
from pipeline.rules.compiled import compiled
from pipeline.rules.load import sound_packs
from pipeline.text.lexicon import load_lexicons
from pipeline.text.match import scan_of


def main() -> None:
    """Load what every run loads; each loader keeps what it made."""
    compiled(sound_packs(packs_dir()), "secondary")
    load_models(sql_dir())
    scan_of(load_lexicons(packs_dir() / "lexicons"))


if __name__ == "__main__":
    main()
