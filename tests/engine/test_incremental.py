"""Only what changed is built again, and a run that is killed leaves the release before it whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner

from pipeline.demo.command import demo
from pipeline.engine.evaluate import Places, evaluate, write_rules
from pipeline.engine.global_zone import RunInfo
from pipeline.engine.models import in_order, load_models
from pipeline.paths import packs_dir, sql_dir
from pipeline.tables import by_name
from tests.engine.test_boundaries import REPLY, version
from tests.engine.twin_rules import compile_rules, rule
from tests.worlds import typed, write_facts

FULL = os.environ.get("GUIZE_FULL") == "1"
ROOT = Path(__file__).resolve().parents[2]
INSULT = {"lexicons": ["abuse"]}
SHIPPED = {"event": "upload", "limit": "fixed", "limit_hours": "48"}


def small_rules(folder: Path, seconds: str = "180") -> dict[str, pa.Table]:
    """Three rules: a reply clock, a phrase, a shipping limit."""
    return compile_rules(folder, [
        rule("jd.reply", [version("reply", {**REPLY, "within_seconds": seconds})]),
        rule("jd.insult", [version("phrase", INSULT)]),
        rule("jd.shipped", [version("shipment", SHIPPED)]),
    ])  # fmt: skip


def chats(*days: str) -> list[dict[str, Any]]:
    """A question and its answer on each day."""
    rows = []
    for day in days:
        at = datetime.fromisoformat(f"{day} 10:00:00")
        for seq, (role, later) in enumerate((("buyer", 0), ("agent", 60)), 1):
            rows.append({
                "store_id": "jd/a", "conversation_id": day, "message_id": f"{day}-{seq}", "seq": seq, "round": 1, "role": role,
                "sent_at": at + timedelta(seconds=later), "agent_id": "z" if role == "agent" else None, "text": "hello",
            })  # fmt: skip
    return rows


def hits(tier: str = "forbidden") -> pl.DataFrame:
    """One insult in September."""
    return typed(by_name()["hits"], [{
        "store_id": "jd/a", "platform": "jd", "conversation_id": "2025-09-10", "message_id": "2025-09-10-2", "sent_at": datetime(2025, 9, 10, 10, 1),
        "role": "agent", "agent_id": "z", "lexicon": "abuse", "term": "x", "tier": tier, "start": 0, "end": 1, "matched_text": "x", "whole_message": False,
    }])  # fmt: skip


class Warehouse:
    """Facts, rules and SQL that can be changed between evaluations."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sql = root / "sql"
        self.places = Places(root / "facts", root / "state", root / "rules", root / "marts", root / "scratch")
        self.days = ["2025-09-10", "2025-10-10"]

    def make(self) -> None:
        """Write SQL, facts and rules."""
        shutil.copytree(sql_dir(), self.sql)
        self.write(hits())
        write_rules(small_rules(self.root / "packs"), self.places.rules)

    def write(self, found: pl.DataFrame) -> None:
        """Write the facts as they now are."""
        orders = [
            {"store_id": "jd/a", "order_id": f"o{month}", "created_at": datetime(2025, month, 5), "paid_at": datetime(2025, month, 5), "status": "to_ship", "exported_at": datetime(2025, 11, 1)}
            for month in (9, 10)
        ]  # fmt: skip
        write_facts(self.places.facts, {"stores": [{"store_id": "jd/a"}], "orders": orders, "messages": chats(*self.days)}, found)

    def built(self) -> set[str]:
        """Evaluate; which tasks (month and measure) of the heavy zone were built."""
        told: list[str] = []
        done = evaluate(
            self.places, packs=packs_dir(), sql=self.sql, info=RunInfo("run", datetime(2025, 11, 1), "test"),
            rows_per_batch=1, progress=lambda what, number, of: told.append(what),
        )  # fmt: skip
        heavy = {what for what in told if what[:2] == "20"}
        assert len(heavy) == done.work.built
        return {f"{what[:7]} {what.split()[-1]}" for what in heavy}

    def marts(self) -> Mapping[str, str]:
        """What the marts say, file by file."""
        names = ("verdicts", "breaches", "exposure")
        frames = {name: pl.read_parquet(self.places.marts / f"{name}.parquet") for name in names}
        return {name: hashlib.sha256(frame.sort(pl.all().exclude(pl.List)).write_csv().encode()).hexdigest() for name, frame in frames.items()}


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse after its first evaluation, which builds everything."""
    made = Warehouse(tmp_path_factory.mktemp("first"))
    made.make()
    first = made.built()
    assert {"2025-09 reply", "2025-10 reply", "2025-09 phrase", "2025-09 shipment", "2025-10 facts"} <= first
    return made.root


@pytest.fixture()
def warehouse(evaluated: Path, tmp_path: Path) -> Warehouse:
    """A copy of it to change."""
    shutil.copytree(evaluated, tmp_path / "copy")
    return Warehouse(tmp_path / "copy")


def test_a_second_run_builds_nothing(warehouse: Warehouse) -> None:
    before = warehouse.marts()
    assert warehouse.built() == set()
    assert warehouse.marts() == before


def test_files_written_anew_with_the_same_content_build_nothing(warehouse: Warehouse) -> None:
    warehouse.write(hits())
    assert warehouse.built() == set()


def test_a_new_day_builds_its_month_only(warehouse: Warehouse) -> None:
    warehouse.days.append("2025-10-11")
    warehouse.write(hits())
    built = warehouse.built()
    assert "2025-10 reply" in built
    # whom one had to tell on September's last days may be told in October's first
    assert {what for what in built if what[:7] != "2025-10"} <= {"2025-09 notice"}
    assert "2025-10 shipment" not in built


def test_a_changed_measure_builds_that_measure_only(warehouse: Warehouse) -> None:
    path = warehouse.sql / "measures" / "phrase.sql"
    path.write_text(path.read_text(encoding="utf-8").replace("else false\n        end as ok", "else f.times < 0\n        end as ok"), encoding="utf-8")
    assert {what.split()[1] for what in warehouse.built()} == {"phrase"}


def test_a_changed_limit_builds_that_measure_only(warehouse: Warehouse) -> None:
    write_rules(small_rules(warehouse.root / "other", seconds="30"), warehouse.places.rules)
    assert warehouse.built() == {"2025-09 reply", "2025-10 reply"}
    verdicts = pl.read_parquet(warehouse.places.marts / "verdicts.parquet").filter(pl.col("rule_id") == "jd.reply")
    assert set(verdicts["status"]) == {"breach"}


def test_other_hits_build_only_what_reads_hits(warehouse: Warehouse) -> None:
    before = warehouse.marts()
    warehouse.write(hits("sensitive"))
    models = load_models(warehouse.sql)
    readers = {
        name for name, model in models.items()
        if model.stage == "measures" and any("hits" in one.reads for one in in_order(models, [name]))
    }  # fmt: skip
    built = warehouse.built()
    assert "2025-09 phrase" in built and built <= {f"2025-09 {name}" for name in readers}
    assert warehouse.marts()["breaches"] != before["breaches"]


def test_built_bit_by_bit_is_built_at_once(warehouse: Warehouse) -> None:
    warehouse.days.append("2025-10-11")
    warehouse.write(hits("sensitive"))
    warehouse.built()
    step_by_step = warehouse.marts()
    shutil.rmtree(warehouse.places.state)
    assert warehouse.built()
    assert warehouse.marts() == step_by_step


def test_a_store_that_is_gone_leaves_nothing_behind(warehouse: Warehouse) -> None:
    for month in (warehouse.places.facts).rglob("month=2025-09"):
        shutil.rmtree(month)
    warehouse.built()
    left = [path for path in warehouse.places.state.rglob("*.parquet") if "2025-09" in path.name]
    assert left == []


KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.config import load_config
from pipeline.paths import packs_dir, sql_dir
from pipeline.run import run
exports, warehouse, when = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def tell(what, number, of):
    if what == when:
        os.kill(os.getpid(), signal.SIGKILL)

run(exports, warehouse, config=load_config(exports.parent / "guize.toml"), packs=packs_dir(), sql=sql_dir(), full=True, progress=tell)
"""


def _run(exports: Path, warehouse: Path, when: str) -> int:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUIZE_", "XDG_"))}
    home = {"HOME": str(exports.parent), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", KILLED, str(exports), str(warehouse), when], env=kept | home, check=False, capture_output=True).returncode


@pytest.mark.parametrize("one_month", [True, False])
def test_a_watch_over_a_months_end_is_judged_once(tmp_path: Path, one_month: bool) -> None:
    spans = (("2025-09-30 20:00:00", "2025-10-01 06:00:00"), ("2025-10-01 20:00:00", "2025-10-02 01:00:00"), ("2025-10-03 09:00:00", "2025-10-03 10:00:00"))
    status = [{"store_id": "jd/a", "agent_id": "z", "status": "online", "started_at": start, "ended_at": stop} for start, stop in spans]
    rules = compile_rules(tmp_path / "packs", [rule("jd.online", [version("online", {"count": "hours_any_agent", "min_hours": "8"})])])
    places = Places(tmp_path / "facts", tmp_path / "state", tmp_path / "rules", tmp_path / "marts", tmp_path / "scratch")
    write_facts(places.facts, {"stores": [{"store_id": "jd/a"}], "agent_status": status}, one_month=one_month)
    write_rules(rules, places.rules)
    evaluate(places, packs=packs_dir(), sql=sql_dir(), info=RunInfo("run", datetime(2025, 11, 1), "test"), rows_per_batch=1)
    days = pl.read_parquet(sorted((places.state / "unit_daily").rglob("*.parquet"))).sort("day").select(pl.col("day").cast(pl.String), "ok_units", "value_sum")
    assert days.rows() == [("2025-09-30", 0, 4.0), ("2025-10-01", 1, 10.0), ("2025-10-02", 0, 1.0), ("2025-10-03", 0, 1.0)]


def test_a_killed_run_leaves_the_old_release(tmp_path: Path) -> None:
    made = CliRunner().invoke(demo, [str(tmp_path), "--stores", "1", "--days", "3", "--messages", "150"])
    assert made.exit_code == 0, made.output
    exports, warehouse = tmp_path / "exports", tmp_path / "warehouse"
    assert _run(exports, warehouse, "never") == 0
    current = (warehouse / "current").resolve()
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(current.glob("*.parquet"))}
    for when in ("verdict_states", "exposure") if FULL else ("exposure",):
        assert _run(exports, warehouse, when) == -signal.SIGKILL
        assert (warehouse / "current").resolve() == current
        assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(current.glob("*.parquet"))} == before
    if FULL:
        assert _run(exports, warehouse, "never") == 0
        assert (warehouse / "current").resolve() != current
