"""Send the digest to chat robots of DingTalk, Feishu and WeCom: signed, sized, retried, never too often."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus
from urllib.request import Request, urlopen

from pipeline.config import Webhook
from pipeline.publish.digest import Digest

# bytes of text that each robot takes, with room for the envelope
MOST_BYTES = {"dingtalk": 18_000, "feishu": 18_000, "wecom": 2_000}
TRIES = 4
TIMEOUT_SECONDS = 10
# the robot's own codes: "too fast" is worth a wait, anything else is a wrong address, secret or word list
_TOO_FAST = {"dingtalk": {130101, 410100, 660026}, "feishu": {9499, 11232, 99991400}, "wecom": {45009, 45033}}


@dataclass(frozen=True)
class Sent:
    """What became of one robot's digest; `told` is its answer when it refused."""

    kind: str
    ok: bool
    tries: int
    told: str = ""


def send_all(
    digest: Digest | None, webhooks: tuple[Webhook, ...], sleep: Callable[[float], None] = time.sleep
) -> list[Sent]:
    """Send one digest to every robot; a robot that fails never fails the run, and stops no other."""
    if digest is None:
        return []
    return [_send(digest, webhook, sleep) for webhook in webhooks]


def _send(digest: Digest, webhook: Webhook, sleep: Callable[[float], None]) -> Sent:
    told = ""
    for attempt in range(1, TRIES + 1):
        # everyone's runs begin on the hour: spread the first try, and wait longer each time after
        sleep(random.uniform(0, 3) if attempt == 1 else random.uniform(0.5, 1) * 5 * 3 ** (attempt - 2))
        try:
            answer = _post(*_message(digest, webhook, int(time.time())))
        except HTTPError as error:
            told = f"HTTP {error.code}"
            if error.code != 429 and error.code < 500:
                return Sent(webhook.kind, False, attempt, told)
            continue
        except (URLError, OSError, ValueError) as error:
            told = str(getattr(error, "reason", error))
            continue
        code = answer.get("errcode", answer.get("code", answer.get("StatusCode", 0)))
        if code == 0:
            return Sent(webhook.kind, True, attempt)
        told = f"{code} {answer.get('errmsg', answer.get('msg', ''))}".strip()
        if code not in _TOO_FAST[webhook.kind]:
            return Sent(webhook.kind, False, attempt, told)
    return Sent(webhook.kind, False, TRIES, told)


def _message(digest: Digest, webhook: Webhook, now: int) -> tuple[str, dict[str, Any]]:
    """The address and body that the robot's platform asks for."""
    text = digest.text(MOST_BYTES[webhook.kind])
    if webhook.kind == "dingtalk":
        body: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
        return _dingtalk_url(webhook, now * 1000), body
    if webhook.kind == "wecom":
        return webhook.url, {"msgtype": "text", "text": {"content": text}}
    body = {"msg_type": "text", "content": {"text": text}}
    if webhook.secret:
        signed = hmac.new(f"{now}\n{webhook.secret}".encode(), b"", hashlib.sha256).digest()
        body |= {"timestamp": str(now), "sign": base64.b64encode(signed).decode()}
    return webhook.url, body


def _dingtalk_url(webhook: Webhook, now: int) -> str:
    if not webhook.secret:
        return webhook.url
    signed = hmac.new(webhook.secret.encode(), f"{now}\n{webhook.secret}".encode(), hashlib.sha256).digest()
    return f"{webhook.url}&timestamp={now}&sign={quote_plus(base64.b64encode(signed))}"


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = Request(
        url, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    )
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        told: Any = json.loads(answer.read() or b"{}")
    if not isinstance(told, dict):
        raise ValueError(f"answered {told!r:.80}")
    return told
