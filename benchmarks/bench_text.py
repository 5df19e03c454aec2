"""Measure the text checks: messages a second with all lexicons, peak memory, the ratio to a plain scan.

`python benchmarks/bench_text.py [messages]` (make bench). Two mixes of 30-character messages are timed: a
shop's own (45% buyers, 50% agents, 5% robots; a part of what agents say is canned and repeats) and agents
only, every text different, which is the worst case. One in a hundred agent messages breaks a rule.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.paths import packs_dir
from pipeline.text.find import find_in_texts
from pipeline.text.lexicon import load_lexicons
from pipeline.text.match import find_hits, scan_of

BATCH = 500_000
_BAD = (
    "加我微信给您便宜二十",
    "你是不是看不懂中文",
    "全网最低价错过不再有",
    "开票要加六个点的",
    "规则就是这样没办法",
)


def messages(count: int, seed: int, agents_only: bool) -> Iterator[pl.DataFrame]:
    """Yield batches of synthetic messages, sorted by conversation and time."""
    chance = random.Random(seed)
    everyday = (
        (Path(__file__).parents[1] / "pipeline/text/everyday.txt").read_text(encoding="utf-8").splitlines()
    )
    started = datetime(2026, 11, 1)
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        roles = (
            ["agent"] * size
            if agents_only
            else chance.choices(("buyer", "agent", "robot"), (45, 50, 5), k=size)
        )
        texts = []
        for no in range(size):
            sentence = chance.choice(_BAD) if chance.random() < 0.01 else chance.choice(everyday)
            canned = not agents_only and chance.random() < 0.6
            tail = "" if canned else f"，单号{chance.randrange(10**8)}"
            texts.append((sentence + tail + "，" + everyday[no % len(everyday)])[:30])
        yield pl.DataFrame(
            {
                "store_id": ["jd/bench"] * size,
                "message_id": [str(first + no) for no in range(size)],
                "conversation_id": [str((first + no) // 12) for no in range(size)],
                "sent_at": [started + timedelta(seconds=no) for no in range(size)],
                "role": roles,
                "agent_id": ["a"] * size,
                "text": texts,
            }
        )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of all cores that the work takes."""
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - cpu


def main(count: int) -> None:
    """Print one line per measurement."""
    started = time.perf_counter()
    lexicons = load_lexicons(packs_dir() / "lexicons")
    print(
        f"lexicons loaded in {time.perf_counter() - started:.2f} s: {len(lexicons.terms)} terms, {len(lexicons.forms)} forms"
    )
    for name, agents_only in (("shop mix", False), ("agents only, all different", True)):
        spent = spent_cpu = scanned_cpu = 0.0
        hits = distinct = looked_at = 0
        for no, batch in enumerate(messages(count, 7, agents_only)):
            if no == 0:
                find_hits(batch.head(20_000), lexicons)  # expressions are compiled when first met
            found: list[pl.DataFrame] = []
            clock, cpu = timed(lambda batch=batch, found=found: found.append(find_hits(batch, lexicons)))
            spent, spent_cpu = spent + clock, spent_cpu + cpu
            scanned_cpu += timed(
                lambda batch=batch: batch.select(pl.col("text").str.contains("微信|发票|第一").sum())
            )[1]
            spoken = batch.with_row_index("row").filter(pl.col("role") != "buyer")
            looked_at += scan_of(lexicons).candidates(spoken).height
            hits += found[0].filter(pl.col("tier") != "wanted").height
            distinct += batch["text"].n_unique()
        print(
            f"{name}: {count / spent / 1e6:.2f} million messages/s, {spent_cpu / count * 1e6:.2f} µs of CPU a message,"
            f" {spent_cpu / scanned_cpu:.0f} times a plain scan ({looked_at / count:.1%} looked at one by one,"
            f" {hits} hits, {distinct / count:.0%} of the texts distinct in their batch)"
        )
    listing = "这款外套采用加厚面料，做工精细，适合秋冬穿着。" * 65
    texts = [listing[:1490] + str(no).zfill(6) for no in range(2_000)]
    table = pl.DataFrame({"row": range(len(texts)), "text": texts}, schema_overrides={"row": pl.UInt32})
    different = [text[no % 700 :] + text[: no % 700] for no, text in enumerate(texts)]
    scanned = timed(partial(scan_of(lexicons).candidates, table))[1] / len(texts)
    read = timed(partial(find_in_texts, different, ["agent"] * len(texts), lexicons))[1] / len(texts)
    print(
        f"listings of 1,500 characters: {scanned * 1e6:,.0f} µs of CPU each to scan, {read * 1e6:,.0f} µs to look at one by one"
    )
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
