"""Keep what is read out of texts in step with them: lexicon hits and promises, redone where text or lexicon changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as parquet

from pipeline.ingest.files import write_parquet
from pipeline.tables import by_name
from pipeline.text.lexicon import Lexicons
from pipeline.text.match import find_hits
from pipeline.text.promises import find_promises

Progress = Callable[[str, int, int], None]
# listings are matched with the words that agents must not use; they keep a role of their own
LISTING = "listing"
_SEEN = "derived.json"
ROWS_AT_ONCE = 1_000_000
# what decides the hits beside the lexicons, whose own code is in their fingerprint
_CODE = (
    "promises.py", "match.py", "judged.py", "scan.py", "clued.py", "clues.py", "parts.py", "words.py", "alphabet.py", "find.py",
    "context.py", "wanted.py",
)  # fmt: skip


def derive(facts: Path, state: Path, lexicons: Lexicons, progress: Progress | None = None) -> int:
    """Write facts/hits and facts/promises for every file of messages and listings that is new or matched otherwise.

    Returns how many files were matched.
    """
    code = hashlib.sha256(b"".join(Path(__file__).with_name(name).read_bytes() for name in _CODE))
    rules = f"{lexicons.fingerprint} {code.hexdigest()[:16]}"
    seen_file = state / _SEEN
    before = json.loads(seen_file.read_text(encoding="utf-8")) if seen_file.exists() else {}
    files = [
        *sorted((facts / "messages").rglob("*.parquet")),
        *sorted((facts / "listings").rglob("*.parquet")),
    ]
    now = {str(file.relative_to(facts)): f"{rules} {_content(file)}" for file in files}
    stale = [
        file
        for file in files
        if before.get(str(file.relative_to(facts))) != now[str(file.relative_to(facts))]
    ]
    done = 0
    for table, work in (("messages", _of_messages), ("listings", _of_listings)):
        for files in _in_groups([file for file in stale if file.relative_to(facts).parts[0] == table]):
            work(facts, files, lexicons)
            done += len(files)
            if progress:
                progress(f"text {files[-1].parts[-2]}", done, len(stale))
    _drop_orphans(facts, set(now))
    state.mkdir(parents=True, exist_ok=True)
    aside = seen_file.with_suffix(".aside")
    aside.write_text(json.dumps(now, indent=0), encoding="utf-8")
    aside.replace(seen_file)
    return len(stale)


def _in_groups(files: list[Path]) -> Iterator[list[Path]]:
    """Files together up to so many rows: a match has a fixed cost, and a store-month is often small."""
    group: list[Path] = []
    rows = 0
    for file in files:
        group.append(file)
        rows += parquet.read_metadata(file).num_rows
        if rows >= ROWS_AT_ONCE:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _of_messages(facts: Path, files: list[Path], lexicons: Lexicons) -> None:
    columns = [
        "store_id", "platform", "message_id", "conversation_id", "sent_at", "role", "agent_id", "kind", "text",
    ]  # fmt: skip
    messages = _read(files, columns)
    hits = find_hits(messages.drop("file"), lexicons).join(
        messages.select("store_id", "message_id", "platform", "file"),
        on=["store_id", "message_id"], how="left", maintain_order="left",
    )  # fmt: skip
    promises = find_promises(messages).join(
        messages.select("store_id", "message_id", "file"),
        on=["store_id", "message_id"], how="left", maintain_order="left",
    )  # fmt: skip
    _write(facts, "hits", files, "part.parquet", hits)
    _write(facts, "promises", files, "part.parquet", promises)


def _of_listings(facts: Path, files: list[Path], lexicons: Lexicons) -> None:
    listings = _read(files)
    of_file = listings.select(
        "store_id", "platform", "file", message_id="item_id", sent_at=pl.col("captured_at").cast(pl.Datetime("us"))
    )
    hits = hits_of_listings(listings, lexicons).join(
        of_file, on=["store_id", "message_id", "sent_at"], how="left", maintain_order="left"
    )
    _write(facts, "hits", files, "listings.parquet", hits)


def _read(files: list[Path], columns: list[str] | None = None) -> pl.DataFrame:
    """The rows of these files, with the number of the file."""
    return pl.concat(
        pl.read_parquet(file, columns=columns, hive_partitioning=False).with_columns(pl.lit(number).alias("file"))
        for number, file in enumerate(files)
    )


def hits_of_listings(listings: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """The hits in titles and details: the item stands in the place of message and conversation."""
    texts = listings.select(
        "store_id", pl.col("item_id").alias("message_id"), pl.col("item_id").alias("conversation_id"),
        pl.col("captured_at").alias("sent_at"), pl.lit("agent").alias("role"), pl.lit(None, pl.String).alias("agent_id"),
        pl.lit("text").alias("kind"),
        pl.concat_str("title", "detail_text", separator="\n", ignore_nulls=True).alias("text"),
    )  # fmt: skip
    return find_hits(texts, lexicons).with_columns(pl.lit(LISTING).alias("role"))


def _write(facts: Path, table: str, sources: list[Path], name: str, found: pl.DataFrame) -> None:
    """Write beside each source the rows found in it; a source without any has no file."""
    for number, source in enumerate(sources):
        own = found.filter(pl.col("file") == number).select(by_name()[table].names)
        target = facts / table / Path(*source.parts[-4:-1]) / name
        if own.is_empty():
            target.unlink(missing_ok=True)
        else:
            write_parquet(own, target)


def _drop_orphans(facts: Path, known: set[str]) -> None:
    for table in ("hits", "promises"):
        for file in (facts / table).rglob("*.parquet"):
            source = "listings" if file.name == "listings.parquet" else "messages"
            folder = facts / source / Path(*file.parts[-4:-1])
            if not any(str(other.relative_to(facts)) in known for other in folder.glob("*.parquet")):
                file.unlink()


def _content(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()[:24]
