"""The documentation names every layout with its grade, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest.layouts import load_layouts
from pipeline.paths import packs_dir

ROOT = Path(__file__).parents[2]
GRADES = {
    "zh": {"seen": "见过", "partial": "见过一部分", "assumed": "推定", "ours": "自有模板"},
    "en": {"seen": "seen", "partial": "partly seen", "assumed": "assumed", "ours": "our template"},
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("platform", ["douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning"])
def test_every_layout_is_documented(lang: str, platform: str) -> None:
    lines = (ROOT / "docs" / lang / "exports.md").read_text("utf-8").splitlines()
    for layout in load_layouts(packs_dir(), platform):
        found = [line for line in lines if line.startswith(f"| `{layout.id}` |")]
        assert len(found) == 1, layout.id
        cells = [cell.strip() for cell in found[0].split("|")]
        assert cells[2] == (layout.title_zh if lang == "zh" else layout.title_en)
        assert cells[3] == GRADES[lang][layout.grade], layout.id
