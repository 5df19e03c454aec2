"""The bounds that keep a hostile or broken file from taking the machine with it."""

from __future__ import annotations

MAX_COLUMNS = 2_000
MAX_CELL_BYTES = 1_000_000
MAX_RECORD_BYTES = 32_000_000
MAX_SHEETS = 2_000
MAX_MEMBERS = 2_000  # files in one zip
MAX_PACKED_BYTES = 1_000_000_000  # a workbook, json or zip read in one piece
MAX_UNPACKED_BYTES = 6_000_000_000  # all of one zip or workbook, unpacked
MAX_MEMBER_BYTES = 4_000_000_000
MAX_STRINGS_BYTES = 1_000_000_000  # shared strings of a workbook
MAX_RATIO = 400  # unpacked to packed, beyond a first 50 MB
MAX_ROWS = 1_048_576  # of a sheet
BLOCK_BYTES = 8_000_000  # text is read in blocks of this size
