"""Measure the text checks: messages a second with all lexicons, peak memory, the ratio to a plain scan.

`python benchmarks/bench_text.py [messages] [folder of lexicons]` (make bench). Three mixes of 30-character messages
are timed: a shop's own (45% buyers, 50% agents, 5% robots; a part of what agents say is canned and repeats); agents
only, every text with an order number of its own; and agents only, no two sentences alike, which is the worst case
and of which a fifth is enough. One in a hundred agent messages breaks a rule.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.paths import packs_dir
from pipeline.text.find import find_in_texts
from pipeline.text.lexicon import Lexicons, load_lexicons
from pipeline.text.match import find_hits, scan_of

BATCH, PIECE = 500_000, 50_000
SHOP, NUMBERED, UNLIKE = "shop mix", "agents only, all numbered", "agents only, no two alike"
_BAD = (
    "加我微信给您便宜二十",
    "你是不是看不懂中文",
    "全网最低价错过不再有",
    "开票要加六个点的",
    "规则就是这样没办法",
)


def messages(count: int, seed: int, mix: str) -> Iterator[pl.DataFrame]:
    """Yield batches of synthetic messages, sorted by conversation and time."""
    chance = random.Random(seed)
    everyday = (
        (Path(__file__).parents[1] / "pipeline/text/everyday.txt").read_text(encoding="utf-8").splitlines()
    )
    started = datetime(2026, 11, 1)

    def text(no: int) -> str:
        sentence = chance.choice(_BAD) if chance.random() < 0.01 else chance.choice(everyday)
        if mix == UNLIKE:  # pieces of sentences
            pieces = [chance.choice(everyday)[chance.randrange(8) :][: chance.randrange(3, 12)] for _ in range(5)]
            return f"{sentence[:12]}，{''.join(pieces)}"[:30]
        canned = mix == SHOP and chance.random() < 0.6
        tail = "" if canned else f"，单号{chance.randrange(10**8)}"
        return (sentence + tail + "，" + everyday[no % len(everyday)])[:30]

    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        roles = chance.choices(("buyer", "agent", "robot"), (45, 50, 5), k=size) if mix == SHOP else ["agent"] * size
        pieces = [range(start, min(size, start + PIECE)) for start in range(0, size, PIECE)]
        number = pl.int_range(first, first + size)
        yield pl.select(
            store_id=pl.lit("jd/bench"),
            message_id=number.cast(pl.String),
            conversation_id=(number // 12).cast(pl.String),
            sent_at=started + pl.duration(seconds=number),
            role=pl.Series(roles),
            agent_id=pl.lit("a"),
            text=pl.concat(pl.Series([text(no) for no in piece]) for piece in pieces),
        )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of all cores that the work takes."""
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - cpu


def measure(mix: str, count: int, lexicons: Lexicons) -> None:
    """Print one line for the messages of a mix."""
    spent = spent_cpu = plain_cpu = 0.0
    hits = distinct = looked_at = 0
    for no, batch in enumerate(messages(count, 7, mix)):
        if no == 0:
            # expressions are compiled when first met; other messages, since what was judged is known afterwards
            find_hits(next(messages(20_000, 8, mix)), lexicons)
        found: list[pl.DataFrame] = []

        def find(batch: pl.DataFrame = batch, found: list[pl.DataFrame] = found) -> None:
            found.append(find_hits(batch, lexicons))

        clock, cpu = timed(find)
        spent, spent_cpu = spent + clock, spent_cpu + cpu
        plain_cpu += timed(partial(batch.select, pl.col("text").str.contains("微信|发票|第一").sum()))[1]
        spoken = batch["text"].filter(batch["role"] != "buyer").unique()
        looked_at += len(scan_of(lexicons).of(spoken).forms)
        hits += found[0].filter(pl.col("tier") != "wanted").height
        distinct += len(spoken)
    print(
        f"{mix}: {count / spent / 1e6:.2f} million messages/s, {spent_cpu / count * 1e6:.2f} µs of CPU a message,"
        f" {spent_cpu / plain_cpu:.0f} times a plain scan ({hits} hits; {distinct / count:.0%} of the messages are"
        f" new words of agents in their batch, {looked_at / max(1, distinct):.1%} of which may hold a form)"
    )


def main(count: int, folder: Path) -> None:
    """Print one line per measurement."""
    started = time.perf_counter()
    lexicons = load_lexicons(folder)
    print(
        f"lexicons loaded in {time.perf_counter() - started:.2f} s: {len(lexicons.terms)} terms, {len(lexicons.forms)} forms"
    )
    for mix, size in ((SHOP, count), (NUMBERED, count), (UNLIKE, count // 5)):
        measure(mix, size, lexicons)
    listing = "这款外套采用加厚面料，做工精细，适合秋冬穿着。" * 65
    texts = [listing[:1490] + str(no).zfill(6) for no in range(2_000)]
    scanned = timed(partial(scan_of(lexicons).of, pl.Series(texts)))[1] / len(texts)
    different = [text[no % 700 :] + text[: no % 700] for no, text in enumerate(texts)]
    read = timed(partial(find_in_texts, different, ["agent"] * len(texts), lexicons))[1] / len(texts)
    print(
        f"listings of 1,500 characters: {scanned * 1e6:,.0f} µs of CPU each to scan, {read * 1e6:,.0f} µs to look at one by one"
    )
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000,
        Path(sys.argv[2]) if len(sys.argv) > 2 else packs_dir() / "lexicons",
    )
