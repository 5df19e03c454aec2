"""Take one evidence row, translation, date or case out of the real packs: the loader refuses each."""

from __future__ import annotations

import csv
import io
import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.paths import packs_dir
from pipeline.rules import load, registry
from pipeline.rules.load import load_packs

OF_EACH = 50  # evenly spread over all that could be taken out, which is some three thousand things


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packs that ship, to spoil."""
    folder = tmp_path_factory.mktemp("packs") / "platform_rules"
    shutil.copytree(packs_dir(), folder)
    return folder


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a file again only when it changed, so that hundreds of variants take seconds."""
    for module, name in (
        (load, "read_yaml"),
        (registry, "read_yaml"),
        (load, "read_rules"),
        (load, "read_cases"),
        (load, "read_register"),
    ):
        monkeypatch.setattr(module, name, _cached(getattr(module, name)))
    monkeypatch.setattr(load, "fingerprint", lambda root: "0" * 64)


_READ: dict[tuple[str, Path, bytes], tuple[Any, list[Any]]] = {}


def _cached(read: Callable[..., tuple[Any, list[Any]]]) -> Callable[..., tuple[Any, list[Any]]]:
    def again(path: Path, *rest: Any) -> tuple[Any, list[Any]]:
        key = (read.__name__, path, path.read_bytes() if path.is_file() else b"")
        if key not in _READ:
            _READ[key] = read(path, *rest)
        value, problems = _READ[key]
        return value, list(problems)

    return again


def test_the_packs_that_ship_are_sound(packs: Path) -> None:
    loaded = load_packs(packs)
    added = sum(int(manifest["counts"].get("added", 0)) for manifest in loaded.manifests.values())
    assert len(loaded.statements) - added == 418


def test_no_evidence_row_can_go(packs: Path) -> None:
    _each_is_refused(packs, "*/evidence.csv", _without_rows)


def test_no_translation_of_a_rule_can_go(packs: Path) -> None:
    _each_is_refused(packs, "*/rules/*.yaml", _without_translations)


def test_no_translation_of_a_statement_can_go(packs: Path) -> None:
    _each_is_refused(packs, "*/evidence.csv", _without_statement_en)


def test_no_date_can_go(packs: Path) -> None:
    _each_is_refused(packs, "*/rules/*.yaml", _without_dates)


def test_no_case_can_go(packs: Path) -> None:
    _each_is_refused(packs, "*/cases.yaml", _without_cases)


def _each_is_refused(packs: Path, files: str, variants: Callable[[str], Iterator[str]]) -> None:
    known = set(load_packs(packs, strict=False).problems)
    every = [
        (path, spoilt) for path in sorted(packs.glob(files)) for spoilt in variants(path.read_text("utf-8"))
    ]
    assert len(every) >= OF_EACH
    accepted = []
    for path, spoilt in every[:: len(every) // OF_EACH][:OF_EACH]:
        sound = path.read_text("utf-8")
        path.write_text(spoilt, encoding="utf-8")
        if set(load_packs(packs, strict=False).problems) <= known:
            accepted.append((str(path.relative_to(packs)), _differ(sound, spoilt)))
        path.write_text(sound, encoding="utf-8")
    assert accepted == []


def _differ(sound: str, spoilt: str) -> str:
    """The line in which two texts part, for the message of a failure."""
    for number, (a, b) in enumerate(zip(sound.splitlines(), spoilt.splitlines(), strict=False), 1):
        if a != b:
            return f"{number}: {a[:120]}"
    return "the end"


def _without_rows(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for gone in range(1, len(rows)):
        yield _csv([row for number, row in enumerate(rows) if number != gone])


def _without_statement_en(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    column = rows[0].index("statement_en")
    for spoilt in range(1, len(rows)):
        yield _csv(
            [
                [("" if (n, c) == (spoilt, column) else cell) for c, cell in enumerate(row)]
                for n, row in enumerate(rows)
            ]
        )


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _without_translations(text: str) -> Iterator[str]:
    return _without_matches(text, r", en: (?:'(?:[^']|'')*'|\"[^\"]*\"|[^,'\"{}]*)(?=\})")


def _without_dates(text: str) -> Iterator[str]:
    yield from _without_matches(text, r"(?<=- )from: '\d{4}-\d\d-\d\d'", "track: in_force")
    yield from _without_matches(text, r"\n +seen: \[[^\]]*\][^\n]*")


def _without_cases(text: str) -> Iterator[str]:
    starts = [match.start() for match in re.finditer(r"^- rule:", text, re.MULTILINE)] + [len(text)]
    for start, end in itertools.pairwise(starts):
        yield text[:start] + text[end:]


def _without_matches(text: str, pattern: str, instead: str = "") -> Iterator[str]:
    for match in re.finditer(pattern, text):
        yield text[: match.start()] + instead + text[match.end() :]
