"""Give memory that is no longer used back to the system, where the machine knows how."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Collect what only refers to itself, and have glibc return the free blocks that it keeps (elsewhere: collect only)."""
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
