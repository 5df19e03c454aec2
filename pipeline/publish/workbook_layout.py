"""How the workbook looks and what its words mean: sheets, columns, formats, terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.tables import Column

CODES = {
    "confirmed": ("已确认", "confirmed"),
    "contingent": ("待定", "contingent"),
    "averted": ("已避免", "averted"),
    "yes": ("有金额", "priced"),
    "partly": ("部分有", "partly"),
    "no": ("无来源", "not priced"),
    "award": ("入账", "award"),
    "node": ("跨节点", "node"),
    "official": ("官方", "official"),
    "secondary": ("二手", "secondary"),
    "training": ("培训", "training"),
    "hearsay": ("传闻", "hearsay"),
}
WIDTHS = {
    "text": 16,
    "money": 14,
    "number": 10,
    "int": 9,
    "double": 10,
    "date": 12,
    "timestamp": 18,
    "bool": 10,
}
WIDE = {"reason_zh", "reason_en", "evidence_text", "zh", "en", "node_effect", "condition_zh", "condition_en"}


@dataclass(frozen=True)
class Sheet:
    title: tuple[str, str]
    table: str
    columns: tuple[str, ...]
    order: str


SHEETS = (
    Sheet(
        ("敞口明细", "Exposure"),
        "exposure",
        (
            "month",
            "store_id",
            "pack",
            "home",
            "rule_id",
            "concept",
            "certainty",
            "priced",
            "breaches",
            "money_low_cny",
            "money_high_cny",
            "points_class",
            "points_low",
            "points_high",
            "sanction",
            "sanction_days_low",
            "sanction_days_high",
            "gmv_at_risk_cny",
        ),
        "home desc, money_high_cny desc nulls last, store_id, pack, rule_id, month, certainty, points_class",
    ),
    Sheet(
        ("违规", "Breaches"),
        "breaches",
        (
            "occurred_at",
            "store_id",
            "pack",
            "rule_id",
            "certainty",
            "money_low_cny",
            "money_high_cny",
            "points_class",
            "points_high",
            "sanction",
            "agent_id",
            "order_id",
            "conversation_id",
            "matched_term",
            "evidence_text",
            "appeal_by",
            "grade",
            "reason",
            "breach_id",
        ),
        "money_high_cny desc nulls last, occurred_at desc, breach_id",
    ),
    Sheet(
        ("积分台账", "Points"),
        "points_ledger",
        (
            "occurred_at",
            "store_id",
            "pack",
            "points_class",
            "entry",
            "certainty",
            "points",
            "balance",
            "next_node",
            "headroom",
            "node_effect",
            "resets_on",
        ),
        "store_id, pack, points_class, certainty, occurred_at, entry",
    ),
    Sheet(
        ("接下来要做", "Due next"),
        "open_deadlines",
        (
            "due_at",
            "store_id",
            "what",
            "order_id",
            "conversation_id",
            "at_stake_low",
            "at_stake_high",
            "as_of",
        ),
        "due_at, store_id, rule_id, order_id",
    ),
)


FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15},
    "soft": {"font_color": "#656e7e", "text_wrap": True},
    "head": {"bold": True, "bg_color": "#1e2430",
             "font_color": "#ffffff", "valign": "vcenter", "text_wrap": True,
             "border": 1, "border_color": "#e6e3dc"},
    "text": {},
    "wrap": {"text_wrap": True},
    "money": {"num_format": "¥#,##0.00"},
    "number": {"num_format": "#,##0.##"},
    "int": {"num_format": "#,##0"},
    "double": {"num_format": "#,##0.00"},
    "date": {"num_format": "yyyy-mm-dd"},
    "timestamp": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "own": {"num_format": "¥#,##0.00", "bold": True, "border": 2, "border_color": "#1e2430"},
}  # fmt: skip


FORMATS |= {
    f"tag{fill}": {"bg_color": fill, "font_color": ink}
    for fill, ink in (("#fbeae6", "#b5382a"), ("#fdf3df", "#b7791f"))
}
WORDS = {
    "what": Column("what", "text", True, "要做什么", "what to do"),
    "reason": Column("reason", "text", True, "理由", "reason"),
}


TITLE = (
    "同一份聊天与订单，各平台规则下的金额上限（元）",
    "The same chat and orders under every platform's rules: money, high end (CNY)",
)
SUBTITLE = (
    "框线为本平台；空白为没有违规或没有来源给出金额；已确认与待定不相加",
    "Framed: own platform. Blank: no breach, or no source prices it. The two are never one sum.",
)
TERMS = (
    (
        ("已确认", "Confirmed"),
        "数据足以证明罚则的每个条件。",
        "The data prove every condition of the penalty.",
    ),
    (
        ("待定", "Contingent"),
        "还差一个条件（例如买家投诉）；若条件成立就要付这么多。",
        "A condition is open, such as a complaint; this is the cost if it comes true.",
    ),
    (
        ("下界、上界", "Low and high"),
        "来源留有余地或情节不详时的两端；空白是不详，不是 0。",
        "The ends of what sources leave open; blank is unknown, never 0.",
    ),
    (
        ("本平台", "Own platform"),
        "店铺所在平台的规则，会真正发生；其余平台仅作对照。",
        "Rules of the store's own platform really fall due; the others are for comparison.",
    ),
    (
        ("停售风险", "Sales at risk"),
        "停售类处置期间按日均支付额估算的少卖金额，与罚款分列，从不相加。",
        "Sales lost while a sanction stops them, at the store's mean daily amount; never added to fines.",
    ),
    (
        ("证据等级", "Grade"),
        "官方 > 二手 > 培训 > 传闻。",
        "official > secondary > training > hearsay.",
    ),
)

HEADINGS = {
    "pack": ("平台规则", "Judged by"),
    "home": ("本平台", "Own platform"),
    "concept": ("行为", "Behaviour"),
    "certainty": ("确定性", "Certainty"),
    "priced": ("有无金额", "Priced"),
    "sanction": ("处置", "Sanction"),
    "gmv_at_risk_cny": ("停售风险（元）", "Sales at risk (CNY)"),
    "entry": ("类型", "Entry"),
    "breach_id": ("违规编号", "Breach"),
    "month": ("月份", "Month"),
}
