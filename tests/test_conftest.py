"""A skip fails under GUIZE_FULL=1, and only there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent / "conftest.py"


@pytest.mark.parametrize(
    ("full", "reason", "code"),
    [("1", "no chromium", 1), ("0", "no chromium", 0), ("1", "needs ../shared", 0)],
)
def test_skips_fail_in_full_runs(tmp_path: Path, full: str, reason: str, code: int) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "test_a.py").write_text(f"import pytest\n\ndef test_a():\n    pytest.skip({reason!r})\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        env={"GUIZE_FULL": full, "PATH": ""},
        capture_output=True,
    )
    assert done.returncode == code
