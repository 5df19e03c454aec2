"""Measure judging by all packs: the store-month zone, the global zone and publishing, against a plain scan.

Each stage runs in a process of its own, so that its peak memory is its own:
    python benchmarks/bench_engine.py [--messages 2000000] [--keep FOLDER]
A folder that is kept is used again, so that a stage can be measured twice on the same facts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.bench_ingest import peak_mib
from benchmarks.facts import write_facts

FACTS, STATE, RULES, MARTS, SCRATCH = "facts", "state/units", "state/rules", "marts", "scratch"
LABELS = {"scan": "plain scan", "state": "state zone", "global": "global zone", "publish": "publish"}
Result = dict[str, Any]


def scan(folder: Path) -> Mapping[str, int]:
    """The floor: read every column of every fact with DuckDB and do nothing with it."""
    from pipeline.engine.batches import fact_files
    from pipeline.engine.duck import files_select, open_duckdb, rows
    from pipeline.tables import by_name

    seen = {}
    with open_duckdb(folder / SCRATCH) as connection:
        for name, files in fact_files(folder / FACTS).items():
            if files:
                columns = ", ".join(f"max({column})" for column in by_name()[name].names)
                found = rows(connection, f'select count(*), {columns} from ({files_select(files, "")})'.replace("max(end)", 'max("end")'))
                seen[name] = int(str(found[0][0]))
    return {"messages": seen["messages"], "orders": seen["orders"], "rows": sum(seen.values())}


def state(folder: Path) -> Mapping[str, int]:
    """Facts to daily sums and failing units, from nothing."""
    from pipeline.engine.batches import make_batches
    from pipeline.engine.models import load_models
    from pipeline.engine.store_month import build_state
    from pipeline.paths import sql_dir

    done = build_state(make_batches(folder / FACTS), load_models(sql_dir()), folder / RULES, folder / STATE, folder / SCRATCH, full=True)
    return {"tasks": done.built}


def global_zone(folder: Path) -> Mapping[str, int]:
    """Daily sums and failing units to verdicts, breaches and every mart."""
    import pyarrow.parquet as parquet

    from pipeline.engine.duck import open_duckdb
    from pipeline.engine.evaluate import small_tables
    from pipeline.engine.global_zone import RunInfo, build_marts, show_inputs
    from pipeline.engine.models import load_models
    from pipeline.paths import packs_dir, sql_dir

    models = load_models(sql_dir())
    with open_duckdb(folder / SCRATCH) as connection:
        frames = small_tables(packs_dir(), models, folder / RULES, None)
        info = RunInfo("bench", datetime(2026, 1, 1), "bench")
        show_inputs(connection, facts=folder / FACTS, state=folder / STATE, rules=folder / RULES, frames=frames, info=info)
        marts = build_marts(connection, models, folder / MARTS)
    return {name: parquet.read_metadata(marts[name]).num_rows for name in ("verdicts", "breaches")}


def publish_marts(folder: Path) -> Mapping[str, int]:
    """The marts to a release that readers switch to."""
    from pipeline.publish.release import publish

    copy = folder / "published"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder / MARTS, copy)
    publish({path.stem: path for path in sorted(copy.glob("*.parquet"))}, folder, f"bench-{time.time_ns()}", 1, "bench")
    return {}


STAGES: dict[str, Callable[[Path], Mapping[str, int]]] = {
    "scan": scan, "state": state, "global": global_zone, "publish": publish_marts,
}  # fmt: skip


def prepare(folder: Path, messages: int) -> None:
    """Write the facts and the rules that every stage reads, unless they are there."""
    from pipeline.engine.evaluate import write_rules
    from pipeline.paths import packs_dir
    from pipeline.rules.compile import compile_packs
    from pipeline.rules.load import load_packs

    if not (folder / FACTS).exists():
        write_facts(folder / FACTS, messages)
    (folder / "state").mkdir(exist_ok=True)
    write_rules(compile_packs(load_packs(packs_dir()), "secondary"), folder / RULES)


def run_stage(name: str, folder: Path) -> Result:
    """One stage in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_engine", "--stage", name, "--keep", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
    return {"stage": LABELS[name], **json.loads(done.stdout.splitlines()[-1])}


def measured(work: Callable[[], Mapping[str, int]]) -> Result:
    """Seconds and CPU seconds of the work, and the highest memory of this process so far, beside what it returns."""
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"seconds": round(seconds, 2), "cpu seconds": round(cpu, 2), "peak MiB": peak_mib(), **found}


def results(messages: int, folder: Path) -> list[Result]:
    """Every stage in its order on the same facts."""
    prepare(folder, messages)
    found = [run_stage(name, folder) for name in STAGES]
    total = found[0]["messages"]
    return [{"messages": total, **result} for result in found]


def main() -> None:
    """Measure all stages, one line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--stage", choices=[*STAGES, "prepare"])
    options = parser.parse_args()
    if options.stage == "prepare":
        prepare(options.keep, options.messages)
    elif options.stage:
        import pipeline.run  # noqa: F401  what every run has loaded before its first stage is no stage's cost

        print(json.dumps(measured(lambda: STAGES[options.stage](options.keep))))
    else:
        with tempfile.TemporaryDirectory() as aside:
            for result in results(options.messages, options.keep or Path(aside)):
                print(json.dumps(result))


if __name__ == "__main__":
    main()
