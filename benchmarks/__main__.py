"""Measure every stage from export to release and print one table: speed, memory, the ratio to a plain scan.

    python -m benchmarks [--messages 2000000 | --quick]      (make bench)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench_engine import measured, prepare, results

READ_AT_MOST = 1_000_000  # of messages through ingest and text: their speed does not depend on how many there are
QUICK = 200_000
HEADINGS = ("stage", "messages", "messages/s", "seconds", "CPU s", "peak MiB", "× plain scan")


def ingest_stage(messages: int, folder: Path) -> dict[str, Any]:
    """Chat exports to facts."""
    from benchmarks.bench_ingest import measure

    return {"stage": "ingest", "messages": messages, **measure("chat", messages, folder)}


def text_stage(messages: int) -> dict[str, Any]:
    """Messages to hits with all lexicons, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "--text", str(messages)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
    return {"stage": "text", "messages": messages, **json.loads(done.stdout.splitlines()[-1])}


def find_words(messages: int) -> dict[str, Any]:
    """Time the matching alone: the messages are made before the clock starts."""
    from benchmarks.bench_text import SHOP
    from benchmarks.bench_text import messages as batches
    from pipeline.paths import packs_dir
    from pipeline.text.lexicon import load_lexicons
    from pipeline.text.match import find_hits

    made = list(batches(messages, 7, SHOP))
    lexicons = load_lexicons(packs_dir() / "lexicons")
    return measured(lambda: {"hits": sum(find_hits(batch, lexicons).height for batch in made)})


def table(stages: list[dict[str, Any]]) -> str:
    """The stages as lines of equal columns; a ratio is per message, to the plain scan of this run."""
    floor = next(stage for stage in stages if stage["stage"] == "plain scan")
    per_message = floor["cpu seconds"] / floor["messages"]
    lines = [HEADINGS]
    for stage in stages:
        count, seconds, cpu = stage["messages"], max(stage["seconds"], 0.01), stage["cpu seconds"]
        lines.append((
            stage["stage"], f"{count:,}", f"{count / seconds:,.0f}", f"{stage['seconds']:.1f}", f"{cpu:.1f}",
            f"{stage['peak MiB']:,}", f"{cpu / count / per_message:.1f}",
        ))  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(line, widths, strict=True))) for line in lines)


def main() -> None:
    """Run all stages and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} messages")
    parser.add_argument("--keep", type=Path, help="folder for the synthetic facts, used again when it has some")
    parser.add_argument("--text", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.text:
        print(json.dumps(find_words(options.text)))
        return
    messages = QUICK if options.quick else options.messages
    with tempfile.TemporaryDirectory() as aside:
        folder = options.keep or Path(aside) / "engine"
        folder.mkdir(parents=True, exist_ok=True)
        prepare(folder, messages)
        read = min(messages, READ_AT_MOST)
        stages = [ingest_stage(read, Path(aside)), text_stage(read), *results(messages, folder)]
    judged = {name: stage[name] for stage in stages for name in ("orders", "rows", "tasks", "verdicts", "breaches") if name in stage}
    print(table(stages))
    print("  ".join(f"{name} {count:,}" for name, count in judged.items()))
    print("The last column compares CPU seconds per message, which a busy machine disturbs less than the clock.")


if __name__ == "__main__":
    main()
