"""The commands as a user types them, on the packs that ship and on spoilt ones."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from pipeline.lang import set_lang
from pipeline.paths import packs_dir
from pipeline.problems import GuizeError
from pipeline.rules.commands import rules
from pipeline.rules.load import load_packs
from pipeline.rules.output import Sheet, write_sheet
from tests.rules.small_packs import spoil, write_packs

RULES = "jd/rules/all.yaml"


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_lang("zh")
    yield
    set_lang("zh")


@pytest.fixture()
def small(tmp_path: Path) -> Path:
    return write_packs(tmp_path / "packs")


def _run(packs: Path, *args: str) -> Result:
    return CliRunner().invoke(rules, ["--packs", str(packs), *args], catch_exceptions=False)


def test_check_says_what_it_read(small: Path) -> None:
    done = _run(small, "check")
    assert done.exit_code == 0 and "5 条规则，6 个版本，5 个案例，6 条证据；没有问题" in done.output


def test_check_names_the_place_and_the_mend_in_both_languages(tmp_path: Path) -> None:
    packs = write_packs(tmp_path, **spoil(RULES, "reply_by: human", "reply_by: someone"))
    done = _run(packs, "check")
    assert done.exit_code == 3
    assert (
        "jd.reply_rate #1.params.reply_by: someone 不在可选值内" in done.output
        and "改法: 可选：human any" in done.output
    )
    set_lang("en")
    done = _run(packs, "check")
    assert (
        "someone is none of the values allowed" in done.output
        and "mend: choose from: human any" in done.output
    )


def test_check_reads_the_lexicons(tmp_path: Path) -> None:
    packs = write_packs(tmp_path)
    lexicon = packs / "lexicons" / "abuse.yaml"
    lexicon.write_text(lexicon.read_text(encoding="utf-8") + "yields_too: [threat]\n", encoding="utf-8")
    done = _run(packs, "check")
    assert done.exit_code == 3 and "abuse.yaml" in done.output and "yields_too" in done.output


def test_check_of_the_packs_that_ship_takes_under_two_seconds() -> None:
    taken = []
    for _ in range(3):
        started = time.process_time()
        load_packs(packs_dir(), strict=False)
        taken.append(time.process_time() - started)
    assert min(taken) < 2


def test_list_and_show(small: Path) -> None:
    assert "jd.late_shipment" in _run(small, "list").output
    shown = _run(small, "show", "jd.reply_rate").output
    for part in (
        "须在3分钟内",
        "须在2分钟内",
        "E-JD-001",
        "京东规则页",
        "https://example.com/jd",
        "首见 2021-06-01",
    ):
        assert part in shown.replace("\n", ""), part


def test_show_of_no_rule_names_near_ones(small: Path) -> None:
    with pytest.raises(GuizeError, match=r"jd\.reply_rate"):
        _run(small, "show", "jd.reply_rates")
    with pytest.raises(GuizeError, match="reply_rate"):
        _run(small, "compare", "--concept", "replyrate")
    with pytest.raises(GuizeError, match="2025-06-01"):
        _run(small, "compare", "--as-of", "June")


def test_a_document_not_to_be_linked_is_named_without_link(tmp_path: Path) -> None:
    packs = write_packs(
        tmp_path, **spoil("sources.yaml", "  kind: repost\n", "  kind: repost\n  do_not_link: true\n")
    )
    shown = _run(packs, "show", "jd.abuse").output
    assert "京东规则页" in shown and "example.com" not in shown


def test_compare_in_every_format(small: Path, tmp_path: Path) -> None:
    args = ("compare", "--concept", "reply_rate", "--as-of", "2022-01-01")
    assert "≥80% · 2分钟内" in _run(small, *args).output
    records: list[dict[str, Any]] = json.loads(_run(small, *args, "--format", "json").stdout)
    assert {record["rule_id"] for record in records} == {"jd.reply_rate", "pinduoduo.reply_rate"}
    assert records[0]["threshold"] == "0.8" and records[0]["time_limit_unit"] == "second"
    table = list(csv.DictReader(io.StringIO(_run(small, *args, "--format", "csv").stdout)))
    assert [row["pack"] for row in table] == ["jd", "pinduoduo"]
    page = _run(small, *args, "--format", "html").stdout
    assert page.startswith("<!doctype html>") and "人工回复率" in page and "http" not in page
    target = tmp_path / "out.xlsx"
    _run(small, *args, "--format", "xlsx", "--output", str(target))
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert sheet.cell(1, 1).value == "平台" and sheet.freeze_panes == "B2" and sheet.max_row == 3


def test_compare_all_and_on_the_training_track(small: Path) -> None:
    assert "限时回复率" in _run(small, "compare").output
    taught = _run(small, "compare", "--concept", "points_ladder", "--track", "training").output
    assert "jd.ladder" in taught and "当日无" in taught


def test_compare_in_english(small: Path) -> None:
    set_lang("en")
    told = _run(small, "compare", "--concept", "reply_rate", "--as-of", "2022-01-01").output
    assert "within 3 minutes" in told and "each day" in told and "每" not in told


def test_diff(small: Path, tmp_path: Path) -> None:
    new = write_packs(tmp_path / "new", **spoil(RULES, "within_seconds: '120'", "within_seconds: '90'"))
    told = json.loads(_run(small, "diff", str(small), str(new), "--format", "json").stdout)
    assert [(row["id"], row["field"], row["old"], row["new"], row["direction"]) for row in told] == [
        ("jd.reply_rate", "params.within_seconds", "120", "90", "stricter")
    ]
    assert "变严" in _run(small, "diff", str(small), str(new)).output
    assert "0 处不同" in _run(small, "diff", str(small), str(small)).output


def test_coverage_counts_every_statement(small: Path) -> None:
    assert "证据 5 条已用 + 1 条有因不用 = 6 条" in _run(small, "coverage").output
    assert "= 444 条（首批 418 条，后来补了 26 条）" in _run(packs_dir(), "coverage").output


def test_a_table_is_written_to_a_file_with_a_mark_for_excel(tmp_path: Path) -> None:
    sheet = Sheet("t", ["a"], [["x"]])
    write_sheet(sheet, "csv", tmp_path / "x.csv", "x")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfa\n")


def test_formulas_do_not_come_out_alive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet("t", ["a", "b"], [["=HYPERLINK(1)", "-3.5"], ["@x", "<b>"]])
    write_sheet(sheet, "csv", None, "x")
    assert capsys.readouterr().out == "a,b\n'=HYPERLINK(1),-3.5\n'@x,<b>\n"
    write_sheet(sheet, "html", None, "x")
    assert "&lt;b&gt;" in capsys.readouterr().out
    write_sheet(sheet, "xlsx", tmp_path / "x.xlsx", "x")
    cell = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0].cell(2, 1)
    assert cell.value == "=HYPERLINK(1)" and cell.data_type == "s"
