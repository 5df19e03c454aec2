"""Cells whose places are reckoned against cells that are searched for: the same, or none at all."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pipeline.ingest import xlsx_cells
from pipeline.ingest.xlsx_uniform import BEHIND, uniform_cells

TEXTS = ["", "1", "礼盒", "a > b", "&lt;&amp;", " x ", "2025-06-01 00:00:00", "_x000D_"]
WAYS = {
    "inline": '<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>', "spaced": '<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>',
    "styled": '<c r="{at}" s="12" t="inlineStr"><is><t>{text}</t></is></c>', "shared": '<c r="{at}" s="1" t="s"><v>{number}</v></c>',
    "number": '<c r="{at}"><v>{number}</v></c>', "n": '<c r="{at}" s="3" t="n"><v>{number}.5</v></c>', "str": '<c r="{at}" t="str"><v>{text}</v></c>',
    "nothing": '<c r="{at}" s="4"/>', "empty": '<c r="{at}"></c>',
}  # fmt: skip
OTHERS = {
    "error": '<c r="{at}" t="e"><v>#N/A</v></c>', "formula": '<c r="{at}"><f>A1+1</f><v>{number}</v></c>', "break": '<c r="{at}">\n<v>{number}</v></c>',
}  # fmt: skip


def letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def block(chance: random.Random, ways: list[str], rows: int = 12, first: int = 1) -> bytes:
    """Rows of cells written in these ways, now and then with gaps between columns and rows."""
    out, number = [], first
    for _ in range(rows):
        cells, column = [], chance.choice([0, 0, 0, 1, 24, 700])
        for _ in range(chance.randint(0, 9)):
            form = {**WAYS, **OTHERS}[chance.choice(ways)]
            cells.append(form.format(at=f"{letters(column)}{number}", text=chance.choice(TEXTS), number=chance.randint(0, 99)))
            column += chance.choice([1, 1, 1, 2, 5])
        out.append(f'<row r="{number}" spans="1:9">{"".join(cells)}</row>')
        number += chance.choice([1, 1, 1, 3])
    return "".join(out).encode() + BEHIND


def outcome(read: Callable[[bytes], xlsx_cells.Cells], raw: bytes) -> object:
    """What a way of reading finds, or how it gives up."""
    try:
        found = read(raw)
    except (xlsx_cells.NotPlain, xlsx_cells.TooFar) as error:
        return type(error)
    arrays = (found.place, found.column, found.shared, found.number, found.rows)
    return [array.tolist() for array in arrays], found.text.to_list()


def agrees(raw: bytes) -> bool:
    """Whether cells are reckoned at all; they must be those found by searching."""
    assert outcome(xlsx_cells.cells_of, raw) == outcome(xlsx_cells._searched, raw), raw
    return uniform_cells(raw) is not None


@pytest.mark.parametrize("way", list(WAYS))
def test_every_known_form_is_reckoned(way: str) -> None:
    assert agrees(block(random.Random(way), [way], rows=40))


@pytest.mark.parametrize("seed", range(12))
def test_forms_may_be_mixed(seed: int) -> None:
    chance = random.Random(seed)
    assert agrees(block(chance, chance.sample(list(WAYS), 4), rows=60, first=chance.choice([1, 98, 99_995])))


@pytest.mark.parametrize("way", list(OTHERS))
def test_other_forms_are_left_to_the_search(way: str) -> None:
    assert uniform_cells(block(random.Random(way), [way, "inline"], rows=40)) is None


def test_no_byte_that_changes_is_read_otherwise_than_by_searching() -> None:
    chance = random.Random(11)
    known = 0
    for _ in range(3_000):
        raw = bytearray(block(chance, chance.sample(list(WAYS), 2), rows=4))
        at = chance.randrange(len(raw) - len(BEHIND) - 8)  # a block ends with a row
        raw[at : at + chance.choice([0, 1, 1, 1])] = chance.choice([b"<", b">", b'"', b"/", b"c", b"r", b" ", b"A", b"7", b"</t>", b"<c ", b"</row>", b'<row r="9">'])
        known += agrees(bytes(raw))
    assert known > 300  # changes inside texts
