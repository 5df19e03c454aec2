"""Find the cells in a block of a sheet's XML with numpy, and cut out their texts without a loop over cells."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipeline.ingest import limits

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
_LT, _GT, _QUOTE = ord("<"), ord(">"), ord('"')


class NotPlain(Exception):
    """The workbook is written in a way that only a general reader knows."""


class TooFar(Exception):
    """A cell lies beyond the columns or rows that an export can have."""


@dataclass(frozen=True)
class Cells:
    """The cells of some whole rows: row number, column (from 0), where the text lies, and how it is meant."""

    row: Ints
    column: Ints
    start: Ints
    end: Ints
    shared: npt.NDArray[np.bool_]
    number: npt.NDArray[np.bool_]
    data: Bytes
    raw: bytes  # the same as bytes
    rows: Ints  # the numbers of all rows, also of those without cells


def cells_of(raw: bytes) -> Cells:
    """The cells of a block of whole rows (with sixteen bytes behind them, so that one may look ahead).

    Raises:
        NotPlain, TooFar: see there.
    """
    data = np.frombuffer(raw, np.uint8)
    tags, ends = _tags(data)
    one, two = data[tags + 1], data[tags + 2]
    is_cell = (one == ord("c")) & (two == ord(" "))
    is_row = (one == ord("r")) & (two == ord("o"))
    cell, cells, rows = np.flatnonzero(is_cell), tags[is_cell], tags[is_row]
    if np.any((one == ord("c")) & (two == _GT)) or _differs(data, cells + 3, b'r="') or _differs(data, rows + 4, b' r="'):
        raise NotPlain
    if cells.size == 0 and (rows.size == 0 or np.any((one != ord("/")) & (two == ord(":")))):
        raise NotPlain
    number = _number_at(data, rows + 8)
    if number.size and number.max() > limits.MAX_ROWS:
        raise TooFar
    column = _column_at(data, cells + 6)
    if column.size and column.max() >= limits.MAX_COLUMNS:
        raise TooFar
    if np.any(np.diff(number) <= 0):
        raise NotPlain
    shared, text = _types(data, raw, ends[cell])
    value = np.flatnonzero((one == ord("v")) & (two == _GT))
    said = np.flatnonzero((one == ord("t")) & ((two == _GT) | (two == ord(" "))))
    counted = np.cumsum(is_cell, dtype=np.int64) - 1  # the cell to which each tag belongs
    piece = value if said.size == 0 else said if value.size == 0 else np.sort(np.concatenate((value, said)))
    owner = counted[piece]
    if owner.size and (owner[0] < 0 or np.any(np.diff(owner) == 0) or not np.all(text[counted[said]])):
        raise NotPlain  # rich text: several pieces in one cell
    start, end = ends[piece] + 1, tags[np.minimum(piece + 1, tags.size - 1)]
    row = number[np.cumsum(is_row, dtype=np.int64)[cell] - 1][owner] if rows.size else owner
    return Cells(row, column[owner], start, end, shared[owner], ~(shared | text)[owner], data, raw, number)


def _tags(data: Bytes) -> tuple[Ints, Ints]:
    """Where each tag begins, and where it ends; a ``>`` inside text ends nothing."""
    tags, ends = np.flatnonzero(data == _LT), np.flatnonzero(data == _GT)
    if tags.size != ends.size or np.any(ends < tags) or np.any(ends[:-1] > tags[1:]):
        if ends.size == 0:
            raise NotPlain
        ends = ends[np.minimum(np.searchsorted(ends, tags), ends.size - 1)]
    return tags, ends


def _differs(data: Bytes, at: Ints, want: bytes) -> bool:
    return any(bool(np.any(data[at + offset] != byte)) for offset, byte in enumerate(want))


def _number_at(data: Bytes, at: Ints) -> Ints:
    """The decimal number that begins at each place."""
    value = np.zeros(at.size, np.int64)
    going = np.ones(at.size, bool)
    for offset in range(9):
        digit = data[at + offset].astype(np.int64) - 48
        going &= (digit >= 0) & (digit <= 9)
        value = np.where(going, value * 10 + digit, value)
    return value


def _column_at(data: Bytes, at: Ints) -> Ints:
    """The column, from 0, that the letters at each place name."""
    value = np.zeros(at.size, np.int64)
    going = np.ones(at.size, bool)
    for offset in range(4):
        letter = data[at + offset].astype(np.int64) - 64
        going &= (letter >= 1) & (letter <= 26)
        value = np.where(going, value * 26 + letter, value)
    return value - 1


def _types(data: Bytes, raw: bytes, close: Ints) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which cells point into the shared strings, and which hold text of their own, by the last attribute of each."""
    quote = close - 1
    letter, before = data[quote - 1], data[quote - 2]
    single = (before == _QUOTE) & (data[quote - 3] == ord("=")) & (data[quote - 4] == ord("t"))
    shared = single & (letter == ord("s"))
    word = (letter == ord("r")) & (before == ord("t"))  # str and inlineStr
    text = (word & (data[quote - 3] == ord("S")) & (data[quote - 9] == ord("i"))) | (word & (data[quote - 4] == _QUOTE)) | (single & (letter == ord("d")))
    empty = data[quote] == ord("/")
    if raw.count(b' t="') > int((single | text).sum()) + int(empty.sum()):
        raise NotPlain  # the type is not the last attribute
    return shared, text


def texts_of(cells: Cells, which: Ints, shared: Callable[[], pl.Series]) -> pl.Series:
    """The text of some cells (-1: none): their own, or the shared string they point to; long numbers show that digits were lost."""
    there = which >= 0
    at = np.where(there, which, 0)
    if cells.start.size == 0:
        return pl.repeat(None, which.size, dtype=pl.String, eager=True)
    start, pointed, number = cells.start[at], cells.shared[at] & there, cells.number[at] & there
    own = there & ~pointed
    text = _unescaped(_slices(cells.data, start, np.where(own, cells.end[at], start), own), cells.raw)
    if pointed.any():
        text = text.scatter(pl.Series(np.flatnonzero(pointed)), _pointed(cells.data, start[pointed], shared()))
    return _numbers(text, pl.Series(number)) if number.any() else text


def _pointed(data: Bytes, start: Ints, strings: pl.Series) -> pl.Series:
    index = _number_at(data, start)
    if index.size and index.max() >= strings.len():
        raise NotPlain
    return strings.gather(pl.Series(index))


def _numbers(text: pl.Series, number: pl.Series) -> pl.Series:
    """Numbers as a person writes them; those of 16 digits or more as ``1.23E+18``: their last digits are gone."""
    odd = number & (text.str.contains("[eE]") | (text.str.len_bytes() > 15)).fill_null(False)
    if not odd.any():
        return text
    at = odd.arg_true()
    value = text.gather(at).cast(pl.Float64, strict=False)
    whole = (value == value.floor()).fill_null(False)
    exact = pl.select(pl.when(whole & (value.abs() < 1e15)).then(value.cast(pl.Int64, strict=False).cast(pl.String)).when(whole).then(pl.lit("1E+99")).otherwise(text.gather(at))).to_series()
    lost = (exact == "1E+99").fill_null(False)
    if lost.any():
        shown = pl.Series([f"{number:.6E}" for number in value.filter(lost).to_list()])
        exact = exact.scatter(lost.arg_true(), shown)
    return text.scatter(at, exact)


def _slices(data: Bytes, start: Ints, end: Ints, there: npt.NDArray[np.bool_] | None = None) -> pl.Series:
    """The texts between places, as one Arrow array cut out of the data at once; null where none is."""
    length = np.maximum(end - start, 0)
    offsets = np.zeros(length.size + 1, np.int64)
    np.cumsum(length, out=offsets[1:])
    # 32 bits are enough for the places of a block, and half the memory to go through
    index = np.arange(offsets[-1], dtype=np.int32) + np.repeat((start - offsets[:-1]).astype(np.int32), length)
    known = None if there is None else pa.py_buffer(np.packbits(there, bitorder="little"))
    array = pa.Array.from_buffers(pa.large_binary(), length.size, [known, pa.py_buffer(offsets), pa.py_buffer(data[index])])
    try:
        return pl.Series(pl.from_arrow(array.cast(pa.large_string())))
    except pa.ArrowInvalid as error:
        raise NotPlain from error  # not utf-8


def _unescaped(text: pl.Series, raw: bytes) -> pl.Series:
    """Texts without escapes; ``raw`` is what they were cut out of, and mostly has none."""
    if b"&" not in raw and b"\r" not in raw and b"_x" not in raw:
        return text
    escaped = (text.str.contains("&", literal=True) | text.str.contains(r"_x[0-9A-Fa-f]{4}_") | text.str.contains("\r", literal=True)).fill_null(False)
    if not escaped.any():
        return text
    plain = [_unescape(value) for value in text.filter(escaped).to_list()]
    return text.scatter(escaped.arg_true(), pl.Series(plain, dtype=pl.String))


def _unescape(value: str) -> str:
    value = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), html.unescape(value))
    return value.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")


def strings_of(raw: bytes) -> pl.Series:
    """The shared strings of a block of whole items, in their order."""
    data = np.frombuffer(raw, np.uint8)
    tags, ends = _tags(data)
    one, two, three = data[tags + 1], data[tags + 2], data[tags + 3]
    items = np.flatnonzero((one == ord("s")) & (two == ord("i")) & (three == _GT))
    texts = np.flatnonzero((one == ord("t")) & ((two == _GT) | (two == ord(" "))))
    if items.size != texts.size or np.any(np.searchsorted(items, texts) - 1 != np.arange(items.size)):
        raise NotPlain  # rich text, phonetic readings or empty items
    start, end = ends[texts] + 1, tags[np.minimum(texts + 1, tags.size - 1)]
    return _unescaped(_slices(data, start, end), raw)
