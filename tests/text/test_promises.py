"""Promises: what is promised, and by when the sentence says so."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from pipeline.text.promises import find_promises, promises_in

AT = datetime(2025, 9, 26, 15, 30)  # a Friday


@pytest.mark.parametrize(
    ("text", "about", "due"),
    [
        ("亲，今天给您发货哦", "ship", datetime(2025, 9, 27)),
        ("今晚就安排，给您发出", "ship", datetime(2025, 9, 27)),
        ("明天上午帮您寄出", "ship", datetime(2025, 9, 27, 12)),
        ("后天发货", "ship", datetime(2025, 9, 29)),
        ("24小时内给您退款", "refund", datetime(2025, 9, 27, 15, 30)),
        ("二十四小时以内退款到账", "refund", datetime(2025, 9, 27, 15, 30)),
        ("三天之内补发一件新的", "reship", datetime(2025, 9, 29, 15, 30)),
        ("3个工作日内退给您", "refund", datetime(2025, 10, 1, 15, 30)),
        ("发票15天内开好", "invoice", datetime(2025, 10, 11, 15, 30)),
        ("30分钟内给您答复", "callback", datetime(2025, 9, 26, 16)),
    ],
)
def test_promise(text: str, about: str, due: datetime) -> None:
    assert [(found[0], found[1]) for found in promises_in(text, AT)] == [(about, due)]


@pytest.mark.parametrize(
    "text",
    [
        "尽量今天发货", "预计明天发出", "今天能发货吗", "今天不能发货", "如果今天付款就能发货", "48小时内发货一般没问题",
        "已经退款了，今天到账", "今天天气不错", "发货很快的", "您今天下单了",
    ],
)  # fmt: skip
def test_no_promise(text: str) -> None:
    assert promises_in(text, AT) == []


def test_two_promises_in_one_message() -> None:
    found = promises_in("今天给您发货，运费24小时内退给您", AT)
    assert [about for about, _, _ in found] == ["ship", "refund"]


def test_only_agents_promise() -> None:
    base = {
        "store_id": "jd/a",
        "platform": "jd",
        "conversation_id": "c",
        "sent_at": AT,
        "agent_id": "小美",
        "kind": "text",
    }
    rows = pl.DataFrame(
        [
            {**base, "message_id": "1", "role": "agent", "text": "今天发货"},
            {**base, "message_id": "2", "role": "buyer", "text": "今天发货"},
            {**base, "message_id": "3", "role": "robot", "text": "今天发货"},
        ]
    )
    assert find_promises(rows).select("message_id", "about", "due_at").rows() == [
        ("1", "ship", datetime(2025, 9, 27))
    ]
