"""What is kept between runs is never older than what it was made from, and never needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cache import cached
from pipeline.problems import RulesInvalid
from pipeline.rules.load import sound_packs
from tests.rules.small_packs import FILES, spoil, write_packs


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "guize"


def counted() -> Callable[[], list[int]]:
    made: list[int] = []

    def make() -> list[int]:
        made.append(len(made))
        return list(made)

    return make


def test_made_once_for_a_fingerprint_and_three_are_kept(folder: Path) -> None:
    make = counted()
    assert cached("list", "a", make, list) == cached("list", "a", make, list) == [0]
    os.utime(folder / "list-a.pickle", (0, 0))
    for no, fingerprint in enumerate("bcde", 1):
        assert len(cached("list", fingerprint, make, list)) == no + 1
        os.utime(folder / f"list-{fingerprint}.pickle", (no, no))
    assert {file.name for file in folder.iterdir()} == {f"list-{f}.pickle" for f in "cde"}


@pytest.mark.parametrize("spoilt", [b"", b"\x80\x05garbage", b"\x80\x05K\x01."])  # the last one is the number 1
def test_what_cannot_be_read_or_is_something_else_is_made_anew(folder: Path, spoilt: bytes) -> None:
    make = counted()
    cached("list", "a", make, list)
    (folder / "list-a.pickle").write_bytes(spoilt)
    assert cached("list", "a", make, list) == [0, 1]
    assert cached("list", "a", make, list) == [0, 1]


def test_a_cache_that_cannot_be_written_costs_only_time(folder: Path) -> None:
    folder.parent.write_text("a file where the folder would be")
    make = counted()
    assert cached("list", "a", make, list) == [0]
    assert cached("list", "a", make, list) == [0, 1]


def test_changed_packs_are_read_again_and_faulty_ones_refused_each_time(folder: Path, tmp_path: Path) -> None:
    packs = write_packs(tmp_path / "packs")
    first = sound_packs(packs)
    assert len(list(folder.iterdir())) == 1 and sound_packs(packs).fingerprint == first.fingerprint
    rules = packs / "jd" / "rules" / "all.yaml"
    rules.write_text(FILES["jd/rules/all.yaml"].replace("within_seconds: '180'", "within_seconds: '120'"))
    changed = sound_packs(packs)
    assert changed.fingerprint != first.fingerprint
    params = [version.body["params"] for version in changed.rules["jd.reply_rate"].versions]
    assert params[0]["within_seconds"] == "120"
    kept = len(list(folder.iterdir()))
    write_packs(packs, **spoil("jd/rules/all.yaml", "kind: metric", "knid: metric"))
    for _ in range(2):
        with pytest.raises(RulesInvalid, match="knid"):
            sound_packs(packs)
    assert len(list(folder.iterdir())) == kept
