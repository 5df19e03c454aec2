"""Models: one SELECT a file, names unique, order by what reads what."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engine.models import in_order, load_models
from pipeline.paths import sql_dir
from pipeline.problems import GuizeError


def _write(root: Path, **files: str) -> Path:
    for name, sql in files.items():
        stage, table = name.split("__")
        (root / stage).mkdir(exist_ok=True)
        (root / stage / f"{table}.sql").write_text(sql, encoding="utf-8")
    return root


def test_each_model_comes_after_what_it_reads(tmp_path: Path) -> None:
    folder = _write(tmp_path, marts__a="select 1 as x from b", verdicts__b="select 2 as x from c", facts__c="select 3 as x")
    assert [model.name for model in in_order(load_models(folder))] == ["c", "b", "a"]


def test_only_what_is_wanted_and_what_that_needs(tmp_path: Path) -> None:
    folder = _write(tmp_path, marts__a="select 1 as x from b", verdicts__b="select 2 as x", facts__c="select 3 as x")
    assert [model.name for model in in_order(load_models(folder), ["a"])] == ["b", "a"]


def test_a_cte_is_no_table(tmp_path: Path) -> None:
    folder = _write(tmp_path, marts__a="with b as (select 1 as x) select x from b")
    assert load_models(folder)["a"].reads == frozenset()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"marts__a": "select 1 as x; select 2 as x"}, "sql_not_one_select"),
        ({"marts__a": "drop table b"}, "sql_not_one_select"),
        ({"marts__a": "select from where"}, "sql_syntax"),
        ({"marts__a": "select 1 as x", "facts__a": "select 2 as x"}, "sql_duplicate_name"),
        ({"marts__a": "select x from b", "marts__b": "select x from a"}, "sql_circle"),
    ],
)
def test_what_is_refused(tmp_path: Path, files: dict[str, str], code: str) -> None:
    folder = _write(tmp_path, **files)
    with pytest.raises(GuizeError) as caught:
        models = load_models(folder)
        [model.reads for model in models.values()]
        in_order(models)
    assert caught.value.problems[0].code == code


def test_every_file_of_the_project_says_its_grain_first() -> None:
    for model in load_models(sql_dir()).values():
        first = model.sql.splitlines()[0]
        assert first.startswith(f"-- {model.name}: "), model.path
