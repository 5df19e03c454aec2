"""Open or shut the gates: count in DuckDB, let Great Expectations judge, name what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from pipeline.problems import GateFailed, GuizeError, Problem
from pipeline.quality.counts import Check, checks_of, count, tables_in
from pipeline.tables import FACTS, MARTS, RULES, Table

if TYPE_CHECKING:
    import duckdb

Gate = Literal["facts", "rules", "marts"]
DOCS_FOLDER = "quality"
_TABLES = {"facts": FACTS, "rules": RULES, "marts": MARTS}
_KIND_ZH = {
    "null": "必填却为空",
    "repeated": "主键重复",
    "value": "取值不在代码表",
    "low_above_high": "下界大于上界",
    "dangling": "指向不存在的编号",
    "forbidden": "不该出现的行",
    "unequal": "合计不相等",
}
_KIND_EN = {
    "null": "empty though required",
    "repeated": "key occurs twice",
    "value": "value outside the list of codes",
    "low_above_high": "low exceeds high",
    "dangling": "refers to nothing",
    "forbidden": "row that may not be",
    "unequal": "sums disagree",
}


@dataclass(frozen=True)
class GateResult:
    """What a gate saw: tables and rows looked at, checks made, those that failed with their counts."""

    gate: str
    tables: int
    rows: int
    checks: int
    failed: dict[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Nothing was wrong."""
        return not self.failed


@dataclass(frozen=True)
class Counted:
    """A table's rows, and each of its checks with how many are wrong."""

    rows: int
    checks: tuple[tuple[Check, int], ...]


class Gates:
    """The judging process of one run; start it early, its import overlaps with the work.

    with Gates(warehouse) as gates: gates.check("facts", connection); …
    Data Docs are at warehouse/quality/index.html once it is closed.
    """

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        self._process: subprocess.Popen[str] | None = None
        self._asked = False  # a run with nothing to judge neither waits for the process nor rewrites the docs
        # what the process says on stderr; a pipe that nobody reads would block it
        self._told = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")  # noqa: SIM115

    def start(self) -> Gates:
        """Start the judging process and return at once."""
        self.warehouse.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.quality.judge", str(self.warehouse.resolve() / DOCS_FOLDER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            text=True,
            encoding="utf-8",
            cwd=Path(__file__).resolve().parents[2],
        )
        return self

    def check(self, gate: Gate, connection: duckdb.DuckDBPyConnection) -> GateResult:
        """Check the gate's tables that the connection knows by name; tables it lacks are not looked at.

        Raises:
            GateFailed: naming each table, column and count that is wrong.
            GuizeError: when the judging process died.
        """
        return self.conclude(gate, self.count(gate, connection))

    def count(
        self, gate: Gate, connection: duckdb.DuckDBPyConnection, only: Collection[str] | None = None
    ) -> list[Counted]:
        """Count what is wrong in the gate's tables that the connection knows, or in those of `only`; two at a time."""
        present = tables_in(connection)

        def look(table: Table) -> Counted:
            checks = checks_of(table, present)
            with connection.cursor() as cursor:
                rows, counts = count(cursor, table, checks)
            return Counted(rows, tuple(zip(checks, counts, strict=True)))

        tables = [table for table in _TABLES[gate] if table.name in (present if only is None else present & set(only))]
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(look, tables))

    def conclude(self, gate: Gate, seen: Sequence[Counted]) -> GateResult:
        """Judge what was counted in every table of a gate.

        Raises: as `check`.
        """
        counted = [pair for table in seen for pair in table.checks]
        grouped: dict[str, dict[str, int]] = {}
        for check, wrong in counted:
            of_kind = grouped.setdefault(check.kind, {})
            of_kind[check.table] = of_kind.get(check.table, 0) + wrong
        condemned = set(self.judge(gate, grouped))
        failed = {check.name: n for check, n in counted if n and f"{check.table}: {check.kind}" in condemned}
        result = GateResult(gate, len(seen), sum(table.rows for table in seen), len(counted), failed)
        if condemned:
            raise GateFailed(*(_problem(gate, check, n) for check, n in counted if check.name in failed))
        return result

    def judge(self, gate: str, counts: dict[str, dict[str, int]]) -> list[str]:
        """Let Great Expectations judge counts by kind and table that must all be 0; names those it condemns."""
        if self._process is None:
            self.start()
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        self._asked = True
        try:
            print(json.dumps({"gate": gate, "counts": counts}), file=process.stdin, flush=True)
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise self._died()
        failed: list[str] = json.loads(answer)["failed"]
        return failed

    def finish(self) -> None:
        """Say that no gate follows: the Data Docs are written while the run goes on."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def close(self) -> None:
        """Wait for the Data Docs and the end of the process."""
        if self._process is None:
            return
        self.finish()
        if self._process.wait():
            raise self._died()
        self._process = None

    def __enter__(self) -> Gates:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._asked and (kind is None or issubclass(kind, GateFailed)):
            self.close()
        elif self._process is not None:
            self._process.kill()
            self._process.wait()

    def _died(self) -> GuizeError:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        self._told.seek(0)
        last = self._told.read().strip().splitlines()[-1:] or ["no message"]
        return GuizeError(
            Problem(
                "gate-process",
                "pipeline.quality.judge",
                f"质量检查进程中断：{last[0]}",
                f"the judging process ended: {last[0]}",
                "运行 guize doctor 检查安装",
                "run guize doctor to check the installation",
            )
        )


def _problem(gate: str, check: Check, wrong: int) -> Problem:
    return Problem(
        f"gate-{gate}",
        f"{check.table}.{check.what}",
        f"{_KIND_ZH[check.kind]}：{wrong} 处",
        f"{_KIND_EN[check.kind]}: {wrong}",
        "什么也没有发布；详见仓库 quality/index.html，改正来源或查询后再运行",
        "nothing was published; see quality/index.html of the warehouse, mend the source or the query",
    )
