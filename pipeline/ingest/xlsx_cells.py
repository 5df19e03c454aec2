"""Find the cells in a block of a sheet's XML with numpy, and cut out their texts without a loop over cells."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipeline.ingest import limits
from pipeline.ingest.xlsx_uniform import alike, uniform_cells

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
_LT, _GT = ord("<"), ord(">")
_KEEPS_SPACE = b'<t xml:space="preserve">'


class NotPlain(Exception):
    """The workbook is written in a way that only a general reader knows."""


class TooFar(Exception):
    """A cell lies beyond the columns or rows that an export can have."""


@dataclass(frozen=True)
class Cells:
    """The cells of some whole rows that say something: their row, column (from 0), text, and how it is meant."""

    place: Ints  # in ``rows``
    column: Ints
    text: pl.Series  # as it is written; it lies in the block's own bytes until it is copied
    shared: Flags
    number: Flags
    raw: bytes
    rows: Ints  # the numbers of all rows, also of those without cells


def cells_of(raw: bytes) -> Cells:
    """The cells of a block of whole rows (with sixteen bytes behind them, so that one may look ahead).

    Raises:
        NotPlain, TooFar: see there.
    """
    exact = uniform_cells(raw)
    if exact is not None:
        return Cells(exact.place, exact.column, _cut(raw, exact.start, exact.end), exact.shared, exact.number, raw, exact.rows)
    return _searched(raw)


def _searched(raw: bytes) -> Cells:
    """The same, however tags are written."""
    data = np.frombuffer(raw, np.uint8)
    tags = np.flatnonzero(data == _LT)
    one, two = data[tags + 1], data[tags + 2]
    is_cell = (one == ord("c")) & (two == ord(" "))
    cell, row = np.flatnonzero(is_cell), np.flatnonzero((one == ord("r")) & (two == ord("o")))
    cells, rows = tags[cell], tags[row]
    if np.any((one == ord("c")) & (two == _GT)) or _differs(raw, cells, b'<c r="') or _differs(raw, rows, b'<row r="'):
        raise NotPlain
    if cells.size == 0 and (rows.size == 0 or np.any((one != ord("/")) & (two == ord(":")))):
        raise NotPlain
    number = _counted(data, rows + 8, b"0", b"9", 9)
    if number.max(initial=0) > limits.MAX_ROWS:
        raise TooFar
    column = _counted(data, cells + 6, b"A", b"Z", 4) - 1
    if column.max(initial=0) >= limits.MAX_COLUMNS:
        raise TooFar
    before = np.append(np.searchsorted(cell, row), cell.size)  # how many cells stand before each row
    if np.any(np.diff(number) <= 0) or before[0]:
        raise NotPlain
    shared, text = _types(raw, _ends(data, tags[cell], tags[cell + 1]))
    said = (one == ord("t")) & ((two == _GT) | (two == ord(" ")))
    piece = np.flatnonzero(said | ((one == ord("v")) & (two == _GT)))
    owner = _owners(cell, piece)
    if np.any(said[piece] & ~text[owner]):
        raise NotPlain
    pieces = tags[piece]
    start = np.where(two[piece] == _GT, pieces + 3, pieces + len(_KEEPS_SPACE))
    if _differs(raw, pieces[two[piece] == ord(" ")], _KEEPS_SPACE):
        raise NotPlain
    texts = _cut(raw, start, tags[np.minimum(piece + 1, tags.size - 1)])
    place = np.repeat(np.arange(number.size), np.diff(before))
    return Cells(place[owner], column[owner], texts, shared[owner], ~(shared | text)[owner], raw, number)


def _owners(cell: Ints, piece: Ints) -> Ints:
    """The cell to which each piece of text belongs, where each has one at most (rich text has several)."""
    if piece.size == cell.size and np.all(cell < piece) and np.all(piece[:-1] < cell[1:]):
        return np.arange(cell.size)
    owner = np.searchsorted(cell, piece) - 1
    if owner.size and (owner[0] < 0 or np.any(np.diff(owner) == 0)):
        raise NotPlain
    return owner


def _ends(data: Bytes, tags: Ints, after: Ints) -> Ints:
    """Where tags end: mostly the next tag follows at once; else at the first ``>``."""
    close = after - 1
    if np.all(data[close] == _GT):
        return close
    ends = np.flatnonzero(data == _GT)
    return ends[np.minimum(np.searchsorted(ends, tags), ends.size - 1)]


def _words(raw: bytes) -> npt.NDArray[np.uint64]:
    """At each place, the eight bytes from there on as one number."""
    return np.ndarray((max(len(raw) - 7, 0),), "<u8", raw, 0, (1,))


def _differs(raw: bytes, at: Ints, want: bytes) -> bool:
    """Whether other bytes than those wanted stand at some place."""
    return not alike(raw, at, want).all()


def _counted(data: Bytes, at: Ints, first: bytes, last: bytes, places: int) -> Ints:
    """The number that begins at each place, written in digits (of which 0 is nothing) or in letters (of which A is one)."""
    base = last[0] - first[0] + 1
    value = np.zeros(at.size, np.int64)
    going = np.ones(at.size, bool)
    for offset in range(places):
        digit = data[at + offset]
        going &= (digit >= first[0]) & (digit <= last[0])
        if not going.any():
            break
        value = np.where(going, value * base + digit - (first[0] - (first == b"A")), value)
    return value


def _types(raw: bytes, close: Ints) -> tuple[Flags, Flags]:
    """Which cells point into the shared strings, and which hold text of their own, by the last attribute of each."""
    last = _words(raw)[close - 8]

    def ends_with(written: bytes) -> Flags:
        found: Flags = last >> np.uint64(64 - 8 * len(written)) == np.uint64(int.from_bytes(written, "little"))
        return found

    shared = ends_with(b' t="s"')
    text = ends_with(b'lineStr"') | ends_with(b't="str"') | ends_with(b' t="d"')
    if not np.all(shared | text):
        empty = last >> np.uint64(56) == ord("/")
        letter = last | np.uint64(0xFF << 48)  # of a type of one letter, whichever it is
        single = letter >> np.uint64(16) == np.uint64(int.from_bytes(b' t="\xff"', "little"))
        if raw.count(b' t="') > int((single | text).sum()) + int(empty.sum()):
            raise NotPlain  # the type is not the last attribute
    return shared, text


def _cut(raw: bytes, start: Ints, end: Ints) -> pl.Series:
    """The texts between places, which are in order; nothing is copied."""
    if start.size == 0:
        return pl.Series([], dtype=pl.String)
    offsets = np.empty(2 * start.size, np.int64)
    offsets[::2], offsets[1::2] = start, end
    between = pa.Array.from_buffers(pa.large_binary(), offsets.size - 1, [None, pa.py_buffer(offsets), pa.py_buffer(raw)])
    try:
        return pl.Series(pl.from_arrow(between)).gather_every(2).cast(pl.String)
    except pl.exceptions.PolarsError as error:
        raise NotPlain from error  # not utf-8


def texts_of(cells: Cells, which: Ints, shared: Callable[[], pl.Series]) -> pl.Series:
    """The text of some cells (-1: none): their own, or the shared string they point to; long numbers show that digits were lost."""
    there = which >= 0
    at = np.where(there, which, 0)
    if cells.column.size == 0:
        return pl.repeat(None, which.size, dtype=pl.String, eager=True)
    pointed, number = cells.shared[at] & there, cells.number[at] & there
    index = pl.Series(which)
    text = _copied(_unescaped(cells.text.gather(index.set(index < 0, None)), cells.raw))
    if pointed.any():
        text = text.scatter(pl.Series(np.flatnonzero(pointed)), _pointed(text.filter(pl.Series(pointed)), shared()))
    return _numbers(text, pl.Series(number)) if number.any() else text


def _copied(text: pl.Series) -> pl.Series:
    """The same texts in memory of their own, so that the block they were cut out of can go."""
    return pl.Series(pl.from_arrow(text.to_arrow(compat_level=pl.CompatLevel.oldest())))


def _pointed(numbers: pl.Series, strings: pl.Series) -> pl.Series:
    index = numbers.cast(pl.UInt32, strict=False)
    if index.null_count() or cast("int", index.max()) >= strings.len():
        raise NotPlain
    return strings.gather(index)


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


def _unescaped(text: pl.Series, raw: bytes) -> pl.Series:
    """Texts without escapes; ``raw`` is what they were cut out of, and mostly has none."""
    if b"&" not in raw and b"\r" not in raw and b"_" not in raw:
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
    tags = np.flatnonzero(data == _LT)
    one, two, three = data[tags + 1], data[tags + 2], data[tags + 3]
    items = np.flatnonzero((one == ord("s")) & (two == ord("i")) & (three == _GT))
    texts = np.flatnonzero((one == ord("t")) & ((two == _GT) | (two == ord(" "))))
    if items.size != texts.size or np.any(np.searchsorted(items, texts) - 1 != np.arange(items.size)):
        raise NotPlain  # rich text, phonetic readings or empty items
    begin = tags[texts]
    if _differs(raw, begin[two[texts] == ord(" ")], _KEEPS_SPACE):
        raise NotPlain
    start = np.where(two[texts] == _GT, begin + 3, begin + len(_KEEPS_SPACE))
    return _copied(_unescaped(_cut(raw, start, tags[np.minimum(texts + 1, tags.size - 1)]), raw))
