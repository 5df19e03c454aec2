"""Print the explanation of one breach for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.lang import lang, say

Row = dict[str, Any]
_ROLES = {"buyer": ("买家", "buyer"), "agent": ("客服", "agent"), "robot": ("机器人", "robot"), "system": ("系统", "system")}
_TIMES = {
    "created_at": ("下单", "placed"), "paid_at": ("付款", "paid"), "promised_ship_at": ("承诺发货", "promised shipping"),
    "shipped_at": ("发货", "shipped"), "picked_up_at": ("揽收", "picked up"), "delivered_at": ("签收", "delivered"),
    "finished_at": ("完成", "finished"), "closed_at": ("关闭", "closed"),
}  # fmt: skip
_MET = {"yes": ("成立", "met"), "no": ("不成立", "not met"), "unknown": ("不能确定", "cannot be told")}
_SURE = {
    "confirmed": ("已确认", "confirmed"), "contingent": ("待定", "contingent"), "averted": ("已免除", "averted"),
    "yes": ("有价", "priced"), "partly": ("部分有价", "partly priced"), "no": ("没有来源写明数额", "no source states an amount"),
}  # fmt: skip
UNITS_SHOWN = 20


def lines_of(told: Row) -> Iterator[str]:
    """The explanation, line by line, in the chosen language."""
    breach, rule = told["breach"], told["rule"]
    yield f"{breach['breach_id']}  {breach['store_id']}  {breach['occurred_at']:%Y-%m-%d %H:%M:%S}"
    yield f"  {say(breach['reason_zh'], breach['reason_en'])}"
    yield ""
    yield from _section(say("规则（按当时的版本）", "the rule as written then"), _rule_lines(rule, breach))
    yield from _section(say("证据（已脱敏）", "evidence (masked)"), _evidence_lines(told))
    if "window" in told:
        yield from _section(say("窗口", "the window"), _window_lines(told["window"]))
    if told.get("counted"):
        yield from _section(say("数到的违规", "breaches counted"), _counted_lines(told["counted"]))
    yield from _section(say("所见的事实", "facts seen"), (line[lang()] for line in told["facts"]))
    yield from _section(say("处罚条件", "conditions"), _condition_lines(told))
    yield from _section(say("算术", "arithmetic"), (line[lang()] for line in told["arithmetic"]))
    sure = f"{say(*_SURE[breach['certainty']])}；{say(*_SURE[breach['priced']])}" if lang() == "zh" else f"{_SURE[breach['certainty']][1]}; {_SURE[breach['priced']][1]}"
    yield from _section(say("确定性", "certainty"), [sure, *(line[lang()] for line in told["certainty"])])
    yield from _section(say("出处", "sources"), _source_lines(told["statements"]))
    yield from _section(say("怎样能避免", "what would have avoided it"), (line[lang()] for line in told["avoid"]))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [line for line in lines if line]
    if listed:
        yield title
        yield from (f"  {line}" for line in listed)
        yield ""


def _rule_lines(rule: Row, breach: Row) -> Iterator[str]:
    yield f"{rule['rule_id']}  {say(rule['title_zh'], rule['title_en'])}  [{rule['version_id']}]"
    yield say(rule["text_zh"], rule["text_en"])
    since = rule["from_date"] or say("不详", "unknown")
    seen = say(f"，最早见于 {rule['first_seen']}", f", first seen {rule['first_seen']}") if rule["first_seen"] else ""
    until = "" if rule["effective_to"].year == 9999 else say(f"，至 {rule['effective_to']}（不含）", f", until {rule['effective_to']} (exclusive)")
    yield say(f"起效 {since}{seen}{until}", f"in force from {since}{seen}{until}")
    if not breach["version_certain"]:
        yield say("当日是否已适用这个版本不确定", "it is not certain that this version applied on the day")
    yield say(f"证据等级 {rule['grade']}", f"grade of the evidence: {rule['grade']}")
    if rule["assumed_zh"]:
        yield say(f"假定：{rule['assumed_zh']}", f"assumed: {rule['assumed_en']}")


def _evidence_lines(told: Row) -> Iterator[str]:
    evidence, breach = told["evidence"], told["breach"]
    for row in evidence["conversation"]:
        mark = ">" if row["in_evidence"] else " "
        who = say(*_ROLES.get(row["role"], (row["role"], row["role"]))) + (f" {row['agent_id']}" if row["agent_id"] else "")
        yield f"{mark} {row['sent_at']:%m-%d %H:%M:%S} {who}: {row['text'] if row['text'] is not None else '[' + row['kind'] + ']'}"
    if breach["order_id"]:
        times = [f"{say(*words)} {evidence['order'][name]:%Y-%m-%d %H:%M:%S}" for name, words in _TIMES.items() if evidence["order"].get(name)]
        yield say(f"订单 {breach['order_id']}", f"order {breach['order_id']}") + ("：" if times else "") + "，".join(times)
    for row in evidence["complaints"]:
        yield say(f"投诉 {row['complaint_id']}，{row['raised_at']}", f"complaint {row['complaint_id']}, {row['raised_at']}")
    for row in evidence["notices"]:
        yield say(f"平台通知 {row['notice_id']}，{row['issued_at']}", f"platform notice {row['notice_id']}, {row['issued_at']}")


def _window_lines(window: Row) -> Iterator[str]:
    yield f"{window['window_start']} – {window['window_end']} " + say(
        f"（不含末日）：计入 {window['units']}，达标 {window['ok_units']}，排除 {window['excluded_units']}",
        f"(end exclusive): counted {window['units']}, ok {window['ok_units']}, excluded {window['excluded_units']}",
    )
    yield say(window["reason_zh"], window["reason_en"])
    for row in window["excluded"]:
        yield say(f"排除 {row['reason']}：{row['units']}", f"excluded, {row['reason']}: {row['units']}")
    for row in window["days"]:
        yield f"{row['day']}  {row['ok_units']}/{row['units']}"
    units = window.get("units_to_mend") or []
    if units:
        yield say(f"不达标的单位（共 {len(units)} 个，最差在前）", f"failing units ({len(units)} in all, the worst first)")
    for row in units[:UNITS_SHOWN]:
        value = say("没有完成", "never done") if row["value"] is None else f"{row['value']:g}"
        who = row["order_id"] or row["conversation_id"] or row["unit_id"]
        yield f"  {row['occurred_at']:%Y-%m-%d %H:%M:%S} {who} {row['agent_id'] or ''} {value}"
    if len(units) > UNITS_SHOWN:
        yield say("  其余用 --json 列出", "  the rest with --json")


def _counted_lines(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        yield f"{row['occurred_at']:%Y-%m-%d} {row['rule_id']} {row['breach_id'][:12]}  {say(row['reason_zh'], row['reason_en'])}"


def _condition_lines(told: Row) -> Iterator[str]:
    for row in told["conditions"]:
        when = say(row["when_zh"] or "无条件", row["when_en"] or "no condition")
        taken = f" → {say(*_SURE[row['certainty']])}" if row["certainty"] else ""
        yield f"{row['penalty']}. {when}: {say(*_MET[row['met']])}{taken}"
    ways = {"first": ("取第一个成立的", "the first that holds"), "one_of": ("择一", "one of them"), "heaviest": ("取最重的", "the heaviest")}
    if told["pick"] in ways and len(told["conditions"]) > 1:
        yield say(*ways[told["pick"]])


def _source_lines(statements: list[Row]) -> Iterator[str]:
    for row in statements:
        supports = ", ".join(row["supports"])
        locator = f" · {row['locator']}" if row["locator"] else ""
        yield f"{row['evidence_id']} ({row['grade']}{locator}) {say(row['statement_zh'], row['statement_en'])} [{supports}]"
        for document in row["documents"]:
            yield f"    {document['source_id']} {say(document['title_zh'], document['title_en'])} {' '.join(document['urls'] or [])}"
