"""Measure reading: GBK csv in MB/s, xlsx in rows/s, chat in messages/s, and the peak memory of each.

Run one case in a process of its own, so that its peak memory is its own:
    python benchmarks/bench_ingest.py [--mb 300] [--rows 200000] [--messages 1000000] [--only csv|xlsx|chat]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.config import Config
from pipeline.demo.writers.files import write_xlsx
from pipeline.ingest.layouts import load_layouts
from pipeline.ingest.read import ingest
from pipeline.paths import packs_dir

MB = 1_000_000


def headings(platform: str, layout_id: str) -> list[str]:
    """The headings of a layout."""
    return list(next(layout for layout in load_layouts(packs_dir(), platform) if layout.id == layout_id).headings)


TAOBAO = headings("taobao", "taobao.orders")[:41]
PINDUODUO = [*headings("pinduoduo", "pinduoduo.orders"), "支付时间", "承诺发货时间", "省", "市"]
CHAT = headings("douyin", "common.chat")


def times(rows: int, start: str, step_seconds: int) -> pl.Expr:
    """Evenly spaced times as text."""
    first = pl.lit(start).str.to_datetime("%Y-%m-%d %H:%M:%S")
    return (first + pl.duration(seconds=pl.int_range(rows) * step_seconds)).dt.strftime("%Y-%m-%d %H:%M:%S")


def write_gbk_orders(path: Path, megabytes: float) -> int:
    """The classic Taobao file of 41 columns over twelve months; returns its size."""
    part = 100_000
    sample = _orders(part, 0, part).write_csv(line_terminator="\r\n", include_header=False, quote_style="never").encode("gb18030")
    parts = max(1, round(megabytes * MB / len(sample)))
    step = 365 * 86_400 // (parts * part) or 1
    with path.open("wb") as file:
        file.write((",".join(TAOBAO) + "\r\n").encode("gb18030"))
        for number in range(parts):
            frame = _orders(part, number * part, step)
            file.write(frame.write_csv(line_terminator="\r\n", include_header=False, quote_style="never").encode("gb18030"))
    return path.stat().st_size


def _orders(rows: int, first: int, step: int) -> pl.DataFrame:
    number = pl.int_range(first, first + rows)
    start = (pl.lit("2025-01-01 00:00:00").str.to_datetime("%Y-%m-%d %H:%M:%S") + pl.duration(seconds=number * step)).dt
    cells = {
        "订单编号": pl.format('="{}"', number + 2_869_000_000_000_000_000), "买家会员名": pl.format("tb买家{}", number % 700_000),
        "买家支付宝账号": pl.format("138****{}", number % 10_000), "买家应付货款": pl.lit("80.00"), "买家应付邮费": pl.lit("9.50"), "买家支付积分": pl.lit("0"),
        "总金额": pl.lit("89.50"), "返点积分": pl.lit("0"), "买家实际支付金额": pl.lit("89.50"), "买家实际支付积分": pl.lit("0"),
        "订单状态": pl.lit("买家已付款，等待卖家发货"), "收货人姓名": pl.lit("张小三"), "买家留言": pl.lit("麻烦发顺丰，放门口就行"), "订单备注": pl.lit("已联系买家确认颜色和尺码"),
        "收货地址": pl.lit("浙江省 杭州市 西湖区 翠苑街道文三路478号华星时代广场A座1201室(310012) "), "运送方式": pl.lit("快递"),
        "联系手机": pl.lit("'18618486065"), "订单创建时间": start.strftime("%Y-%m-%d %H:%M:%S"), "订单付款时间": start.strftime("%Y-%m-%d %H:%M:%S"),
        "宝贝标题": pl.lit("2025夏季新款法式复古收腰显瘦气质碎花连衣裙女中长款雪纺高级感小个子，赠品 丝巾一条 请勿单拍"), "宝贝种类": pl.lit("1"), "物流单号": pl.format("No:YT{}", number + 10**12), "物流公司": pl.lit("圆通速递"),
        "宝贝总数量": pl.lit("1"), "店铺名称": pl.lit("某某旗舰店"), "订单关闭原因": pl.lit("订单未关闭"), "卖家服务费": pl.lit("0"), "买家服务费": pl.lit("0元"), "是否手机订单": pl.lit("手机订单"),
    }  # fmt: skip
    return pl.select(number.alias("n")).select(cells.get(heading, pl.lit("")).alias(heading) for heading in TAOBAO)


def write_xlsx_orders(path: Path, rows: int) -> None:
    """Pinduoduo's workbook as the back office fills it."""
    number = pl.int_range(rows)
    stamp = times(rows, "2025-06-01 00:00:00", 60)
    cells = {
        "商品": pl.lit("秋季大闸蟹礼盒"), "订单号": pl.format("250601-{}", number + 10**14), "订单状态": pl.lit("已发货，待签收"), "商品总价(元)": pl.lit("89.00"),
        "邮费(元)": pl.lit("0.00"), "店铺优惠折扣(元)": pl.lit("0.00"), "平台优惠折扣(元)": pl.lit("0.00"), "用户实付金额(元)": pl.lit("89.00"), "商家实收金额(元)": pl.lit("89.00"),
        "商品数量(件)": pl.lit("1"), "发货时间": stamp, "商品id": pl.lit("620001"), "商品规格": pl.lit("礼盒"), "售后状态": pl.lit("无售后或售后取消"), "快递单号": pl.format("YT{}", number + 10**12),
        "快递公司": pl.lit("圆通速递"), "订单成交时间": stamp, "是否分期": pl.lit("否"), "支付时间": stamp, "承诺发货时间": stamp, "省": pl.lit("浙江省"), "市": pl.lit("杭州市"),
    }  # fmt: skip
    frame = pl.select(number.alias("n")).select(cells.get(heading, pl.lit("")).alias(heading) for heading in PINDUODUO)
    write_xlsx(path, frame, sheet="Sheet0")


def write_chat(path: Path, messages: int) -> int:
    """The common chat table: conversations of ten messages, one in forty with a phone number."""
    number = pl.int_range(messages)
    role = pl.when(number % 3 == 0).then(pl.lit("买家")).when(number % 17 == 0).then(pl.lit("机器人")).otherwise(pl.lit("客服"))
    text = pl.when(number % 40 == 0).then(pl.format("我的电话是138{}记得打", number % 90_000_000 + 10_000_000)).otherwise(
        pl.format("亲，这款连衣裙现在有货的，{}号库房今天下午发出哦", number % 30)
    )
    cells = {
        "店铺": pl.lit("某某旗舰店"), "会话ID": pl.format("C{}", number // 10), "客服账号": pl.format("客服{}", number // 10 % 40), "买家昵称": pl.format("买家{}", number // 10 % 60_000),
        "发送方": role, "发送时间": times(messages, "2025-06-01 00:00:00", max(1, 150 * 86_400 // messages)), "消息类型": pl.lit("文本"), "消息内容": text,
    }  # fmt: skip
    frame = pl.select(number.alias("n")).select(cells.get(heading, pl.lit("")).alias(heading) for heading in CHAT)
    frame.write_csv(path, include_bom=True)
    return path.stat().st_size


def measure(case: str, size: int, folder: Path) -> dict[str, Any]:
    """Write one file, read it in a process of its own, and report."""
    places = {"csv": "taobao/t/ExportOrderList202512310000.csv", "xlsx": "pinduoduo/p/orders.xlsx", "chat": "douyin/d/chat.csv"}
    path = folder / case / "exports" / places[case]
    path.parent.mkdir(parents=True)
    if case == "csv":
        write_gbk_orders(path, size)
    elif case == "xlsx":
        write_xlsx_orders(path, size)
    else:
        write_chat(path, size)
    done = subprocess.run([sys.executable, __file__, "--read", str(folder / case)], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    megabytes = path.stat().st_size / MB
    return {"case": case, "MB": round(megabytes, 1), **result, "MB/s": round(megabytes / result["seconds"], 1), "rows/s": round(result["rows"] / result["seconds"]),
            "MB/CPU s": round(megabytes / result["cpu seconds"], 1), "rows/CPU s": round(result["rows"] / result["cpu seconds"])}  # fmt: skip


def read(folder: Path) -> None:
    """Read an exports folder and print seconds, rows and peak memory."""
    start = time.perf_counter()
    report = ingest(folder / "exports", folder / "warehouse", Config(key_file=folder / "key"), "bench")
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    assert not report.refused and report.totals()["quarantined"] == 0, [str(problem) for problem in report.refused]
    cpu = round(used.ru_utime + used.ru_stime, 2)
    print(json.dumps({"seconds": round(seconds, 2), "cpu seconds": cpu, "rows": report.totals()["read"], "peak MiB": peak_mib()}))


def peak_mib() -> int:
    """The process's own highest memory in MiB (what it inherited at its start is not counted on Linux)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Run the cases asked for and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=300)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["csv", "xlsx", "chat"])
    parser.add_argument("--read", type=Path)
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return
    cases = {"csv": options.mb, "xlsx": options.rows, "chat": options.messages}
    with tempfile.TemporaryDirectory() as folder:
        for case, size in cases.items():
            if options.only in (None, case):
                print(json.dumps(measure(case, size, Path(folder)), ensure_ascii=False))


if __name__ == "__main__":
    main()
