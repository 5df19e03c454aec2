"""Read sql/: one SELECT a file, its name is the table's, its dependencies are the tables it names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from pipeline.cache import cached
from pipeline.problems import GuizeError, Problem

# in the tree that DuckDB's parser gives as JSON; quotes inside a text of the SQL are escaped there
_TABLE = re.compile(r'"type":"BASE_TABLE".*?"table_name":"(\w+)"')
_COLUMNS = re.compile(r'"column_names":\[([^\]]*)\]')
_STAR = '"class":"STAR"'
_CTE = re.compile(r'"key":"(\w+)","value":\{')


@dataclass(frozen=True)
class Model:
    """One SQL file: `stage` is its folder (facts, measures, state, verdicts, exposure, marts)."""

    name: str
    stage: str
    sql: str
    path: Path

    @cached_property
    def reads(self) -> frozenset[str]:
        """The tables and views that the SELECT names, its own CTEs left out."""
        return tables_named(self.sql, str(self.path))

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column name that the SELECT writes, `*` among them where a step takes all."""
        tree = _tree(self.sql)[0]
        return frozenset(re.findall(r'"(\w+)"', " ".join(_COLUMNS.findall(tree)))) | ({"*"} if _STAR in tree else set())

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the text: a changed comment counts, which is cheap and safe."""
        return hashlib.sha256(self.sql.encode()).hexdigest()[:16]


@cache
def tables_named(sql: str, where: str) -> frozenset[str]:
    """Names of the tables that one SELECT reads, without its CTEs, by DuckDB's own parser.

    Raises:
        GuizeError: when the text is no single SELECT.
    """
    tree, error, message, statements = _tree(sql)
    if error == "parser":
        raise GuizeError(Problem("sql_syntax", where, message, message, "改正 SQL", "correct the SQL"))
    if error or statements != 1:
        raise GuizeError(
            Problem(
                "sql_not_one_select", where, "文件须恰好是一个 SELECT", "the file must be exactly one SELECT",
                "拆成几个文件", "split it into files",
            )
        )  # fmt: skip
    return frozenset(_TABLE.findall(tree)) - frozenset(_CTE.findall(tree))


def _tree(sql: str) -> tuple[str, str | None, str, int]:
    """What DuckDB's parser makes of a text, as JSON; the kind and text of its error, and how many statements there are."""
    question = (
        "select tree, tree ->> 'error_type', tree ->> 'error_message', json_array_length(tree, '$.statements') "
        "from (select json_serialize_sql(?, skip_null := true, skip_empty := true) as tree)"
    )
    found: tuple[str, str | None, str, int] = _parser().execute(question, [sql]).fetchall()[0]
    return found


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def load_models(folder: Path) -> dict[str, Model]:
    """Read every `<stage>/<name>.sql` below the folder; names are unique over all stages."""
    models: dict[str, Model] = {}
    for path in sorted(folder.glob("*/*.sql")):
        model = Model(path.stem, path.parent.name, path.read_text(encoding="utf-8"), path)
        if model.name in models:
            raise GuizeError(
                Problem(
                    "sql_duplicate_name", str(path), f"表名 {model.name} 已被 {models[model.name].path} 使用",
                    f"the name {model.name} is taken by {models[model.name].path}", "换一个文件名", "rename the file",
                )
            )  # fmt: skip
        models[model.name] = model
    _recall(models)
    return models


def _recall(models: Mapping[str, Model]) -> None:
    """Tell the models what an earlier run found in their texts; parsing all takes a third of a second."""
    texts = hashlib.sha256(f"{duckdb.__version__} {Path(__file__).read_text(encoding='utf-8')}".encode())
    for model in models.values():
        texts.update(f"{model.name} {model.fingerprint}".encode())
    with suppress(GuizeError):  # of a text that is wrong it is told where its tables are asked for
        known = cached("models", texts.hexdigest()[:16], lambda: {m.name: (m.reads, m.columns) for m in models.values()}, dict)
        for name, (reads, columns) in known.items():
            vars(models[name]).update(reads=reads, columns=columns)


def in_order(models: Mapping[str, Model], wanted: Iterable[str] | None = None) -> list[Model]:
    """Return the models so that each comes after those it reads; with `wanted`, only what those need.

    Raises:
        GuizeError: when models read each other in a circle.
    """
    names = set(models) if wanted is None else set()
    queue = [] if wanted is None else [name for name in wanted if name in models]
    while queue:
        name = queue.pop()
        if name not in names:
            names.add(name)
            queue.extend(other for other in models[name].reads if other in models)
    graph = {name: sorted(models[name].reads & names) for name in sorted(names)}
    try:
        return [models[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise GuizeError(
            Problem(
                "sql_circle", circle, "SQL 文件互相引用成环", "SQL files read each other in a circle",
                "去掉其中一个引用", "take one of the references out",
            )
        ) from error  # fmt: skip
