"""Tell headings from preambles and footers, and make differently written headings comparable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

HEAD_ROWS = 30  # a heading lies within the first rows
_FOOTERS = ("合计", "总计", "小计", "汇总", "汇总值", "平均值", "全店汇总值", "全店平均值", "同行同层优秀", "同行同层均值")
_FOOTER_LIKE = re.compile(r"^[-#=]{3,}|^#|^(导出时间|下载时间|生成时间|数据来源|总笔数|总收入|总支出|共\d+(条|笔|单|行))")


@lru_cache(50_000)
def normalise(heading: str | None) -> str:
    """A heading without BOM, spaces, line breaks, case or full-width punctuation."""
    if not heading:
        return ""
    text = heading if heading.isascii() else unicodedata.normalize("NFKC", heading).replace("帐", "账").replace("\ufeff", "")
    return "".join(text.split()).replace('"', "").replace("'", "").casefold()


def is_footer(first_cells: Sequence[str | None]) -> bool:
    """Whether a row, by its first cells, sums up or comments instead of stating something."""
    for cell in first_cells[:2]:
        text = normalise(cell).rstrip(":")
        if text:
            return text in _FOOTERS or _FOOTER_LIKE.match(text) is not None
    return False


def footer_pattern() -> str:
    """The regular expression of footer rows, for a whole column at once."""
    return r"^\s*(?:" + "|".join(_FOOTERS) + r")\s*[:：]?\s*$|" + _FOOTER_LIKE.pattern.replace("^", r"^\s*")


@cache
def footer_beginnings() -> frozenset[str]:
    """The first letters of all footer rows, but for rules of dashes and the like."""
    return frozenset(footer[0] for footer in _FOOTERS) | frozenset("#导下生数总共")


def candidates(rows: Sequence[Sequence[str | None]]) -> list[tuple[int, list[str]]]:
    """Each row that may be the heading, as (row index, headings); two-row headings come combined."""
    found: list[tuple[int, list[str]]] = []
    for index, row in enumerate(rows[:HEAD_ROWS]):
        names = [cell or "" for cell in row]
        if sum(1 for name in names if normalise(name)) < 2:
            continue
        found.append((index, names))
        if index:
            above = [cell or "" for cell in rows[index - 1]]
            both = [
                name if normalise(name) else (above[at] if at < len(above) else "") for at, name in enumerate(names)
            ]
            if both != names:
                found.append((index, both))
    return found
