"""The packs and the SQL are found in a checkout and travel inside the wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from pipeline.paths import packs_dir, sql_dir

ROOT = Path(__file__).resolve().parent.parent


def test_found_in_the_checkout() -> None:
    assert packs_dir() == ROOT / "platform_rules"
    assert sql_dir() == ROOT / "sql"


def test_wheel_carries_packs_and_sql(tmp_path: Path) -> None:
    source = tmp_path / "source"
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("pipeline", "platform_rules", "sql"):
        shutil.copytree(ROOT / folder, source / folder, ignore=ignore)
    (source / "sql" / "marts").mkdir(exist_ok=True)
    (source / "sql" / "marts" / "probe.sql").write_text("select 1\n")
    for file in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        (source / file).write_bytes((ROOT / file).read_bytes() if (ROOT / file).exists() else b"")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            source,
        ],
        check=True,
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {
        "pipeline/platform_rules/sources.yaml",
        "pipeline/sql/marts/probe.sql",
        "pipeline/tables.py",
    } <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "warehouse/"))]
