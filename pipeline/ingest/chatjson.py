"""Read the message lists that back offices hold as JSON: JD's Dongdong and Pinduoduo's chat list."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from pipeline.ingest.sniff import refuse
from pipeline.ingest.values import read_cells

_EMOJI = re.compile(r"#E-[a-z]\d+|#E-\w+")
_TAG = re.compile(r"<[^>]{1,500}>")
_CHINA = 8 * 3600
MAX_JSON = 400_000_000
_PDD_KINDS = {0: "text", 1: "image", 5: "image", 14: "video", 64: "product_card", 66: "order_card", 1002: "recall"}
_JD_KINDS = {"text": "text", "image": "image", "img": "image", "video": "video", "voice": "file", "file": "file", "card": "product_card", "sku": "product_card", "order": "order_card"}


def parse_json(data: bytes, where: str) -> Any:
    """The content of a JSON or JSON-lines file.

    Raises:
        FilesRefused: too large, too deep, or not JSON.
    """
    if len(data) > MAX_JSON:
        raise refuse("too-large", where, "JSON 超过 400 MB", "the JSON is over 400 MB", "按月分段保存", "save it month by month")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        try:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise refuse(
                "broken-json", where, f"JSON 不完整（{str(error)[:80]}）", f"the JSON is broken ({str(error)[:80]})", "重新保存或导出", "save or export it again"
            ) from error
        return rows


def read_chat_json(content: Any) -> tuple[str, pl.DataFrame] | None:
    """The layout's id and the messages in the columns of ``spoken.SPOKEN``, or None for another kind of JSON."""
    rows = [row for row in _records(content, 0) if isinstance(row, dict)]
    if rows and all("waiter" in row and "customer" in row for row in rows):
        return "jd.chat_logs", _frame([_jd_log(row) for row in rows])
    if rows and all(isinstance(row.get("from"), dict) and "body" in row for row in rows):
        return "jd.chat_full", _frame(_jd_full(rows))
    if rows and all(isinstance(row.get("from"), dict) and ("ts" in row or "msg_id" in row) for row in rows):
        return "pinduoduo.chat_list", _frame([_pdd(row) for row in rows], newest_first=True)
    return None


def table_of(content: Any) -> list[list[str | None]] | None:
    """A list of flat objects as rows of text below their keys, for templates filled as JSON; else None."""
    flat = isinstance(content, dict) and not any(isinstance(value, list | dict) for value in content.values())
    rows = content if isinstance(content, list) else [content] if flat else None
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return [keys, *([_cell(row.get(key)) for key in keys] for row in rows)]


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _records(content: Any, depth: int) -> Iterator[Any]:
    """The innermost lists of messages, through pages and wrappers such as result.messages."""
    if depth > 6:
        return
    if isinstance(content, list):
        for item in content:
            wrapped = isinstance(item, dict) and not ({"from", "waiter", "content", "body"} & item.keys())
            if wrapped or isinstance(item, list):
                yield from _records(item, depth + 1)
            else:
                yield item
    elif isinstance(content, dict):
        for key in ("result", "data", "messages", "chatLogs", "chat_logs", "list", "records", "logs"):
            if key in content:
                yield from _records(content[key], depth + 1)
                return


def _frame(rows: list[dict[str, Any]], newest_first: bool = False) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "source_row": pl.Int64, "conversation_id": pl.String, "message_id": pl.String, "sent_at": pl.Datetime("us"), "role": pl.String,
        "agent_id": pl.String, "buyer": pl.String, "kind": pl.String, "text": pl.String, "order_id": pl.String, "assisted": pl.Boolean,
    }  # fmt: skip
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in schema if name not in ("source_row", "sent_at")}
    when = pl.Series("when", [row.get("sent_at") for row in rows], dtype=pl.String)
    frame = pl.DataFrame({**columns, "source_row": range(1, len(rows) + 1), "sent_at": read_cells("timestamp", when)[0]}, schema=schema)
    # Lists run newest first: the position among messages of one second is counted from the end.
    order = -pl.col("source_row") if newest_first else pl.col("source_row")
    return frame.with_columns(order.alias("message_seq"))


def _text(value: Any) -> str | None:
    """HTML as text, emoji codes as one tag."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if "<" in text:
        text = re.sub(r"<br\s*/?>|</p>|</div>", "\n", text, flags=re.I)
        text = _TAG.sub(lambda tag: "[图片]" if tag[0].lower().startswith("<img") else "", text)
    return _EMOJI.sub("[表情]", html.unescape(text)).strip() or None


def _id(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _jd_log(row: dict[str, Any]) -> dict[str, Any]:
    sent_by_waiter = row.get("waiterSend") in (True, 1, "1", "true")
    text = _text(row.get("content"))
    kind = _JD_KINDS.get(str(row.get("msgType", "text")).lower(), "text")
    if row.get("revokeFlag") in (1, True, "1"):
        kind = "recall"
    elif kind == "text" and text == "[图片]":
        kind = "image"
    return {
        "conversation_id": _id(row.get("sid")), "message_id": _id(row.get("uuid")), "sent_at": _id(row.get("createdTime")),
        "role": "agent" if sent_by_waiter else "buyer", "agent_id": _id(row.get("waiter")), "buyer": _id(row.get("customer")),
        "kind": kind, "text": text, "order_id": _id(row.get("orderId")),
    }  # fmt: skip


def _jd_full(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Full logs name the speaker's application: ``im.waiter`` or ``im.pop`` is staff, the rest the buyer."""
    found = []
    for row in rows:
        speaker, body = row["from"], row.get("body") or {}
        to: dict[str, Any] = row["to"] if isinstance(row.get("to"), dict) else {}
        body = body if isinstance(body, dict) else {"content": body}
        app = str(speaker.get("app", "")).lower()
        robot = "robot" in app or bool(body.get("robot"))
        staff = any(word in app for word in ("waiter", "pop", "dd.m", "erp")) and "customer" not in app
        said = body.get("content") if body.get("content") is not None else body.get("tplData")
        text = _text(said)
        kind = _JD_KINDS.get(str(body.get("type", "text")).lower(), "product_card" if "tplData" in body and body.get("content") is None else "text")
        found.append({
            "conversation_id": _id(row.get("sid")), "message_id": _id(row.get("uuid") or row.get("id") or row.get("mid")), "sent_at": _id(row.get("datetime")),
            "role": "robot" if robot else "agent" if staff else "buyer", "agent_id": _id(speaker.get("pin")) if staff else _id(to.get("pin")) if to else None,
            "buyer": _id(to.get("pin")) if staff or robot else _id(speaker.get("pin")),
            "kind": "image" if kind == "text" and text == "[图片]" else kind, "text": text, "order_id": _id(row.get("orderId")),
        })  # fmt: skip
    return found


def _pdd(row: dict[str, Any]) -> dict[str, Any]:
    speaker: dict[str, Any] = row["from"]
    to: dict[str, Any] = row["to"] if isinstance(row.get("to"), dict) else {}
    buyer_says = speaker.get("role") == "user"
    desk = to if buyer_says else speaker
    buyer = speaker if buyer_says else to
    robot = str(speaker.get("role", "")) in ("robot", "mall_robot") or (row.get("info") or {}).get("is_robot") in (1, True)
    number = row.get("type", 0)
    return {
        "message_id": _id(row.get("msg_id")), "sent_at": _id(row.get("ts")), "role": "buyer" if buyer_says else "robot" if robot else "agent",
        "agent_id": _id(desk.get("cs_uid") or desk.get("csid") or desk.get("uid")), "buyer": _id(buyer.get("uid")),
        "kind": _PDD_KINDS.get(int(number) if str(number).lstrip("-").isdigit() else 0, "text"), "text": _text(row.get("content")),
    }  # fmt: skip
