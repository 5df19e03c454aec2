"""Read blocks of regular delimited text: cells are cut out as bytes, and only those of wanted columns become characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.ingest.transcode import to_utf8

_END = b"\x1e"  # behind each text while many are transcoded at once


def parse_regular(block: bytes, separator: str, width: int, columns: Sequence[int], encoding: str) -> pl.DataFrame | None:
    """Wanted columns of a block in which nothing is quoted; None unless every row has ``width`` fields.

    Separators are never part of a character of GB18030 but for ``|``, so that its bytes are cut before they are read.
    """
    if separator == "|" and encoding != "utf-8":
        return None
    wanted = [f"c{at}" for at in columns]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=[f"c{at}" for at in range(width)], block_size=len(block) + 1),
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False, include_columns=wanted, column_types=dict.fromkeys(wanted, pa.binary()), strings_can_be_null=True, null_values=[""],
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None
    texts = [_text(table.column(name).combine_chunks(), encoding) for name in wanted]
    return pl.DataFrame([text.alias(name) for name, text in zip(wanted, texts, strict=True)])


def _text(cells: pa.BinaryArray, encoding: str) -> pl.Series:
    """The cells of a column as text."""
    bytes_of = cells.buffers()[2]
    if bytes_of is None or bytes_of.size == 0 or np.frombuffer(bytes_of, np.uint8).max() < 0x80 or encoding == "utf-8":
        return pl.Series(pl.from_arrow(cells.cast(pa.string())))
    told = cells.dictionary_encode()  # most columns say few things often
    return _transcoded(told.dictionary, encoding).gather(pl.Series(pl.from_arrow(told.indices)))


def _transcoded(cells: pa.BinaryArray, encoding: str) -> pl.Series:
    """The same texts in utf-8, all in one go."""
    together = pc.binary_join_element_wise(cells, b"", _END)
    data = to_utf8(together.buffers()[2].to_pybytes(), encoding)
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _END[0])
    if ends.size != len(cells):
        return pl.Series([to_utf8(cell, encoding).decode("utf-8") for cell in cells.to_pylist()], dtype=pl.String)
    # The texts and the marks between them are the odd and the even pieces of one array.
    places = np.zeros(2 * ends.size, np.int64)
    places[1::2], places[2::2] = ends, ends[:-1] + 1
    pieces = pa.Array.from_buffers(pa.large_binary(), places.size - 1, [None, pa.py_buffer(places), pa.py_buffer(data)])
    return pl.Series(pl.from_arrow(pieces)).gather_every(2).cast(pl.String)
