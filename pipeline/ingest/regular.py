"""Read blocks of regular delimited text: cells are cut out as bytes, and only those of wanted columns become characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv

from pipeline.ingest.often import held, is_few
from pipeline.ingest.transcode import to_utf8

_SAMPLE_BYTES = 1 << 17
_END = 0x1E  # behind each text while many are transcoded at once


def parse_regular(block: bytes, separator: str, width: int, columns: Sequence[int], encoding: str) -> pl.DataFrame | None:
    """Wanted columns of a block in which nothing is quoted; None unless every row has ``width`` fields.

    Those that say few things often are held as numbers of their texts.

    Separators are never part of a character of GB18030 but for ``|``, so that its bytes are cut before they are read.
    """
    if separator == "|" and encoding != "utf-8":
        return None
    wanted = [f"c{at}" for at in columns]
    often = _said_often(block, separator, width, wanted)
    table = _cut(block, separator, width, {name: pa.dictionary(pa.int32(), pa.binary()) if name in often else pa.binary() for name in wanted})
    if table is None:
        return None
    cells = {name: table.column(name).combine_chunks() for name in wanted}
    return pl.DataFrame([(_few if name in often else _text)(column, encoding).alias(name) for name, column in cells.items()])


def _cut(block: bytes, separator: str, width: int, types: Mapping[str, pa.DataType]) -> pa.Table | None:
    """Some columns of a block as bytes; None unless every row has ``width`` fields."""
    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=[f"c{at}" for at in range(width)], block_size=len(block) + 1),
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False, include_columns=list(types), column_types=dict(types), strings_can_be_null=True, null_values=[""],
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None


def _said_often(block: bytes, separator: str, width: int, wanted: Sequence[str]) -> set[str]:
    """The columns that say few things often, as the first rows of a large block let expect."""
    if len(block) < 4 * _SAMPLE_BYTES:
        return set()
    first = _cut(block[: block.rfind(b"\n", 0, _SAMPLE_BYTES) + 1], separator, width, dict.fromkeys(wanted, pa.binary()))
    return set() if first is None else {name for name in wanted if is_few(len(first.column(name).unique()), first.num_rows, sample=True)}


def _few(told: pa.DictionaryArray, encoding: str) -> pl.Series:
    """The cells of a column whose different texts Arrow has found."""
    texts, at = _text(told.dictionary, encoding), pl.Series(pl.from_arrow(told.indices))
    return held(texts, at) if is_few(texts.len(), at.len()) else texts.gather(at)


def _text(cells: pa.BinaryArray, encoding: str) -> pl.Series:
    """The cells of a column as text."""
    bytes_of = cells.buffers()[2]
    if bytes_of is None or bytes_of.size == 0 or np.frombuffer(bytes_of, np.uint8).max() < 0x80 or encoding == "utf-8":
        return pl.Series(pl.from_arrow(cells.cast(pa.string())))
    text = _transcoded(cells, encoding)
    return text.set(pl.Series(pl.from_arrow(cells.is_null())), None) if cells.null_count else text


def _transcoded(cells: pa.BinaryArray, encoding: str) -> pl.Series:
    """The same texts in utf-8, all in one go: they stand behind each other with marks between."""
    ends = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + len(cells) + 1]
    marks = ends[1:] - ends[0] + np.arange(len(cells))
    marked = np.empty(int(ends[-1] - ends[0]) + len(cells), np.uint8)
    is_mark = np.zeros(marked.size, bool)
    is_mark[marks] = True
    marked[is_mark] = _END
    marked[~is_mark] = np.frombuffer(cells.buffers()[2], np.uint8)[ends[0] : ends[-1]]
    data = np.frombuffer(to_utf8(marked.tobytes(), encoding), np.uint8)
    is_mark = data == _END
    marks = np.flatnonzero(is_mark)
    if marks.size != len(cells):
        return pl.Series([to_utf8(cell or b"", encoding).decode("utf-8") for cell in cells.to_pylist()], dtype=pl.String)
    places = np.zeros(len(cells) + 1, np.int64)
    places[1:] = marks - np.arange(len(cells))
    texts = pa.Array.from_buffers(pa.large_string(), len(cells), [None, pa.py_buffer(places), pa.py_buffer(data[~is_mark])])
    return pl.Series(pl.from_arrow(texts))
