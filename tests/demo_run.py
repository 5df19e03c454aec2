"""The demo, written and judged once for every test that looks at it, whichever worker asks first."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Demo:
    """A folder with exports, truth and a published warehouse, and what the run said."""

    folder: Path
    summary: dict[str, Any]

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    def truth(self, name: str = "truth") -> pl.DataFrame:
        """What was planted (`truth`) or its sums (`truth_totals`)."""
        return pl.read_parquet(self.folder / f"{name}.parquet")

    def mart(self, name: str) -> pl.DataFrame:
        """A mart of the current release, all tracks."""
        return pl.read_parquet(self.warehouse / "current" / f"{name}.parquet")

    def client(self) -> duckdb.DuckDBPyConnection:
        """A plain DuckDB client."""
        return duckdb.connect(str(self.warehouse / "guize.duckdb"), read_only=True)


def command(arguments: Sequence[str | Path]) -> list[str]:
    """The command line of `guize` in this interpreter."""
    return [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]


def environment(home: Path) -> dict[str, str]:
    """A user with an empty home: no key, no settings, no cache."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUIZE_", "XDG_"))}
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def guize(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a newcomer would, from a folder that is not the repository."""
    home.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        command(arguments), cwd=home, env=environment(home), capture_output=True, text=True, check=False
    )


def write_and_judge(folder: Path, *options: str) -> Demo:
    """`guize demo`, then `guize run --json`."""
    home = folder / "home"
    written = guize("demo", folder, *options, home=home)
    assert written.returncode == 0, written.stderr
    ran = guize("run", folder / "exports", "--warehouse", folder / "warehouse", "--json", home=home)
    assert ran.returncode == 0, ran.stderr
    return Demo(folder, json.loads(ran.stdout))


def shared_demo(root: Path) -> Demo:
    """The whole demo under `root`, made by the first who asks while the others wait."""
    folder, told = root / "demo", root / "demo.json"
    with (root / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(write_and_judge(folder).summary), encoding="utf-8")
    return Demo(folder, json.loads(told.read_text(encoding="utf-8")))
