"""What follows every published run: where the report is, and the digest sent, which cannot fail the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.config import Config
from pipeline.lang import say
from pipeline.publish.alerts import send_all
from pipeline.publish.digest import digest
from pipeline.publish.report import REPORT_NAME


def after_run(warehouse: Path, config: Config) -> Iterator[str]:
    """Tell where the report is, send the digest to the robots of guize.toml, and tell each outcome."""
    yield say(f"报告：{warehouse / REPORT_NAME}", f"report: {warehouse / REPORT_NAME}")
    if not config.webhooks:
        return
    for sent in send_all(digest(warehouse), config.webhooks):
        if sent.ok:
            yield say(f"提醒已发到 {sent.kind}", f"digest sent to {sent.kind}")
        else:
            yield say(
                f"提醒没有发到 {sent.kind}：{sent.told}", f"digest not sent to {sent.kind}: {sent.told}"
            )
