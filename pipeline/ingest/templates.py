"""Write this project's own templates, each with one filled line, as csv, xlsx and jsonl."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import xlsxwriter

from pipeline.ingest.layouts import Layout, load_layouts

CONFIG = """# guize 的配置；每一项都可以不写 · settings of guize; every one may be left out
# [warehouse]
# path = "./warehouse"
# [privacy]
# key_file = "~/.config/guize/key"   # 买家标识的密钥，放在数仓之外 · key of the buyer hashes, outside the warehouse
# [text.allow]                        # 各店可用的词，不算违禁 · words a store may use
# "jd/jd-1" = ["第一食品"]
# [[stores]]
# id = "jd/jd-1"                      # 平台/店铺文件夹 · platform/store folder
# name = "某某旗舰店"
# opened_on = 2023-05-01
"""


def template_layouts(packs: Path) -> list[Layout]:
    """The layouts that a merchant may fill by hand: those with an example line."""
    return [layout for layout in load_layouts(packs, "suning") if layout.example]


def write_templates(folder: Path, packs: Path) -> list[Path]:
    """Write what is not there yet; returns the files written."""
    written = []
    for layout in template_layouts(packs):
        name = f"{layout.id.split('.')[-1]}_{layout.title_zh.split('（')[0]}"
        for suffix, content in (("csv", _csv(layout)), ("xlsx", _xlsx(layout)), ("jsonl", _jsonl(layout))):
            path = folder / suffix / f"{name}.{suffix}"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                written.append(path)
    return written


def _csv(layout: Layout) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([layout.headings, layout.example])
    return buffer.getvalue().encode("utf-8-sig")


def _xlsx(layout: Layout) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # Text cells: a spreadsheet would cut the digits of long numbers otherwise.
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet()
    sheet.set_column(0, len(layout.headings) - 1, 18, text)
    for row, cells in enumerate((layout.headings, layout.example)):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, text)
    book.close()
    return buffer.getvalue()


def _jsonl(layout: Layout) -> bytes:
    told = {heading: value for heading, value in zip(layout.headings, layout.example, strict=True) if value}
    return (json.dumps(told, ensure_ascii=False) + "\n").encode()
