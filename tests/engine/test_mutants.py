"""Each listed mutant of the SQL is told from the original by the twin's worlds; none survives."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.engine.evaluate import Places, evaluate
from pipeline.engine.global_zone import RunInfo
from pipeline.paths import packs_dir, sql_dir
from tests.engine import twin
from tests.engine.mutants import MUTANTS, Mutant

FULL = os.environ.get("GUIZE_CAMPAIGN") == "1"  # `make campaign`: too long for every commit
STORES = 60
SEEDS = (1, 2, 3, 4, 5, 6, 7, 8)  # worlds are added until one of them tells
SAMPLE = MUTANTS if FULL else MUTANTS[::33]


class Cases:
    """The worlds of each topic and seed, made when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: dict[tuple[str, int], twin.Case] = {}

    def get(self, topic: str, seed: int) -> twin.Case:
        """The case; SQL and twin agree on it, or nothing can be learnt from it."""
        if (topic, seed) not in self.made:
            case = twin.make_case(self.root / f"{topic}-{seed}", topic, seed, STORES)
            assert not case.differences()[:3]
            self.made[topic, seed] = case
        return self.made[topic, seed]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    return Cases(tmp_path_factory.mktemp("cases"))


def survives(mutant: Mutant, cases: Cases, root: Path) -> bool:
    """Whether no world tells the mutant from the original."""
    sql = root / "sql"
    shutil.copytree(sql_dir(), sql)
    path = sql / f"{mutant.file}.sql"
    text = path.read_text(encoding="utf-8")
    assert mutant.old in text, f"the mutant is out of date: {mutant}"
    path.write_text(text.replace(mutant.old, mutant.new, 1), encoding="utf-8")
    for seed in SEEDS:
        case = cases.get(mutant.topic, seed)
        places = Places(case.places.facts, root / f"state{seed}", case.places.rules, root / f"marts{seed}", root / "scratch")
        shutil.copytree(case.places.state, places.state)
        evaluate(places, packs=packs_dir(), sql=sql, info=RunInfo("run-1", datetime(2025, 10, 20), "test"))
        if case.differences(places.marts, places.state):
            return False
    return True


def test_no_mutant_survives(cases: Cases, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alive = []
    for number, mutant in enumerate(SAMPLE):
        if survives(mutant, cases, tmp_path / str(number)):
            alive.append(mutant)
        shutil.rmtree(tmp_path / str(number))
    with capsys.disabled():
        print(f"\nmutants: {len(SAMPLE)} of {len(MUTANTS)} tried, {len(alive)} survive")
    assert len(MUTANTS) >= 60
    assert not alive, "\n".join(str(mutant) for mutant in alive)
