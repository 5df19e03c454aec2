"""SQL and the plain-Python twin agree on generated small worlds: units a day, verdicts, breaches, exposure, ledgers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engine import twin

FULL = os.environ.get("GUIZE_CAMPAIGN") == "1"  # `make campaign`: too long for every commit
# many worlds are packed into one evaluation: a store is a world
STORES = 250 if FULL else 40
COSTLY = ("costs", "prices", "history")  # histories of penalties
CASES = [(topic, seed) for topic in twin.TOPICS for seed in range(1000, 1001 if not FULL else 1007 if topic in COSTLY else 1005)]


@pytest.mark.parametrize(("topic", "seed"), CASES)
def test_sql_and_twin_agree(tmp_path: Path, topic: str, seed: int) -> None:
    found = twin.make_case(tmp_path, topic, seed, STORES).differences()
    assert not found, f"{len(found)} differences, the first:\n" + "\n".join(found[:10])
