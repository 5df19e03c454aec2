"""Put the steps from a breach to its cost into words, both languages side by side."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Words = dict[str, str]
UNKNOWN = {"zh": "不详", "en": "unknown"}
_KINDS = {
    "money": ("金额", "money"), "points": ("积分", "points"), "sanction": ("处置", "sanction"),
    "warning": ("警告", "warning"), "score": ("扣评分", "score"),
}  # fmt: skip
_BASES = {
    "paid_cny": ("实付", "paid"), "goods_cny": ("货款", "goods"), "freight_cny": ("运费", "freight"), "deposit_cny": ("定金", "deposit"),
}  # fmt: skip
_PER = {
    "order": ("每单", "per order"), "day": ("每日", "a day"), "week": ("每周", "a week"), "month": ("每月", "a month"),
    "year": ("每年", "a year"), "7d": ("任意 7 天", "in any 7 days"), "30d": ("任意 30 天", "in any 30 days"),
}  # fmt: skip
_FACTS = {
    "paid_cny": ("实付（元）", "paid, yuan"), "goods_cny": ("货款（元）", "goods, yuan"), "deposit_cny": ("定金（元）", "deposit, yuan"),
    "promise_hours": ("承诺发货（小时）", "shipping promise, hours"), "severity": ("情节", "severity"), "value": ("观测值", "value observed"),
    "supply_type": ("供货类型", "supply type"), "category": ("类目", "category"), "is_presale": ("预售", "pre-sale"),
    "is_custom": ("定制", "custom made"), "units": ("计入单位数", "units counted"), "failing_units": ("不达标单位数", "failing units"),
    "failing_share": ("不达标率", "failing share"),
}  # fmt: skip
_NTH = {
    "nth_year": ("当年第几次", "n-th in the calendar year"), "nth_month": ("当月第几次", "n-th in the calendar month"),
    "nth_30d": ("30 天内第几次", "n-th within 30 days"), "nth_7d": ("7 天内第几次", "n-th within 7 days"),
}  # fmt: skip


def fact_words(base: Row, nth: Row, complained: Sequence[Row]) -> list[Words]:
    """The facts that conditions were held against, as seen; what is absent was not seen."""
    seen = [(words, base[name]) for name, words in _FACTS.items() if base.get(name) is not None]
    seen += [(("第几次", "count"), base["given_nth"])] if base["given_nth"] else [(words, nth[name]) for name, words in _NTH.items() if nth[name] is not None]
    lines = [{"zh": f"{zh}：{_shown(value)}", "en": f"{en}: {_shown(value)}"} for (zh, en), value in seen]
    lines += [{"zh": f"已有投诉 {row['complaint_id']}", "en": f"complaint {row['complaint_id']} on file"} for row in complained]
    if not complained:
        lines.append({"zh": "没有见到投诉", "en": "no complaint on file"})
    return lines


def effect_words(row: Row) -> Iterator[Words]:
    """One effect from the rule's number to the amount before caps: base, rate, minimum, maximum, rounding."""
    for end, name in _ends(row):
        if row["kind"] not in ("money", "points"):
            days = "" if row.get(end) is None else f" {_num(row[end])} "
            until = row.get("until") or ""
            yield _line(row, name, f"{row['code'] or ''}{days}{'天' if days else ''}{until}", f"{row['code'] or ''}{days}{'days' if days else ''}{until}")
            continue
        stated = row[f"stated_{end}"]
        if stated is None:
            yield _line(row, name, "数额没有来源写明：不详", "no source states the amount: unknown")
            continue
        if not row["is_rate"]:
            steps = [_num(stated)]
            value: Decimal | None = stated
        else:
            base = row["base_cny"]
            zh, en = _BASES.get(row["base"], (row["base"], row["base"]))
            if base is None:
                yield _line(row, name, f"{_percent(stated)} × {zh}（不详）：不详", f"{_percent(stated)} × {en} (unknown): unknown")
                continue
            value = stated * base
            steps = [f"{_percent(stated)} × \0{zh}\0{en}\0 {_num(base)} = {_num(value)}"]
        for bound, way in (("min", max), ("max", min)):
            if value is not None and row.get(f"has_{bound}"):
                limit = row[f"{bound}_{end}"]
                value = None if limit is None else way(value, limit)
                steps.append(f"\0{'最低' if bound == 'min' else '最高'}\0{bound}\0 {_num(limit)} → {_num(value)}")
        if value is not None and row["kind"] == "money" and row[end] is not None and row[end] != value:
            steps.append(f"\0四舍五入到分\0rounded half up\0 {_num(row[end])}")
        zh_text, en_text = (_side("；".join(steps), 0), _side("; ".join(steps), 1))
        yield _line(row, name, zh_text, en_text)


def sum_words(row: Row, caps: Sequence[Row]) -> Iterator[Words]:
    """What caps and meeting rules leave of a breach's effect of one kind."""
    if row["kind"] not in ("money", "points"):
        return
    of_it = [cap for cap in caps if row["penalty"] in (0, cap["penalty"]) and cap["cap_of"] in ("times", row["kind"])]
    for cap in of_it:
        zh, en = _PER.get(cap["per"], (cap["per"], cap["per"]))
        unit_zh, unit_en = _KINDS.get(cap["cap_of"], ("次数", "times"))
        limit = _range(cap["low"], cap["high"])
        yield {
            "zh": f"封顶：{unit_zh}{zh}至多 {limit}（{'超出部分不计' if cap['mode'] == 'clip' else '越顶的一次不计'}）",
            "en": f"cap: {unit_en} at most {limit} {en} ({'cut to what is left' if cap['mode'] == 'clip' else 'the one past it does not count'})",
        }
    before, after = _range(row["uncapped_low"], row["uncapped_high"]), _range(row["capped_low"], row["capped_high"])
    met = _range(row["low"], row["high"])
    kind_zh, kind_en = _KINDS[row["kind"]]
    what = row["code"] or row["currency"] or ""
    if of_it or before != after:
        yield {"zh": f"{kind_zh} {what}：封顶前 {before}，计入 {after}", "en": f"{kind_en} {what}: {before} before caps, {after} counted"}
    if met != after:
        yield {
            "zh": f"同一订单或同日另有规则更重：{after} → {met}", "en": f"a dearer rule meets it on the same order or day: {after} → {met}",
        }  # fmt: skip
    yield {"zh": f"{kind_zh} {what} 合计 {met}（{_sure(row['certainty'], 0)}）", "en": f"{kind_en} {what} in all {met} ({_sure(row['certainty'], 1)})"}


def certainty_words(breach: Row, version: Row, tests: Sequence[Row], state: Row) -> list[Words]:
    """Why the breach is confirmed, contingent or averted."""
    why: list[Words] = []
    if state["overridden"]:
        why.append({"zh": "同一订单适用另一条规则，本条让位", "en": "another rule holds for this order, this one gives way"})
    if state["gate"] == 0:
        why.append({"zh": "店铺未越过本条的门槛，单笔不罚", "en": "the shop is below the rule's gate, single orders are not priced"})
    if state["gate"] == 1:
        why.append({"zh": "是否越过本条的门槛不能确定", "en": "whether the shop crossed the rule's gate cannot be told"})
    if state["unsettled"]:
        why.append(
            {
                "zh": "窗口未完、界限有区间或店铺是否适用不详，结论未定",
                "en": "not settled: the window is open, the limit a range, or whether the rule binds the shop is unknown",
            }
        )
    if version["suspended_from"] and version["suspended_from"] <= breach["day"]:
        ended = version["suspended_to"] and version["suspended_to"] <= breach["day"]
        if not ended:
            until = version["suspended_to"] or "不详"
            why.append({"zh": f"处罚暂停中，至 {until}", "en": f"penalties suspended until {version['suspended_to'] or 'unknown'}"})
    why += [
        {
            "zh": f"处罚 {row['penalty']} 的条件不能确定或仍可能发生：{row['when_zh']}",
            "en": f"penalty {row['penalty']}: cannot be told, or may still come true: {row['when_en']}",
        }
        for row in tests
        if row["met"] == 1
    ]
    possible = [row for row in tests if row["met"] != 0]
    if version["pick"] == "one_of" and len(possible) > 1:
        why.append({"zh": f"{len(possible)} 种处罚择一，不知是哪种", "en": f"one of {len(possible)} penalties, not known which"})
    if tests and not possible:
        why.append({"zh": "没有一项处罚的条件成立", "en": "no penalty's condition holds"})
    if not tests:
        why.append({"zh": "来源没有写处罚", "en": "no source states a penalty"})
    if not why and breach["certainty"] == "confirmed":
        why.append({"zh": "数据证明了全部条件", "en": "the data prove every condition"})
    return why


def avoidance(breach: Row, version: Row, told: Row) -> list[Words]:
    """What would have kept the rule: by when, with what, or how many units more."""
    found: list[Words] = []
    window = told.get("window")
    params = json.loads(version["params"])
    if window and window["threshold"] is not None and window["op"] in ("ge", "gt") and window["units"]:
        needed = math.ceil(float(window["threshold"]) * window["units"] - 1e-9) + (window["op"] == "gt")
        short = max(needed - window["ok_units"], 0)
        if 0 <= float(window["threshold"]) <= 1 and short:
            found.append(
                {
                    "zh": f"窗口内再有 {short} 个单位达标（{window['ok_units']} → {needed}，共 {window['units']}）",
                    "en": f"{short} more units kept in the window ({window['ok_units']} → {needed} of {window['units']})",
                }
            )
    order = told["evidence"]["order"]
    limit = params.get("limit_hours")
    start = {"paid": "paid_at", "uploaded": "shipped_at", "created": "created_at"}.get(params.get("clock_start", ""))
    if order and start and order.get(start) and version["measure"] == "shipment":
        promised = order.get("promised_ship_at") if str(params.get("limit", "")).startswith("promised") else None
        if promised or _is_number(limit):
            due = promised or order[start] + timedelta(hours=float(limit))
            what = {"upload": ("上传运单", "upload the waybill"), "pickup": ("让快递揽收", "have it picked up")}.get(
                params.get("event", ""), ("发货并揽收", "ship and have it picked up")
            )
            found.append({"zh": f"在 {due:%Y-%m-%d %H:%M} 前{what[0]}", "en": f"{what[1]} by {due:%Y-%m-%d %H:%M}"})
    if _is_number(params.get("within_seconds")):
        seconds = params["within_seconds"]
        found.append({"zh": f"每次在 {seconds} 秒内回复", "en": f"reply within {seconds} seconds each time"})
    if _is_number(params.get("within_hours")):
        found.append({"zh": f"在 {params['within_hours']} 小时内办妥", "en": f"have it done within {params['within_hours']} hours"})
    if breach["matched_term"]:
        found.append(
            {
                "zh": f"不说“{breach['matched_term']}”；发出前用 guize text 检查话术",
                "en": f"not saying “{breach['matched_term']}”; check replies with guize text before they are sent",
            }
        )
    if told.get("awards"):
        found.append({"zh": "少记任何一笔上列积分，使余额低于节点", "en": "any of the awards above fewer, so that the balance stays below the node"})
    if told.get("counted"):
        found.append({"zh": "避免上列任何一次，次数就少一次", "en": "any of the counted breaches above avoided is one fewer"})
    return found or [{"zh": f"遵守规则：{version['text_zh']}", "en": f"keeping the rule: {version['text_en']}"}]


def _ends(row: Row) -> list[tuple[str, str]]:
    same = all(row.get(f"{name}low") == row.get(f"{name}high") for name in ("", "stated_", "min_", "max_"))
    return [("low", "")] if same else [("low", "low"), ("high", "high")]


def _line(row: Row, name: str, zh: str, en: str) -> Words:
    kind_zh, kind_en = _KINDS.get(row["kind"], (row["kind"], row["kind"]))
    currency = row.get("currency") or ""
    what = currency or (row["code"] or "" if row["kind"] == "points" else "")
    end = {"low": ("下界", "low"), "high": ("上界", "high"), "": ("", "")}[name]
    form_zh, form_en = (f"（{row['form']}）", f" ({row['form']})") if row.get("form") else ("", "")
    return {
        "zh": f"处罚 {row['penalty']} {kind_zh} {what}{form_zh}{end[0]}：{zh}",
        "en": f"penalty {row['penalty']} {kind_en} {what}{form_en} {end[1]}: {en}".replace("  ", " ").replace(" :", ":"),
    }


def _side(text: str, side: int) -> str:
    """One language of a text whose words stand as \\0zh\\0en\\0."""
    parts = text.split("\0")
    return "".join(part for place, part in enumerate(parts) if place % 3 == 0 or place % 3 == 1 + side)


def _sure(certainty: str, side: int) -> str:
    return {"confirmed": ("已确认", "confirmed"), "contingent": ("待定", "contingent"), "averted": ("已免除", "averted")}[certainty][side]


def _range(low: Any, high: Any) -> str:
    return _num(low) if low == high else f"{_num(low)}–{_num(high)}"


def _num(value: Any) -> str:
    if value is None:
        return "?"
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(value: Decimal) -> str:
    return f"{_num(value * 100)}%" if value <= 1 else f"{_num(value)}"


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else _num(value) if isinstance(value, Decimal) else str(value)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
