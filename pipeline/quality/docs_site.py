"""Make the Data Docs of Great Expectations open offline: no address of another machine, own style."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_BODY = re.compile(r"<body\b[^>]*>", re.I)
_REMOTE = (
    re.compile(r"<script\b[^>]*\bsrc=[\"']https?://[^>]*>\s*</script>", re.I),
    re.compile(r"<link\b[^>]*\bhref=[\"']https?://[^>]*>", re.I),
    re.compile(r"<img\b[^>]*\bsrc=[\"']https?://[^>]*>", re.I),
)


@dataclass(frozen=True)
class Judged:
    """What one gate said: the kinds of checks made, and the names of those that failed."""

    gate: str
    checks: int
    failed: tuple[str, ...]


def finish_site(site: Path, target: Path, gates: Sequence[Judged] = ()) -> None:
    """Take every remote asset out of the pages of `site`, give it a plain index, and put it in place of `target`."""
    style = site / "static" / "guize.css"
    style.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("docs.css"), style)
    # the index that comes with it is drawn by scripts of another machine, and would be empty here
    (site / "index.html").write_text(_index(site, gates), encoding="utf-8")
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for remote in _REMOTE:
            text = remote.sub("", text)
        up = "../" * (len(page.relative_to(site).parts) - 1)
        home = f'<p class="home"><a href="{up}index.html">← 质量关 / quality gates</a></p>' if up else ""
        link = f'<link rel="stylesheet" href="{up}static/guize.css">'
        text = text.replace("</head>", f"{link}</head>", 1)
        page.write_text(_BODY.sub(lambda found: found[0] + home, text, count=1), encoding="utf-8")  # noqa: B023
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    site.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _index(site: Path, gates: Sequence[Judged]) -> str:
    rows = []
    for judged in gates:
        found = sorted((site / "validations" / judged.gate).rglob("*.html"))
        name = escape(judged.gate)
        link = f'<a href="{found[-1].relative_to(site).as_posix()}">{name}</a>' if found else name
        state = (
            '<span class="text-success">✓</span>'
            if not judged.failed
            else '<span class="text-danger">✗</span>'
        )
        failed = "<br>".join(map(escape, judged.failed)) or "–"
        rows.append(f"<tr><td>{state} {link}</td><td>{judged.checks}</td><td>{failed}</td></tr>")
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>guize · 质量关</title></head><body>'
        "<h1>质量关 / Quality gates</h1>"
        "<p>每张表数出不该有的行，由 Great Expectations 判定；一关不过则什么也不发布。<br>"
        "For each table what is wrong is counted and Great Expectations judges it; a failed gate publishes nothing.</p>"
        "<table><tr><th>关 / gate</th><th>检查 / checks</th><th>没过的 / failed</th></tr>"
        + "".join(rows)
        + "</table></body></html>"
    )
