"""A tiny warehouse as a run leaves it: facts, state and a current release, judged by the real packs."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.engine.evaluate import Places, evaluate, write_rules
from pipeline.engine.global_zone import RunInfo
from pipeline.paths import packs_dir, sql_dir
from pipeline.rules.compile import compile_packs
from pipeline.rules.load import load_packs
from pipeline.tables import by_name
from pipeline.text.lexicon import load_lexicons
from pipeline.text.match import find_hits
from tests.worlds import typed, write_facts

LATER = datetime(2025, 10, 20)


def message(store: str, conversation: str, at: str, role: str, text: str, order: str | None = None) -> dict[str, Any]:
    """One message; agents are called 小美."""
    return {
        "store_id": store, "conversation_id": conversation, "sent_at": at, "role": role, "text": text, "order_id": order,
        "agent_id": "小美" if role == "agent" else None, "message_id": f"{conversation} {at}",
    }  # fmt: skip


def order(store: str, number: str, paid: str, **given: Any) -> dict[str, Any]:
    """One shipped order of 131.49 yuan."""
    return {
        "store_id": store, "order_id": number, "status": "shipped", "created_at": paid, "paid_at": paid, "exported_at": LATER,
        "paid_cny": "131.49", "goods_cny": "131.49", "is_cash_on_delivery": False, "is_presale": False, "is_custom": False, **given,
    }  # fmt: skip


FACTS: dict[str, list[dict[str, Any]]] = {
    "stores": [{"store_id": name} for name in ("jd/j", "tmall/t", "pinduoduo/p")],
    "messages": [
        message("tmall/t", "c1", "2025-09-12 10:00:00", "buyer", "什么时候发货", "T1"),
        message("tmall/t", "c1", "2025-09-12 10:00:20", "agent", "您好，今天发"),
        message("tmall/t", "c1", "2025-09-12 10:01:00", "buyer", "有异味怎么回事"),
        message("tmall/t", "c1", "2025-09-12 10:01:30", "agent", "神经病吧你，这也要问", "T1"),
        *(
            message("pinduoduo/p", name, f"2025-09-15 1{hour}:0{minute}:00", role, text)
            for hour, name in enumerate(("p1", "p2"))
            for minute, role, text in ((0, "buyer", "在吗"), (2, "agent", "在的"))
        ),
        message("pinduoduo/p", "p3", "2025-09-16 10:00:00", "buyer", "在吗"),
        message("pinduoduo/p", "p3", "2025-09-16 10:10:00", "agent", "在的"),
    ],
    "orders": [
        order("jd/j", "J1", "2025-09-10 10:00:00", shipped_at="2025-09-12 20:00:00", picked_up_at="2025-09-12 22:00:00"),
        order("tmall/t", "T1", "2025-09-10 10:00:00", shipped_at="2025-09-11 09:00:00", picked_up_at="2025-09-11 12:00:00"),
    ],
    "complaints": [{"store_id": "tmall/t", "complaint_id": "K1", "order_id": "T1", "raised_at": "2025-09-13 09:00:00", "upheld": True}],
}


def publish_world(root: Path) -> Path:
    """Judge the facts and leave a warehouse whose current release says what was found."""
    packs = load_packs(packs_dir(), strict=False)
    state = root / "state"
    places = Places(root / "facts", state / "units", state / "rules", root / "current", root / "duckdb")
    messages = typed(by_name()["messages"], [{**row, "platform": row["store_id"].split("/")[0], "kind": "text", "seq": n} for n, row in enumerate(FACTS["messages"])])
    write_facts(places.facts, FACTS, find_hits(messages, load_lexicons(packs_dir() / "lexicons")))
    write_rules(compile_packs(packs), places.rules)
    evaluate(places, packs=packs_dir(), sql=sql_dir(), info=RunInfo("run-1", LATER, packs.packs_version))
    shutil.copytree(places.rules, root / "current" / "rules")
    shutil.rmtree(places.scratch)
    return root
