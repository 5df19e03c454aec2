"""Why a row was quarantined, and how to mend it: one entry a reason, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """What is wrong with a row and the mend, in both languages."""

    code: str
    zh: str
    en: str
    mend_zh: str
    mend_en: str


_ALL = (
    Reason("missing_key", "缺少必填的编号或时间", "an id or time that must be there is missing",
           "在原后台补全该列后重新导出", "export again with this column filled"),
    Reason("lost_digits", "编号已丢失位数（被表格软件转成了数字）", "the id lost digits (a spreadsheet made a number of it)",
           "不要用表格软件另存；从后台重新导出原文件，或把该列设为文本", "export again and do not re-save in a spreadsheet, or keep the column as text"),
    Reason("bad_time", "认不出的时间", "not a time",
           "改成 2025-09-01 12:00:00 的写法后重新放入", "write it as 2025-09-01 12:00:00 and put the file back"),
    Reason("bad_money", "认不出的金额", "not an amount",
           "改成 1097.00 的写法后重新放入", "write it as 1097.00 and put the file back"),
    Reason("bad_number", "认不出的数字", "not a number",
           "改成普通数字后重新放入", "write a plain number and put the file back"),
    Reason("bad_bool", "认不出的是否", "not a yes or no",
           "改成 是 或 否 后重新放入", "write 是 or 否 and put the file back"),
    Reason("bad_date_order", "结束早于开始", "it ends before it starts",
           "核对两个时间后重新放入", "check both times and put the file back"),
    Reason("unknown_value", "该列出现了未登记的取值", "a value of this column is not in the layout",
           "在 platform_rules 对应的 exports.yaml 的 values 中登记该取值后重跑",
           "add the value under values in the pack's exports.yaml and run again"),
    Reason("ragged", "该行的列数多于表头（内容里有未加引号的分隔符）",
           "the row has more fields than the heading (a separator inside a field without quotes)",
           "给含分隔符的内容加上引号，或从后台重新导出", "quote the field that holds the separator, or export again"),
    Reason("not_a_message", "这一行不像任何一条消息", "the line belongs to no message",
           "复制聊天记录时从一条消息的第一行开始", "copy the chat from the first line of a message"),
    Reason("too_long", "单元格过大", "the cell is too large",
           "核对该单元格；单格不超过 1 MB", "check the cell; a cell holds at most 1 MB"),
)  # fmt: skip

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}
