"""The digest carries no buyer data; a local server behaves like each robot: signatures, limits, codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import polars as pl
import pytest

from pipeline.config import Webhook
from pipeline.publish.alerts import MOST_BYTES, TRIES, send_all
from pipeline.publish.digest import Digest, digest
from tests.publish.sample import sample_warehouse

SECRET = "SEC-1"


class Robot(HTTPServer):
    """Checks what each platform checks, and answers the way it does."""

    refuse: list[int]
    got: list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        at = urlparse(self.path)
        answer = {"dingtalk": self.dingtalk, "feishu": self.feishu, "wecom": self.wecom}[at.path.strip("/")](
            body, at.query
        )
        if self.server.refuse:
            status = self.server.refuse.pop(0)
            if status < 600:
                self.send_response(status)
                self.end_headers()
                return
            answer = {"errcode": status, "code": status, "errmsg": "too fast"}
        elif answer.get("errcode", answer.get("code")) == 0:
            self.server.got.append(body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def dingtalk(self, body: dict[str, Any], query: str) -> dict[str, Any]:
        given = parse_qs(query)
        if "sign" in given:
            text = f"{given['timestamp'][0]}\n{SECRET}".encode()
            right = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
            if given["sign"] != [right]:
                return {"errcode": 310000, "errmsg": "sign not match"}
        return {"errcode": 0 if body["text"]["content"] else 1, "errmsg": "ok"}

    def feishu(self, body: dict[str, Any], query: str) -> dict[str, Any]:
        right = base64.b64encode(
            hmac.new(f"{body.get('timestamp')}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        )
        if "sign" in body and body["sign"] != right.decode():
            return {"code": 19021, "msg": "sign match fail"}
        if len(json.dumps(body, ensure_ascii=False).encode()) > 20_000:
            return {"code": 9499, "msg": "too large"}
        return {"code": 0, "msg": "success"}

    def wecom(self, body: dict[str, Any], query: str) -> dict[str, Any]:
        too_long = len(body["text"]["content"].encode()) > 2048
        return {"errcode": 40058 if too_long else 0, "errmsg": "content size out of limit"}

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def robot() -> Iterator[Robot]:
    server = Robot(("127.0.0.1", 0), Handler)
    server.refuse, server.got = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def hook(robot: Robot, kind: Any, secret: str | None = SECRET) -> Webhook:
    return Webhook(kind, f"http://127.0.0.1:{robot.server_address[1]}/{kind}?access_token=x", secret)


LONG = Digest("标题", tuple(f"第 {no} 行，店铺与金额" * 3 for no in range(600)))


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "wecom"])
def test_sent_signed_and_within_the_size(robot: Robot, kind: str) -> None:
    waits: list[float] = []
    [sent] = send_all(LONG, (hook(robot, kind),), waits.append)
    assert (sent.ok, sent.tries, len(robot.got)) == (True, 1, 1)
    assert 0 <= waits[0] <= 3
    body = robot.got[0]
    text = body["content"]["text"] if kind == "feishu" else body["text"]["content"]
    assert len(text.encode()) <= MOST_BYTES[kind] and text.startswith("标题\n第 0 行")
    assert "见报告" in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("kind", "refuse"), [("dingtalk", [130101]), ("feishu", [11232, 503]), ("wecom", [45009, 429])]
)
def test_too_fast_is_tried_again_with_longer_waits(robot: Robot, kind: str, refuse: list[int]) -> None:
    robot.refuse = [*refuse]
    waits: list[float] = []
    [sent] = send_all(LONG, (hook(robot, kind),), waits.append)
    assert (sent.ok, sent.tries) == (True, len(refuse) + 1)
    assert waits[1:] == sorted(waits[1:]) and waits[1] >= 2.5


def test_a_wrong_secret_is_told_at_once_and_stops_no_other(robot: Robot) -> None:
    hooks = (hook(robot, "dingtalk", "wrong"), hook(robot, "feishu", "wrong"), hook(robot, "wecom"))
    first, second, third = send_all(LONG, hooks, lambda _: None)
    assert (first.ok, first.tries, first.told) == (False, 1, "310000 sign not match")
    assert (second.ok, second.told) == (False, "19021 sign match fail")
    assert third.ok


def test_gives_up_after_a_few_tries_and_when_nobody_listens(robot: Robot) -> None:
    robot.refuse = [500] * 9
    [sent] = send_all(LONG, (hook(robot, "wecom"),), lambda _: None)
    assert (sent.ok, sent.tries, sent.told) == (False, TRIES, "HTTP 500")
    [sent] = send_all(LONG, (Webhook("wecom", "http://127.0.0.1:1/x"),), lambda _: None)
    assert not sent.ok and sent.told


def test_digest_of_a_release_names_no_buyer_and_no_words(tmp_path: Path) -> None:
    warehouse = sample_warehouse(tmp_path / "w", stores=3)
    made = digest(warehouse)
    assert made is not None
    text = made.text(100_000)
    assert "新增违规" in text and "24 小时内到期" in text
    breaches = pl.read_parquet(warehouse / "current" / "breaches.parquet")
    for column in ("order_id", "evidence_text", "matched_term", "agent_id"):
        for value in breaches[column].drop_nulls().unique():
            assert value not in text, column


def test_nothing_to_say_sends_nothing(robot: Robot) -> None:
    assert send_all(None, (hook(robot, "wecom"),), lambda _: None) == []
