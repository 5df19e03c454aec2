"""Fixtures of many tests. Under GUIZE_FULL=1 (CI) a skipped test fails, unless it asks for material outside."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.demo_run import Demo, shared_demo


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure, with the reason of the skip as its text."""
    report = yield
    if report.skipped and os.environ.get("GUIZE_FULL") == "1":
        longrepr: Any = report.longrepr
        reason = str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
        if "shared" not in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: skipped under GUIZE_FULL=1: {reason}"
    return report


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, judged once for all tests and all workers."""
    base = tmp_path_factory.getbasetemp()
    return shared_demo(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
