"""Write a release as one static page: data packed inside, charts shipped inside, nothing fetched."""

from __future__ import annotations

import base64
import gzip
import json
import os
from pathlib import Path

from pipeline.publish.report.data import collect
from pipeline.publish.views import open_release

REPORT_NAME = "report.html"
_HERE = Path(__file__).parent
_SCRIPTS = ("base.js", "grid.js", "charts.js", "drawer.js", "sections.js", "app.js")


def write_report(warehouse: Path, target: Path | None = None) -> Path:
    """Write the page of the current release and return its path, warehouse/report.html unless told.

    Raises:
        GuizeError: when nothing was published yet.
    """
    target = target or warehouse / REPORT_NAME
    with open_release(warehouse) as connection:
        data = collect(connection)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_text(render(data), encoding="utf-8")
    aside.replace(target)
    return target


def render(data: dict[str, object]) -> str:
    """The page of collected data."""
    packed = gzip.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)
    page = (_HERE / "page.html").read_text(encoding="utf-8")
    parts = {
        "{{style}}": (_HERE / "style.css").read_text(encoding="utf-8"),
        "{{charts}}": (_HERE / "vendor" / "echarts.min.js")
        .read_text(encoding="utf-8")
        .replace("</script", "<\\/script"),
        "{{script}}": "\n".join((_HERE / "js" / name).read_text(encoding="utf-8") for name in _SCRIPTS),
        "{{data}}": base64.b64encode(packed).decode(),
    }
    for mark, text in parts.items():
        page = page.replace(mark, text, 1)
    return page
