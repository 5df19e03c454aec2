"""Keep compiled lexicons between runs, so that a check starts at once."""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.text.lexicon import Lexicons


def load_cached(fingerprint: str, make: Callable[[], Lexicons]) -> Lexicons:
    """What `make` returned the last time for this fingerprint, else what it returns now.

    A cache that cannot be read or written costs time, never the answer.
    """
    from pipeline.text.lexicon import Lexicons

    file = _folder() / f"{fingerprint}.pickle"
    with contextlib.suppress(Exception):  # whatever a damaged file raises, making it anew is the mend
        if file.stat().st_uid == os.getuid():
            kept = pickle.loads(file.read_bytes())
            if isinstance(kept, Lexicons) and kept.fingerprint == fingerprint:
                return kept
    made = make()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in file.parent.glob("*.pickle"):
            old.unlink()
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as stream:
            pickle.dump(made, stream, protocol=pickle.HIGHEST_PROTOCOL)
        Path(name).replace(file)
    return made


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "guize" / "lexicons"
