"""Let one run at a time write to a warehouse; readers never wait."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipeline.problems import Problem, WarehouseLocked

LOCK_NAME = ".lock"


@contextmanager
def warehouse_lock(warehouse: Path) -> Iterator[None]:
    """Hold the warehouse's lock; the kernel drops it when the process ends, however it ends.

    Raises:
        WarehouseLocked: naming the process that holds it and since when.
    """
    warehouse.mkdir(parents=True, exist_ok=True)
    file = warehouse / LOCK_NAME
    with file.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, since = _holder(file)
            raise WarehouseLocked(
                Problem(
                    "locked",
                    str(warehouse),
                    f"另一个运行正占用（进程 {pid}，自 {since}）",
                    f"another run holds it (process {pid}, since {since})",
                    "等它结束后再运行",
                    "wait until it is done and run again",
                )
            ) from None
        handle.truncate(0)
        json.dump({"pid": os.getpid(), "since": datetime.now().isoformat(" ", "seconds")}, handle)
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def holder(warehouse: Path) -> tuple[str, str] | None:
    """The process id and start of the run that holds the lock now, else None."""
    file = warehouse / LOCK_NAME
    if not file.exists():
        return None
    with file.open("r", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(file)
    return None


def _holder(file: Path) -> tuple[str, str]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return str(told["pid"]), str(told["since"])
    except (ValueError, KeyError):  # read in the instant before it is written
        return "?", "?"
