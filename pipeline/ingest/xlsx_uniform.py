"""Find the cells of blocks in which every cell is written in one of a few exact forms: places are reckoned, not searched."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.ingest import limits

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
BEHIND = bytes(16)  # stands behind each block, so that one may look ahead
_CACHED = 1 << 18  # bytes looked at in one go: what is found of them stays in the processor's cache


class _Form(NamedTuple):
    """What stands between a cell's reference (or style), its last quote included, and its text, and behind its text; how many ``<`` that are."""

    before: bytes
    behind: bytes
    tags: int
    shared: bool = False
    number: bool = False
    silent: bool = False


_FORMS = (
    _Form(b'" t="inlineStr"><is><t>', b"</t></is></c>", 6), _Form(b'" t="inlineStr"><is><t xml:space="preserve">', b"</t></is></c>", 6),
    _Form(b'" t="s"><v>', b"</v></c>", 4, shared=True), _Form(b'"><v>', b"</v></c>", 4, number=True), _Form(b'" t="n"><v>', b"</v></c>", 4, number=True),
    _Form(b'" t="str"><v>', b"</v></c>", 4), _Form(b'"/>', b"", 1, silent=True), _Form(b'"></c>', b"", 2, silent=True),
)  # fmt: skip


class Placed(NamedTuple):
    """Where cells that say something are: their row (in ``rows``), column (from 0), text, and how it is meant."""

    place: Ints
    column: Ints
    start: Ints
    end: Ints
    shared: Flags
    number: Flags
    rows: Ints  # the numbers of all rows


def uniform_cells(raw: bytes) -> Placed | None:
    """The cells of a block of whole rows with ``BEHIND`` behind it; None unless every byte of a tag is as expected."""
    data = np.frombuffer(raw, np.uint8)
    marks, tags = _marks(data)
    is_row = data[marks + 1] == ord("r")
    rows, cells = marks[is_row], marks[~is_row]
    close = np.append(rows[1:], data.size - len(BEHIND)) - 6
    if not (rows.size and cells.size and is_row[0] and alike(raw, rows, b'<row r="').all() and alike(raw, close, b"</row>").all()):
        return None
    number, digits = _number(data, rows + 8)
    place = np.repeat(np.arange(rows.size), np.diff(np.append(np.flatnonzero(is_row), marks.size)) - 1)
    column, letters = _columns(raw, data, cells)
    if column is None or column.max() >= limits.MAX_COLUMNS or np.any(np.diff(number) <= 0) or number[-1] > limits.MAX_ROWS:
        return None
    ends = np.append(marks[1:], close[-1] + 6)  # a cell ends where the next begins, or with its row
    ends[:-1][is_row[1:]] -= 6
    ends[-1] -= 6
    known = _in_form(raw, data, cells + (6 + letters + digits[place]), ends[~is_row])
    # Every tag that is known is where it shall be; as there are no others, none stands inside a text or between cells.
    if known is None or tags != 2 * rows.size + sum(form.tags * begin.size for form, _, begin, _ in known):
        return None
    shared, is_number, silent = np.zeros(cells.size, bool), np.zeros(cells.size, bool), np.zeros(cells.size, bool)
    start, end = known[0][2:] if len(known) == 1 else (np.empty_like(cells), np.empty_like(cells))
    for form, mine, begin, finish in known:
        shared[mine], is_number[mine], silent[mine] = form.shared, form.number, form.silent
        if len(known) > 1:
            start[mine], end[mine] = begin, finish
    if silent.any():
        told = ~silent
        return Placed(place[told], column[told], start[told], end[told], shared[told], is_number[told], number)
    return Placed(place, column, start, end, shared, is_number, number)


def _marks(data: Bytes) -> tuple[Ints, int]:
    """Where tags begin that may be those of cells and rows, and how many tags there are."""
    found, tags = [], 0
    for at in range(0, data.size - 1, _CACHED):
        is_tag = data[at : at + _CACHED] == ord("<")
        tags += int(np.count_nonzero(is_tag))
        after = data[at + 1 : at + 1 + _CACHED]
        named = (after == ord("c")) | (after == ord("r"))
        found.append(np.flatnonzero(is_tag[: after.size] & named) + at)
    return np.concatenate(found), tags


def _in_form(raw: bytes, data: Bytes, at: Ints, ends: Ints) -> list[tuple[_Form, Ints | slice, Ints, Ints]] | None:
    """The forms in which cells are written: each with its cells, and where their texts begin and end; None if some has none.

    ``at`` are the quotes behind the cells' references, ``ends`` the ends of the cells.
    """
    found: list[tuple[_Form, Ints | slice, Ints, Ints]] = []
    left = np.arange(at.size)
    moved = False
    while left.size:
        first = int(at[left[0]])
        if raw.startswith(b'" s="', first) and not moved:
            at, moved = _behind_style(raw, data, at), True
            continue
        form = next((form for form in _FORMS if raw.startswith(form.before, first)), None)
        if form is None:
            return None
        here = alike(raw, at[left] if found else at, form.before)
        mine: Ints | slice = slice(None) if not found and here.all() else left[here]
        left = left[~here]
        begin, finish = at[mine] + len(form.before), ends[mine] - len(form.behind)
        if np.any(begin != finish if form.silent else begin > finish) or not (form.silent or alike(raw, finish, form.behind).all()):
            return None
        found.append((form, mine, begin, finish))
    return found


def alike(raw: bytes, at: Ints, want: bytes) -> Flags:
    """At which places these very bytes stand."""
    size = -len(want) // 8 * -8
    last = len(raw) - size
    found = np.ndarray((last + 1,), f"V{size}", raw, 0, (1,))[np.minimum(at, last)].view("<u8").reshape(-1, size // 8)
    wanted, counts = (np.frombuffer(part.ljust(size, b"\0"), "<u8") for part in (want, b"\xff" * len(want)))
    differs = (found[:, 0] ^ wanted[0]) & counts[0]
    for word in range(1, size // 8):
        differs |= (found[:, word] ^ wanted[word]) & counts[word]
    same: Flags = (differs == 0) & (at <= last)
    return same


def _number(data: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """The numbers written at some places (without zeros before them), and how many digits each has."""
    value, digits = np.zeros(at.size, np.int64), np.zeros(at.size, np.int64)
    going = np.ones(at.size, bool)
    for offset in range(8):
        digit = data[at + offset]
        going &= (digit >= ord("0")) & (digit <= ord("9"))
        if not going.any():
            break
        value = np.where(going, value * 10 + digit - ord("0"), value)
        digits += going
    return value, digits


def _columns(raw: bytes, data: Bytes, cells: Ints) -> tuple[Ints | None, Ints]:
    """The columns of cells, from 0 (None: some tag is no plain one of a cell), and how many letters each has."""
    begins = np.ndarray((len(raw) - 7,), "V8", raw, 0, (1,))[cells].view(np.uint8).reshape(-1, 8)
    first, second = begins[:, 6].astype(np.int64) - ord("A"), begins[:, 7]
    if not alike(raw, cells, b'<c r="').all() or first.min() < 0 or first.max() > 25:
        return None, first
    two = np.flatnonzero(second >= ord("A"))
    letters = np.ones(cells.size, np.int64)
    if two.size:
        first[two] = (first[two] + 1) * 26 + second[two] - ord("A")
        letters[two] = 2
        third = data[cells[two] + 8]
        three = two[third >= ord("A")]
        first[three] = (first[three] + 1) * 26 + data[cells[three] + 8] - ord("A")
        letters[three] = 3
        if np.any(second[two] > ord("Z")) or np.any(third > ord("Z")):
            return None, letters
    return first, letters


def _behind_style(raw: bytes, data: Bytes, at: Ints) -> Ints:
    """The places, moved to the quote behind ``s="…"`` where it stands there."""
    styled = np.flatnonzero(alike(raw, at, b'" s="'))
    _, digits = _number(data, np.minimum(at[styled] + 5, data.size - 8))
    behind = np.minimum(at[styled] + 5 + digits, data.size - 1)
    moved = at.copy()
    moved[styled] = np.where(data[behind] == ord('"'), behind, at[styled])
    return moved
