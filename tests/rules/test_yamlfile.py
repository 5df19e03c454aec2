"""The reader keeps lines, and refuses whatever could exhaust the machine or be read as something else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.rules import yamlfile
from pipeline.rules.yamlfile import Map, Seq, read_yaml


def _codes(folder: Path, text: str | bytes) -> list[str]:
    path = folder / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [problem.code for problem in read_yaml(path, folder)[1]]


def test_values_know_their_lines(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: 'b'\nlist:\n  - x\n  - {k: true, n: 3}\n", encoding="utf-8")
    value, problems = read_yaml(tmp_path / "x.yaml", tmp_path)
    assert problems == []
    assert isinstance(value, Map) and value == {"a": "b", "list": ["x", {"k": True, "n": 3}]}
    assert value.line_of("list") == 2 and value.line_of("absent") == 1
    assert isinstance(value["list"], Seq) and value["list"].lines == [3, 4]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 22:59", "unquoted_date"),
        ("a: 2025-06-01", "unquoted_date"),
        ("a: 1:02:03", "unquoted_date"),
        ("a: 0.5", "unquoted_number"),
        ("a: 1e5", "unquoted_number"),
        ("a: 012", "unquoted_number"),
        ("a: 0x1F", "unquoted_number"),
        ("a: .5", "unquoted_number"),
        ("a: yes", "unquoted_word"),
        ("a: NO", "unquoted_word"),
        ("a:", "null_value"),
        ("a: null", "null_value"),
        ("a: 1\na: 2", "duplicate_key"),
        ("a: {b: 1, b: 2}", "duplicate_key"),
        ("a: &x 1", "alias"),
        ("a: *x", "alias"),
        ("a: !!str 1", "tag"),
        ("a: !ruby/object {}", "tag"),
        ("[a]: 1", "key_not_text"),
        ("a: 1\n---\nb: 2", "several_documents"),
        ("a: [1", "yaml_syntax"),
        ("a: b: c", "yaml_syntax"),
        ("\ta: 1", "yaml_syntax"),
        (b"a: \xff\xfe", "not_utf8"),
    ],
)
def test_what_yaml_would_misread_is_refused(tmp_path: Path, text: str | bytes, code: str) -> None:
    assert code in _codes(tmp_path, text)


def test_quoted_values_and_chinese_pass(tmp_path: Path) -> None:
    assert _codes(tmp_path, "a: '22:59'\nb: \"0.5\"\nc: 人·日\nd: -3\ne: false\nf: 3分钟\n") == []


def test_a_bomb_of_aliases_is_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    started = time.process_time()
    assert _codes(tmp_path, "\n".join(lines)) == ["alias"]
    assert time.process_time() - started < 1


def test_an_alias_loop_is_refused(tmp_path: Path) -> None:
    assert _codes(tmp_path, "a: &a [1, *a]") == ["alias"]


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000])
def test_deep_nesting_is_refused_without_recursion(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    assert _codes(tmp_path, text) == ["too_deep"]
    assert time.process_time() - started < 2


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    value, problems = read_yaml(path, tmp_path)
    assert value is None and [problem.code for problem in problems] == ["file_too_large"]
    assert yamlfile.MAX_BYTES < 50 * 1024 * 1024


def test_a_path_outside_the_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("a: 1", encoding="utf-8")
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "x.yaml").symlink_to(secret)
    value, problems = read_yaml(packs / "x.yaml", packs)
    assert value is None and [problem.code for problem in problems] == ["path_outside"]


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").mkdir()
    assert [problem.code for problem in read_yaml(tmp_path / "x.yaml", tmp_path)[1]] == ["not_a_file"]
