"""Keep what packs compile to between runs: the tables that judge, and the marts that come from the packs alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cache import cached
from pipeline.rules.model import Packs

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


@dataclass(frozen=True)
class Compiled:
    """The rule tables by name, and the marts by name with an empty run_id."""

    tables: Mapping[str, pa.Table]
    marts: Mapping[str, pl.DataFrame]

    def marts_of(self, run_id: str) -> dict[str, pl.DataFrame]:
        """The marts, stamped with the run."""
        import polars as pl

        return {name: frame.with_columns(pl.lit(run_id).alias("run_id")) for name, frame in self.marts.items()}


def compiled(packs: Packs, min_grade: str) -> Compiled:
    """What these packs compile to at this grade of evidence; made anew where packs or code are other than before."""
    here = Path(__file__)
    code = [*sorted(here.parent.glob("*.py")), here.parents[1] / "tables.py"]
    key = hashlib.sha256(b"".join(file.read_bytes() for file in code))
    key.update(f"{packs.fingerprint} {min_grade}".encode())
    return cached("compiled", key.hexdigest()[:16], lambda: _compile(packs, min_grade), Compiled)


def _compile(packs: Packs, min_grade: str) -> Compiled:
    from pipeline.rules.compare import comparison_frames
    from pipeline.rules.compile import compile_packs

    return Compiled(compile_packs(packs, min_grade), comparison_frames(packs, "", min_grade))
