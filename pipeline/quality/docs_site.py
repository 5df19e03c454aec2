"""Make the Data Docs of Great Expectations open offline: no address of another machine, own style."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_REMOTE = (
    re.compile(r"<script\b[^>]*\bsrc=[\"']https?://[^>]*>\s*</script>", re.I),
    re.compile(r"<link\b[^>]*\bhref=[\"']https?://[^>]*>", re.I),
    re.compile(r"<img\b[^>]*\bsrc=[\"']https?://[^>]*>", re.I),
)


def finish_site(site: Path, target: Path) -> None:
    """Take every remote asset out of the pages of `site`, then put it in place of `target`."""
    style = site / "static" / "guize.css"
    style.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("docs.css"), style)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for remote in _REMOTE:
            text = remote.sub("", text)
        up = "../" * (len(page.relative_to(site).parts) - 1)
        link = f'<link rel="stylesheet" href="{up}static/guize.css">'
        page.write_text(text.replace("</head>", f"{link}</head>", 1), encoding="utf-8")
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    site.rename(target)
    shutil.rmtree(old, ignore_errors=True)
