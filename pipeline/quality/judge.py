"""Judge counts with Great Expectations, in a process of its own because its import takes seconds.

Reads one JSON object a line on stdin, {"gate", "counts": {kind: {table: n}}}, and answers one a line on
stdout, {"gate", "failed": ["table: kind"]}. At the end of input it writes the Data Docs to the folder named.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from pipeline.quality.docs_site import Judged, finish_site
from pipeline.quality.light_import import import_great_expectations

NOTES = {
    "null": "必填列为空的格数 / empty cells in columns that are never empty",
    "repeated": "主键重复的行数 / rows whose key occurs twice",
    "value": "不在代码表里的取值 / values outside the list of codes",
    "low_above_high": "下界大于上界的行数 / rows whose low exceeds their high",
    "dangling": "指向不存在之物的编号 / ids that refer to nothing",
    "forbidden": "不该出现的行 / rows that may not be",
    "unequal": "应相等而不等的合计 / sums that should agree and do not",
}


def main(target: Path) -> None:
    """Answer gate after gate, then write the docs."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the library prints must not be taken for an answer
    gx = import_great_expectations()
    import pandas as pd  # type: ignore[import-untyped]

    context = gx.get_context(mode="ephemeral")
    frames = context.data_sources.add_pandas("counts")
    judgements: list[Judged] = []
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        gate, counts = asked["gate"], asked["counts"]
        batch = frames.add_dataframe_asset(gate).add_batch_definition_whole_dataframe("counts")
        suite = context.suites.add(
            gx.ExpectationSuite(name=gate, expectations=[_none(gx, kind) for kind in counts])
        )
        judged = context.checkpoints.add(
            gx.Checkpoint(
                name=gate,
                validation_definitions=[
                    context.validation_definitions.add(
                        gx.ValidationDefinition(name=gate, data=batch, suite=suite)
                    )
                ],
                result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["table"]},
            )
        ).run(batch_parameters={"dataframe": pd.DataFrame(counts).rename_axis("table").reset_index()})
        failed = sorted(
            f"{row['table']}: {kind}"
            for run in judged.run_results.values()
            for result in run.results
            if result.expectation_config is not None and not result.success
            for kind in [result.expectation_config.kwargs["column"]]
            for row in result.result["unexpected_index_list"]
        )
        judgements.append(Judged(gate, sum(map(len, counts.values())), tuple(failed)))
        print(json.dumps({"gate": gate, "failed": failed}), file=answers, flush=True)
    _write_docs(context, target, judgements)


def _none(gx: Any, kind: str) -> Any:
    """That no table has any of this kind; tables without such a check are empty cells, which are not looked at."""
    note = {"notes": {"format": "markdown", "content": NOTES[kind]}}
    return gx.expectations.ExpectColumnValuesToBeBetween(column=kind, min_value=0, max_value=0, meta=note)


def _write_docs(context: Any, target: Path, judgements: list[Judged]) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        site = Path(folder) / "site"
        for name in list(context.variables.data_docs_sites or {}):
            context.delete_data_docs_site(name)
        context.add_data_docs_site(
            "offline",
            {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            },
        )
        context.build_data_docs(site_names=["offline"])
        finish_site(site, target, judgements)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
