"""A small made-up warehouse, whole enough for what is published: marts that agree, rules, chat."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.config import PLATFORMS
from pipeline.publish.release import publish, write_table
from pipeline.tables import by_name

RUN = {"track": "in_force", "run_id": "20251116T070000", "packs_version": "2025.11"}
PACKS = (*PLATFORMS, "baseline", "law")
NAMES = {
    "douyin": "抖音", "taobao": "淘宝", "tmall": "天猫", "jd": "京东", "pinduoduo": "拼多多",
    "kuaishou": "快手", "suning": "苏宁", "baseline": "通用", "law": "法律",
}  # fmt: skip
# concept, name, English, group, yuan a breach (low, high), points, sanction, certainty
BEHAVIOURS: tuple[tuple[Any, ...], ...] = (
    ("late_shipment", "延迟发货", "Late shipment", "fulfilment", (3, 30), 0, None, "confirmed"),
    ("false_shipment", "虚假发货", "False shipment", "fulfilment", (5, 100), 3, "suspension", "contingent"),
    ("out_of_stock", "缺货", "Out of stock", "fulfilment", (10, 500), 2, "rank_lower", "confirmed"),
    ("abuse", "辱骂", "Abuse", "conduct", (500, 1000), 12, "shop_closed", "contingent"),
    ("off_platform_trade", "站外交易", "Off-platform trade", "trade", (0, 2000), 12, None, "contingent"),
    ("reply_rate", "限时回复率", "Share answered in time", "response", (None, None), 0, None, "confirmed"),
    ("refund_time", "退款时限", "Time to refund", "aftersales", (5, 50), 0, None, "confirmed"),
)
LAST_DAY = date(2025, 11, 15)


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a table; what is left out is null."""
    schema = by_name()[table].polars_schema()
    return pl.DataFrame(
        [{name: row.get(name) for name in schema} for row in rows], schema=schema, strict=False
    )


def sample_warehouse(folder: Path, stores: int = 12, breaches: int = 40, seed: int = 7) -> Path:
    """Publish a made-up warehouse and return its folder; `breaches` are those of one store under all packs."""
    rng = random.Random(seed)
    shops = [
        {
            "store_id": f"{(p := PLATFORMS[no % 7])}/{p}-{no // 7 + 1}",
            "platform": p,
            "name": f"{NAMES[p]}示例店{no // 7 + 1}",
        }
        for no in range(stores)
    ]
    found = [breach for shop in shops for breach in _breaches(shop, breaches, rng)]
    frames = {
        "breaches": found,
        "exposure": list(_exposure(found)),
        "points_ledger": list(_ledger(found)),
        "open_deadlines": [_deadline(shop, rng) for shop in shops],
        "agent_scorecard": [row for shop in shops for row in _agents(shop, rng)],
        "data_coverage": [row for shop in shops for row in _coverage(shop)],
        "rule_coverage": [_unjudged(shop) for shop in shops],
        "rule_comparison": list(_comparison()),
        "rule_versions": list(_versions()),
        "runs": [_run()],
        "concepts": [
            {"concept": c[0], "zh": c[1], "en": c[2], "concept_group": c[3], "canonical_unit": "hour"} for c in BEHAVIOURS
        ],
        "sanctions": [
            {"code": "suspension", "zh": "停业整顿", "en": "suspension", "weight": 50, "stops_sales": "full"},
            {"code": "shop_closed", "zh": "店铺屏蔽", "en": "shop closed", "weight": 70, "stops_sales": "full"},
            {"code": "rank_lower", "zh": "搜索降权", "en": "lower rank", "weight": 20, "stops_sales": "part"},
        ],
        "evidence": [_evidence(pack, c) for pack in PACKS for c in BEHAVIOURS],
        "rule_evidence": [
            {"version_id": f"{pack}:{pack}.{c[0]}#1", "rule_id": f"{pack}.{c[0]}", "evidence_id": f"E-{pack}-{c[0]}",
             "supports": ["params", "penalties"]}
            for pack in PACKS for c in BEHAVIOURS
        ],
        "sources": [{"source_id": "S1", "title_zh": "平台规则汇编", "title_en": "Collected rules", "publisher": "平台",
                     "urls": ["https://example.org/rules"], "published_on": "2025-09-05", "kind": "rule"}],
    }  # fmt: skip
    tables = {name: frame(name, rows) for name, rows in frames.items()}
    tables["exposure_matrix"] = _matrix(tables["exposure"])
    _facts(folder, shops, found)
    publish(tables, folder, RUN["run_id"], keep=2, packs_version=RUN["packs_version"])
    return folder


def _breaches(shop: dict[str, Any], count: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    for pack in PACKS:
        for no in range(count // len(PACKS) + (pack == shop["platform"]) * 8):
            concept, zh, en, _, (low, high), points, sanction, certainty = BEHAVIOURS[no % len(BEHAVIOURS)]
            at = datetime.combine(LAST_DAY, datetime.min.time()) - timedelta(
                minutes=rng.randrange(60 * 24 * 60)
            )
            points_now = points if pack not in ("baseline", "law") else 0
            yield RUN | shop | {
                "breach_id": f"{shop['store_id']}-{pack}-{no}", "first_seen_run": RUN["run_id"], "pack": pack,
                "home": pack in (shop["platform"], "law"), "rule_id": f"{pack}.{concept}",
                "version_id": f"{pack}:{pack}.{concept}#1", "from_date": date(2025, 9, 5), "concept": concept,
                "occurred_at": at, "day": at.date(), "agent_id": f"客服{no % 4 + 1}", "order_id": f"{no:012}",
                "conversation_id": f"c{no % 6}", "message_id": f"c{no % 6}-3", "value": 61.5, "threshold": Decimal(48),
                "severity": "general", "nth": no + 1, "certainty": certainty,
                "condition_zh": "买家投诉成立" if certainty == "contingent" else None,
                "condition_en": "the complaint is upheld" if certainty == "contingent" else None,
                "priced": "no" if low is None and not points_now else "partly" if low is None else "yes",
                "base_cny": Decimal("128.00"), "money_low_cny": low, "money_high_cny": high,
                "points_class": "A" if points_now else None, "points_low": points_now or None,
                "points_high": points_now or None, "counted": points_now or None, "sanction": sanction,
                "sanction_days_low": 3 if sanction else None, "sanction_days_high": 7 if sanction else None,
                "matched_term": "加微信" if concept == "off_platform_trade" else None,
                "evidence_text": "亲 加微信 聊更方便" if concept == "off_platform_trade" else None,
                "version_certain": True, "grade": "official", "appeal_by": at.date() + timedelta(days=7),
                "reason_zh": f"{zh}：实测 61.5 小时，界限 48 小时", "reason_en": f"{en}: 61.5 hours against 48",
            }  # fmt: skip


def _exposure(breaches: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for breach in breaches:
        key = (
            breach["store_id"],
            breach["pack"],
            breach["rule_id"],
            breach["day"].strftime("%Y-%m"),
            breach["certainty"],
        )
        groups.setdefault(key, []).append(breach)
    for (_, _, _, month, certainty), members in groups.items():
        first = members[0]
        total = {
            name: None if first[name] is None else sum(member[name] for member in members)
            for name in ("money_low_cny", "money_high_cny", "points_low", "points_high")
        }
        yield {**first, **total, "month": month, "certainty": certainty, "breaches": len(members),
               "gmv_at_risk_cny": 5000 if first["sanction"] in ("suspension", "shop_closed") else None}  # fmt: skip


def _matrix(exposure: pl.DataFrame) -> pl.DataFrame:
    keys = ["store_id", "platform", "pack", "home", "month", "certainty", *RUN]
    sums = ["breaches", "money_low_cny", "money_high_cny", "points_low", "points_high", "gmv_at_risk_cny"]
    unpriced = pl.col("breaches").filter(pl.col("priced") == "no").sum().alias("unpriced_breaches")
    worst = pl.col("sanction").drop_nulls().first()
    days = [pl.col(name).max() for name in ("sanction_days_low", "sanction_days_high")]
    matrix = exposure.filter(pl.col("pack") != "law").group_by(keys, maintain_order=True)
    return matrix.agg(*[pl.col(name).sum() for name in sums], unpriced, worst, *days)


def _ledger(breaches: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    balances: dict[tuple[str, str, str], Decimal] = {}
    for breach in sorted(breaches, key=lambda row: (row["occurred_at"], row["breach_id"])):
        if not breach["points_class"]:
            continue
        for certainty in (
            ("contingent",) if breach["certainty"] == "contingent" else ("confirmed", "contingent")
        ):
            key = (breach["store_id"], breach["pack"], certainty)
            balances[key] = balance = balances.get(key, Decimal(0)) + breach["counted"]
            node = (balance // 12 + 1) * 12
            yield {**breach, "entry": "award", "certainty": certainty, "points": breach["counted"], "balance": balance,
                   "next_node": node, "headroom": node - balance, "node_effect": "停业整顿 3 天",
                   "resets_on": date(2025, 12, 31)}  # fmt: skip


def _deadline(shop: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    as_of = datetime(2025, 11, 16, 6)
    due = as_of + timedelta(minutes=rng.randrange(30, 3000))
    return RUN | shop | {
        "pack": shop["platform"], "rule_id": f"{shop['platform']}.late_shipment", "order_id": "000000000001",
        "due_at": due, "as_of": as_of, "at_stake_low": 3, "at_stake_high": 30, "zh": "发出订单", "en": "ship the order",
    }  # fmt: skip


def _agents(shop: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    for agent in range(1, 5):
        for back in range(45):
            rounds = rng.randrange(20, 90)
            yield RUN | shop | {
                "agent_id": f"客服{agent}", "day": LAST_DAY - timedelta(days=back), "conversations": rounds // 3,
                "buyers": rounds // 3, "messages": rounds * 2, "asks": rounds, "unanswered_rounds": rng.randrange(4),
                "first_response_seconds": rng.uniform(12, 90), "average_response_seconds": rng.uniform(15, 120),
                "within_30s_share": rng.uniform(0.5, 0.95), "within_3min_share": rng.uniform(0.9, 1),
                "within_5min_share": 0.99, "home_breaches": rng.randrange(2),
            }  # fmt: skip


def _coverage(shop: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for table in ("messages", "orders", "aftersales", "agent_status"):
        for back in range(45):
            status = (
                "none"
                if table == "agent_status"
                else "hole"
                if back in (9, 10) and table == "messages"
                else "ok"
            )
            yield RUN | shop | {"table_name": table, "day": LAST_DAY - timedelta(days=back), "expected": status != "none",
                                "rows": 50 if status == "ok" else 0, "status": status,
                                "window_closes_on": date(2025, 12, 5) if status == "hole" else None}  # fmt: skip


def _unjudged(shop: dict[str, Any]) -> dict[str, Any]:
    return RUN | shop | {"pack": shop["platform"], "rule_id": f"{shop['platform']}.reply_rate", "judged": False,
                         "missing": "agent_status", "reason_zh": "没有客服状态的导出", "reason_en": "no export of agent status"}  # fmt: skip


def _comparison() -> Iterator[dict[str, Any]]:
    for concept, zh, _, _, (_, high), _, _, _ in BEHAVIOURS:
        for no, pack in enumerate(PACKS):
            if concept == "reply_rate" and pack == "law":
                yield RUN | {"concept": concept, "concept_zh": zh, "pack": pack, "status": "not_applicable"}
                continue
            versions = ((date(2019, 1, 10), date(2025, 9, 5), 72), (date(2025, 9, 5), None, 48 - no))
            for start, end, limit in versions:
                yield RUN | {
                    "concept": concept, "concept_zh": zh, "pack": pack, "status": "rule", "rule_id": f"{pack}.{concept}",
                    "from_date": start, "to_date": end, "version_certain": True, "kind": "metric", "relation": "exact",
                    "judged_by": "each", "unit_of_count": "order", "op": "le", "threshold": limit,
                    "threshold_unit": "hour", "threshold_canonical": limit, "penalty_zh": f"每单最高 {high} 元",
                    "penalty_en": f"up to {high} yuan an order", "strictness_rank": no + 1, "rank_basis": "threshold",
                    "grade": "official" if no % 2 else "secondary", "evidence_ids": [f"E-{pack}-{concept}"],
                }  # fmt: skip


def _versions() -> Iterator[dict[str, Any]]:
    for pack in PACKS:
        for concept, zh, en, *_ in BEHAVIOURS:
            yield {
                "version_id": f"{pack}:{pack}.{concept}#1", "rule_id": f"{pack}.{concept}", "pack": pack, "version_no": 1,
                "track": "in_force", "title_zh": zh, "title_en": en, "concept": concept, "relation": "exact",
                "kind": "metric", "from_date": date(2025, 9, 5), "effective_from": date(2025, 9, 5),
                "effective_to": date(9999, 12, 31), "certain_from": date(2025, 9, 5), "binds_by": "occurred_at",
                "judge_by": "each", "grade": "official", "params": "{}", "scope": "{}", "judge": "{}", "pick": "first",
                "penalties_zh": "每单按实付 5% 赔付，最低 5 元，最高 100 元", "penalties_en": "5% of the amount paid, 5 to 100 yuan",
                "text_zh": f"{zh}：48 小时内完成", "text_en": f"{en}: within 48 hours",
                "evidence_ids": [f"E-{pack}-{concept}"],
            }  # fmt: skip


def _evidence(pack: str, concept: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "evidence_id": f"E-{pack}-{concept[0]}", "pack_folder": pack, "platform": pack, "concept": concept[0],
        "kind": "rule", "source_ids": ["S1"], "locator": "第三条", "statement_zh": f"{concept[1]}：应在 48 小时内完成",
        "statement_en": f"{concept[2]}: within 48 hours", "grade": "official", "effective_from": date(2025, 9, 5),
        "published_on": date(2025, 8, 1), "seen_on": ["2025-10-01"], "use": "rule",
    }  # fmt: skip


def _run() -> dict[str, Any]:
    return {**RUN, "started_at": datetime(2025, 11, 16, 7), "finished_at": datetime(2025, 11, 16, 7, 1), "status": "done",
            "rows_read": 1000, "rows_loaded": 990, "rows_superseded": 7, "rows_quarantined": 3, "gates": "{}",
            "changed": "{}"}  # fmt: skip


def _facts(folder: Path, shops: list[dict[str, Any]], breaches: list[dict[str, Any]]) -> None:
    """Six short talks a store, the third message of each holding a forbidden phrase."""
    said = (
        "在吗，什么时候发货",
        "亲在的，今天发",
        "亲 加微信 聊更方便 电话[电话]",
        "好的",
        "还有别的问题吗",
        "没有了",
    )
    source = {"source_file": "chat.csv", "source_row": 1, "ingested_run": RUN["run_id"]}
    for shop in shops:
        messages = [
            shop | source | {
                "message_id": f"c{talk}-{seq}", "conversation_id": f"c{talk}", "seq": seq, "round": (seq + 1) // 2,
                "sent_at": datetime(2025, 10, 20, 9, talk, seq), "role": "buyer" if seq in (1, 4, 6) else "agent",
                "agent_id": None if seq in (1, 4, 6) else f"客服{talk % 4 + 1}", "kind": "text", "text": text,
            }
            for talk in range(6)
            for seq, text in enumerate(said, 1)
        ]  # fmt: skip
        hits = [
            shop | {
                "message_id": f"c{talk}-3", "conversation_id": f"c{talk}", "sent_at": datetime(2025, 10, 20, 9, talk, 3),
                "role": "agent", "lexicon": "off_platform", "term": "加微信", "tier": "forbidden", "start": 2, "end": 5,
                "matched_text": "加微信", "whole_message": False,
            }
            for talk in range(6)
        ]  # fmt: skip
        for table, rows in (("messages", messages), ("hits", hits), ("stores", [shop])):
            part = (
                folder
                / "facts"
                / table
                / f"platform={shop['platform']}"
                / f"store={shop['store_id'].split('/')[1]}"
            )
            part.mkdir(parents=True)
            write_table(by_name()[table], frame(table, rows), part / "0.parquet")
