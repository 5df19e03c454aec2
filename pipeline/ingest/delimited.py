"""Read delimited text of any encoding in blocks: fast when it is regular, tolerant when it is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.ingest.ahead import in_pairs
from pipeline.ingest.limits import BLOCK_BYTES, MAX_CELL_BYTES, MAX_COLUMNS, MAX_RECORD_BYTES
from pipeline.ingest.regular import parse_regular
from pipeline.ingest.sheet import RAGGED, ROW, Sheet
from pipeline.ingest.sniff import refuse
from pipeline.ingest.transcode import to_utf8

# What stands beside a quote that begins or ends a field, or that is doubled; ``="…"`` quotes nothing.
_EDGES = np.isin(np.arange(256), list(b",;|\t\n"))
_BESIDE = _EDGES | np.isin(np.arange(256), list(b'\r"='))
_OVER = "over"
_MARK = b"\xef\xbb\xbf"
_FIRST_BYTES = 1 << 18
_QUOTE = ord('"')
_CACHED = 1 << 18  # bytes looked at in one go: what is found of them stays in the processor's cache
Source = Path | bytes
Bytes = npt.NDArray[np.uint8]


def read_delimited(source: Source, name: str, encoding: str, where: str) -> list[Sheet]:
    """The sheets a text file may be: one per separator that splits its first rows, the likeliest first."""
    first = _first_block(source, encoding, where)
    text = first.decode("utf-8", "replace")
    if "\n" not in text and "\r" in text:
        source, encoding, text = _all(source, encoding).replace(b"\r", b"\n"), "utf-8", text.replace("\r", "\n")
    sheets = []
    for separator in _separators(text):
        head = _head(text, separator)
        width = max((len(row) for row in head), default=0)
        if width > MAX_COLUMNS:
            raise refuse(
                "too-wide", where, f"有 {width} 列，超过 {MAX_COLUMNS} 列", f"it has {width} columns, over {MAX_COLUMNS}",
                "核对文件，删去空列后重新导出", "check the file and export it again without the empty columns",
            )  # fmt: skip
        sheets.append(_sheet(source, name, encoding, separator, head, where))
    return sheets


def _sheet(
    source: Source, name: str, encoding: str, separator: str, head: list[list[str | None]], where: str
) -> Sheet:
    def chunks(heading: int, width: int, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        seen = 0  # records before this block
        stream, known = _opened(source, encoding)
        with stream:
            # the next blocks are read while one is used
            for frame in in_pairs(lambda block: _parse(block, known, separator, width, columns), _cut(stream, BLOCK_BYTES, where)):
                row = pl.int_range(seen + 1, seen + 1 + pl.len(), dtype=pl.Int64).alias(ROW)
                skip = max(0, heading + 1 - seen)
                seen += frame.height
                yield frame.with_columns(row).slice(skip)

    return Sheet(name, head, chunks, " ".join(cell for row in head[:10] for cell in row if cell))


def _first_block(source: Source, encoding: str, where: str) -> bytes:
    stream, encoding = _opened(source, encoding)
    with stream:
        return to_utf8(next(_cut(stream, _FIRST_BYTES, where), b""), encoding).removeprefix(_MARK)


def _all(source: Source, encoding: str) -> bytes:
    data = source if isinstance(source, bytes) else source.read_bytes()
    return to_utf8(data, encoding)


def _separators(text: str) -> list[str]:
    lines = text.splitlines()[:30]
    counts = {mark: max((line.count(mark) for line in lines), default=0) for mark in ",\t;|"}
    return [mark for mark, count in sorted(counts.items(), key=lambda item: -item[1]) if count] or [","]


def _head(text: str, separator: str) -> list[list[str | None]]:
    csv.field_size_limit(MAX_RECORD_BYTES)
    rows: list[list[str | None]] = []
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for row in reader:
            rows.append([cell or None for cell in row])
            if len(rows) == 40:
                break
    except csv.Error:
        pass  # a quote left open in the first block: the rows before it tell the layout
    return rows


def _opened(source: Source, encoding: str) -> tuple[io.BufferedIOBase, str]:
    if encoding == "utf-16":
        data = source if isinstance(source, bytes) else source.read_bytes()
        source, encoding = data.decode("utf-16", "replace").encode(), "utf-8"
    return (io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")), encoding


def _cut(stream: io.BufferedIOBase, size: int, where: str) -> Iterator[bytes]:
    """Raw blocks cut at line ends that lie outside quotes (0x0A is never part of a GB18030 character)."""
    kept = b""
    while block := stream.read(size):
        data = kept + block
        end = _record_end(data)
        if end == 0:
            if len(data) > MAX_RECORD_BYTES:
                raise refuse(
                    "record-too-long", where, "有一行超过 32 MB", "one record is over 32 MB",
                    "核对文件是否损坏，或重新导出", "check whether the file is broken, or export it again",
                )  # fmt: skip
            kept = data
            continue
        yield data[:end]
        kept = data[end:]
    if kept.strip():
        yield kept


def _record_end(data: bytes) -> int:
    """Where the last record that ends in ``data`` ends: at a line end before which quotes are even."""
    end = data.rfind(b"\n") + 1
    if end == 0:
        return 0
    odd = _count(np.frombuffer(data, np.uint8, end)) % 2
    tries = 0
    while odd and tries < 2_000:
        before = data.rfind(b"\n", 0, end - 1) + 1
        if before == 0:
            return 0 if len(data) < MAX_RECORD_BYTES else data.rfind(b"\n") + 1
        odd = (odd + data.count(b'"', before, end)) % 2
        end = before
        tries += 1
    return end if not odd else data.rfind(b"\n") + 1


def _parse(raw: bytes, encoding: str, separator: str, width: int, columns: Sequence[int]) -> pl.DataFrame:
    """Wanted columns of a block as text, and which rows have more."""
    quotes = _quotes(raw)
    if not quotes[0]:
        regular = parse_regular(raw, separator, width, columns, encoding)
        if regular is not None:
            return regular.with_columns(pl.lit(False).alias(RAGGED))
    if encoding != "utf-8":
        raw = to_utf8(raw, encoding)
        quotes = _quotes(raw)
    return _parse_irregular(raw.removeprefix(_MARK), *quotes, separator, width, columns)


def _parse_irregular(block: bytes, quoted: bool, stray: bool, separator: str, width: int, columns: Sequence[int]) -> pl.DataFrame:
    """The same where fields are quoted or rows have more or fewer fields."""
    if quoted and stray:
        return _parse_slowly(block, separator, width, columns)
    head = separator.join([*(f"c{at}" for at in range(width)), _OVER]).encode() + b"\n"
    wanted = [*(f"c{at}" for at in columns), _OVER]
    try:
        frame = pl.read_csv(
            head + block, separator=separator, quote_char='"' if quoted else None, infer_schema=False,
            truncate_ragged_lines=True, columns=wanted,
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return _parse_slowly(block, separator, width, columns)
    if quoted and frame.get_column(_OVER).is_not_null().any():
        return _parse_slowly(block, separator, width, columns)
    return frame.select(*(f"c{at}" for at in columns), pl.col(_OVER).is_not_null().alias(RAGGED))


def _quotes(block: bytes) -> tuple[bool, bool]:
    """Whether some field is quoted, and whether a quote stands amid ordinary characters."""
    if b'"' not in block:
        return False, False
    data = np.frombuffer(block, np.uint8)
    at = np.concatenate([np.flatnonzero(part == _QUOTE) + number * _CACHED for number, part in enumerate(_parts(data))])
    before = data[np.maximum(at - 1, 0)]
    after = data[np.minimum(at + 1, data.size - 1)]
    quoted = bool(_EDGES[before].any()) or at[0] == 0
    inside = ~_BESIDE[before] & ~_BESIDE[after] & (at > 0) & (at < data.size - 1)
    return quoted, bool(inside.any())


def _count(data: Bytes) -> int:
    """How many quotes there are."""
    return sum(int(np.count_nonzero(part == _QUOTE)) for part in _parts(data))


def _parts(data: Bytes) -> list[Bytes]:
    return [data[at : at + _CACHED] for at in range(0, data.size, _CACHED)]


def _parse_slowly(block: bytes, separator: str, width: int, columns: Sequence[int]) -> pl.DataFrame:
    """The same through Python's csv: it takes stray quotes as they come and keeps blank lines as rows."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    text = io.StringIO(block.decode("utf-8", "replace"), newline="")
    kept: list[list[str | None]] = [[] for _ in columns]
    ragged: list[bool] = []
    for row in csv.reader(text, delimiter=separator):
        ragged.append(any(cell for cell in row[width:]))
        for values, at in zip(kept, columns, strict=True):
            values.append(row[at][:MAX_CELL_BYTES + 1] if at < len(row) else None)
    data = {f"c{at}": pl.Series(values, dtype=pl.String) for at, values in zip(columns, kept, strict=True)}
    frame = pl.DataFrame(data).with_columns(pl.Series(RAGGED, ragged, dtype=pl.Boolean))
    return frame.with_columns(pl.when(pl.col(f"c{at}") != "").then(pl.col(f"c{at}")).alias(f"c{at}") for at in columns)
