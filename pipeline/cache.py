"""Keep what was compiled from the packs between runs, so that a check starts at once."""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_KEPT = 3  # fingerprints of one kind: what-if runs go to and fro between packs


def cached(kind: str, fingerprint: str, make: Callable[[], T], expected: type[T]) -> T:
    """What `make` returned the last time for this fingerprint, else what it returns now.

    A cache that cannot be read or written costs time, never the answer.
    """
    file = _folder() / f"{kind}-{fingerprint}.pickle"
    with contextlib.suppress(Exception):  # whatever a damaged file raises, making it anew is the mend
        if file.stat().st_uid == os.getuid():
            kept = pickle.loads(file.read_bytes())
            if isinstance(kept, expected):
                return kept
    made = make()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        old = sorted(file.parent.glob(f"{kind}-*.pickle"), key=lambda path: path.stat().st_mtime)
        for path in old[: max(0, len(old) - _KEPT + 1)]:
            path.unlink()
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as stream:
            pickle.dump(made, stream, protocol=pickle.HIGHEST_PROTOCOL)
        Path(name).replace(file)
    return made


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "guize"
