"""guize quarantine, privacy scan, init."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.ingest.commands import init, privacy, quarantine
from pipeline.ingest.files import forget_unread
from pipeline.ingest.templates import template_layouts
from pipeline.paths import packs_dir

from .test_masking import planted
from .world import World, csv_bytes

NAMES = ["订单号", "订单状态", "下单时间"]


def test_quarantine_lists_and_says_how_to_mend(world: World) -> None:
    world.put("suning/s/a.csv", csv_bytes(NAMES, {"订单号": "1.01E+13", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00"}))
    world.read()
    shown = CliRunner().invoke(quarantine, ["--warehouse", str(world.warehouse), "--format", "json"])
    row = json.loads(shown.output)[0]
    assert (row["file"], row["row"], row["column"], row["value"], row["code"]) == ("suning/s/a.csv", 2, "订单号", "1.01E+13", "lost_digits")
    assert row["reason"] and row["mend"]
    table = CliRunner().invoke(quarantine, ["--warehouse", str(world.warehouse)], env={"COLUMNS": "200"})
    assert table.exit_code == 0 and "1.01E+13" in table.output
    csv = CliRunner().invoke(quarantine, ["--warehouse", str(world.warehouse), "--format", "csv"])
    assert "lost_digits" in csv.output


def test_nothing_quarantined(world: World) -> None:
    world.warehouse.mkdir(parents=True)
    assert "没有" in CliRunner().invoke(quarantine, ["--warehouse", str(world.warehouse)]).output


def test_files_with_bad_rows_are_read_again_on_demand(world: World) -> None:
    world.put("suning/s/a.csv", csv_bytes(NAMES, {"订单号": "1.01E+13", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00"}))
    world.put("suning/s/b.csv", csv_bytes(NAMES, {"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00"}))
    world.read()
    assert world.read().files.is_empty()
    assert forget_unread(world.warehouse / "state" / "ingest") == 1
    assert world.read().files["source_file"].to_list() == ["suning/s/a.csv"]


def test_scan_finds_nothing_in_a_warehouse_of_planted_exports_and_everything_when_unmasked(world: World) -> None:
    names = ["会话ID", "买家昵称", "客服账号", "发送方", "发送时间", "消息内容"]
    rows = planted(2_000, seed=11)
    lines = [{"会话ID": f"c{at // 4}", "买家昵称": "张三13812345678", "客服账号": "小美", "发送方": "买家", "发送时间": "2025-09-01 10:00:00", "消息内容": text} for at, (_, _, text) in enumerate(rows)]
    world.put("taobao/t/chat.csv", csv_bytes(names, *lines, encoding="gb18030"))
    world.put("taobao/t/reviews.csv", csv_bytes(["订单号", "评价时间", "评价内容", "商家回复"], *({"订单号": str(at), "评价时间": "2025-09-01 10:00:00", "评价内容": text, "商家回复": text} for at, (_, _, text) in enumerate(rows[:200]))))
    world.put("taobao/t/bad.csv", csv_bytes(names, {"会话ID": "c", "发送方": "买家", "发送时间": "13812345678", "消息内容": "x"}))
    world.read()
    clean = CliRunner().invoke(privacy, ["scan", str(world.warehouse), "--json"])
    assert clean.exit_code == 0, clean.output
    assert json.loads(clean.output)["slips"] == [] and json.loads(clean.output)["cells"] > 4_000
    leak = pl.DataFrame({"text": [text for _, _, text in rows]})
    (world.warehouse / "facts" / "leak").mkdir(parents=True)
    leak.write_parquet(world.warehouse / "facts" / "leak" / "part.parquet")
    dirty = CliRunner().invoke(privacy, ["scan", str(world.warehouse), "--json"])
    found = json.loads(dirty.output)["slips"]
    assert dirty.exit_code == 1 and {slip["kind"] for slip in found} == {"mobile", "landline", "id_card", "bank_card", "email", "wechat", "qq", "address"}


def test_init_writes_templates_that_read_back(tmp_path: Path, world: World) -> None:
    done = CliRunner().invoke(init, [str(tmp_path / "new")])
    assert done.exit_code == 0 and (tmp_path / "new" / "guize.toml").exists()
    kinds = {path.suffix for path in (tmp_path / "new" / "templates").rglob("*.*")}
    assert kinds == {".csv", ".xlsx", ".jsonl"}
    again = CliRunner().invoke(init, [str(tmp_path / "new")])
    assert "0 个文件" in again.output


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_every_template_reads_back_in_every_form(tmp_path: Path, world: World, suffix: str) -> None:
    CliRunner().invoke(init, [str(tmp_path / "new")])
    files = sorted((tmp_path / "new" / "templates" / suffix).iterdir())
    assert len(files) == len(template_layouts(packs_dir())) >= 15
    for path in files:
        world.put(f"suning/s/{path.name}", path.read_bytes())
    report = world.read()
    assert not report.refused, [str(problem) for problem in report.refused]
    assert report.totals()["quarantined"] == 0, world.quarantine().to_dicts()
    for layout in template_layouts(packs_dir()):
        for table in layout.tables:
            assert world.facts(table).height >= 1, (layout.id, table)


def test_the_key_is_private_and_a_lost_key_changes_only_the_hashes(world: World) -> None:
    content = csv_bytes(["会话ID", "买家昵称", "发送方", "发送时间", "消息内容"], {"会话ID": "1", "买家昵称": "小红", "发送方": "买家", "发送时间": "2025-09-01 10:00:00", "消息内容": "在"})
    world.loaded("suning/s/a.csv", content)
    key = world.config.key_file
    assert key.stat().st_mode & 0o777 == 0o600 and world.warehouse not in key.parents
    before = world.row("messages")["buyer_key"]
    assert len(before) == 32 and "小红" not in str(world.facts("messages").rows())
    other = World(tmp := world.folder / "other")
    tmp.mkdir(exist_ok=True)
    other.loaded("suning/s/a.csv", content)
    assert other.row("messages")["buyer_key"] != before
