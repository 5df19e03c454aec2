"""Every table of the warehouse, described once: columns, types, grain and meaning in both languages.

The data dictionary (warehouse/README.md), the Parquet schemas, the empty views, the comments in
PostgreSQL and the quality checks all derive from here. A column line reads
``name | type | Chinese meaning | English meaning``; a ``!`` before the type says never null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

Zone = Literal["facts", "rules", "state", "marts"]

# name in the column lines -> DuckDB type
SQL_TYPES = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "money": "DECIMAL(18,2)",
    "number": "DECIMAL(18,6)",
    "texts": "VARCHAR[]",
}


@dataclass(frozen=True)
class Column:
    """One column: its type is a key of SQL_TYPES."""

    name: str
    type: str
    required: bool
    zh: str
    en: str

    @property
    def sql_type(self) -> str:
        """The column's type in DuckDB."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One table: zone, grain and columns, in the order in which they are written."""

    name: str
    zone: Zone
    grain_zh: str
    grain_en: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [column.name for column in self.columns]

    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema with which the table is written."""
        import pyarrow as pa

        arrow = {
            "text": pa.string(), "int": pa.int64(), "double": pa.float64(), "bool": pa.bool_(),
            "timestamp": pa.timestamp("us"), "date": pa.date32(), "money": pa.decimal128(18, 2),
            "number": pa.decimal128(18, 6), "texts": pa.list_(pa.string()),
        }  # fmt: skip
        return pa.schema([pa.field(column.name, arrow[column.type]) for column in self.columns])

    def polars_schema(self) -> pl.Schema:
        """The polars schema of the same table."""
        import polars as pl

        types: dict[str, pl.DataType] = {
            "text": pl.String(), "int": pl.Int64(), "double": pl.Float64(), "bool": pl.Boolean(),
            "timestamp": pl.Datetime("us"), "date": pl.Date(), "money": pl.Decimal(18, 2),
            "number": pl.Decimal(18, 6), "texts": pl.List(pl.String()),
        }  # fmt: skip
        return pl.Schema({column.name: types[column.type] for column in self.columns})

    def empty_select(self) -> str:
        """A SELECT that yields the table's columns and no row, for tables nothing was written to."""
        columns = ", ".join(f"cast(null as {column.sql_type}) as {column.name}" for column in self.columns)
        return f"select {columns} where false"


def arrow_table(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    """The rows as an Arrow table; keys that a row lacks are null.

    By way of polars: pyarrow would import pandas to look at Python lists, which costs a run a third of a second.
    """
    import polars as pl

    frame = pl.DataFrame(rows, schema=pl.Schema(schema))
    return frame.to_arrow().cast(schema)


def _table(name: str, zone: Zone, grain_zh: str, grain_en: str, lines: str) -> Table:
    columns = []
    for line in filter(str.strip, lines.splitlines()):
        column, kind, zh, en = (part.strip() for part in line.split("|"))
        columns.append(Column(column, kind.lstrip("!"), kind.startswith("!"), zh, en))
    return Table(name, zone, grain_zh, grain_en, tuple(columns))


_SOURCE = """
source_file | !text | 来源文件（相对导出目录） | source file, relative to the exports folder
source_row | !int | 来源行号，从 1 数，含表头 | row in the source file, from 1, heading included
ingested_run | !text | 写入该行的运行 | the run that wrote the row
"""
_STORE = """
store_id | !text | 店铺编号：平台/店铺文件夹 | store: platform/store folder
platform | !text | 店铺所在平台代码 | judging code of the store's platform
"""

FACTS: tuple[Table, ...] = (
    _table("stores", "facts", "一行一个店铺", "one row per store", _STORE + """
name | text | 店名 | name
store_group | text | 商家自定的分组 | the merchant's own grouping
opened_on | date | 开店日期 | opened on
seller_type | text | 卖家类型（如专业卖家） | seller type (such as professional)
shop_type | text | 店铺类型（如旗舰店） | shop type (such as flagship)
category | text | 主营类目 | main category
"""),
    _table("orders", "facts", "一行一个订单", "one row per order", _STORE + """
order_id | !text | 平台订单号 | the platform's order number
buyer_key | text | 买家标识（HMAC） | buyer (HMAC)
status | text | 状态：unpaid、to_ship、shipped、done、closed | unpaid, to_ship, shipped, done, closed
created_at | timestamp | 下单时间 | placed at
paid_at | timestamp | 付款时间 | paid at
promised_ship_at | timestamp | 承诺发货时间 | promised shipping time
shipped_at | timestamp | 发货（上传运单）时间 | shipped (waybill uploaded) at
picked_up_at | timestamp | 揽收时间 | picked up by the carrier at
delivered_at | timestamp | 签收时间 | delivered at
finished_at | timestamp | 确认收货或交易成功时间 | receipt confirmed at
closed_at | timestamp | 关闭时间 | closed at
closed_by | text | 关闭方：buyer、seller、system、platform | closed by: buyer, seller, system, platform
close_reason | text | 关闭原因原文 | reason for closing as written
paid_cny | money | 买家实付（元，含运费） | paid by the buyer in yuan, freight included
goods_cny | money | 货款（元） | goods in yuan
freight_cny | money | 运费（元） | freight in yuan
deposit_cny | money | 定金（元） | deposit in yuan
quantity | int | 件数 | number of pieces
payment_method | text | 支付方式原文 | payment method as written
is_cash_on_delivery | bool | 是否货到付款 | cash on delivery
is_presale | bool | 是否预售 | pre-sale
is_custom | bool | 是否定制 | custom made
supply_type | text | 供货类型：spot、direct_mail、direct_supply | spot, direct_mail, direct_supply
category | text | 商品类目 | category
province | text | 收货省 | province
city | text | 收货市 | city
tracking_no | text | 运单号 | waybill number
exported_at | timestamp | 该行最新说法的导出时间 | export time of the newest statement of the row
""" + _SOURCE),
    _table("order_items", "facts", "一行一个订单商品行", "one row per item of an order", _STORE + """
order_id | !text | 订单号 | order number
item_no | !text | 子订单号或行序号 | sub-order number or position
item_name | text | 商品名 | item name
sku | text | 规格或编码 | specification or code
quantity | int | 件数 | pieces
price_cny | money | 单价（元） | unit price in yuan
item_cny | money | 行金额（元） | amount of the row in yuan
created_at | timestamp | 下单时间 | placed at
""" + _SOURCE),
    _table("shipments", "facts", "一行一个包裹", "one row per parcel", _STORE + """
order_id | !text | 订单号 | order number
tracking_no | text | 运单号，物流文件未给则空 | waybill number, null when the file has none
carrier | text | 快递公司 | carrier
shipped_at | timestamp | 发货时间 | shipped at
picked_up_at | timestamp | 揽收时间 | picked up at
delivered_at | timestamp | 签收时间 | delivered at
created_at | timestamp | 下单时间 | order placed at
""" + _SOURCE),
    _table("tracking_events", "facts", "一行一条物流轨迹", "one row per tracking event", _STORE + """
order_id | !text | 订单号 | order number
tracking_no | text | 运单号 | waybill number
happened_at | !timestamp | 发生时间 | happened at
event | !text | 事件：picked_up、moved、out_for_delivery、delivered、exception | picked_up, moved, out_for_delivery, delivered, exception
city | text | 所在城市 | city
""" + _SOURCE),
    _table("aftersales", "facts", "一行一个售后单", "one row per after-sales request", _STORE + """
aftersale_id | !text | 售后单号 | request number
order_id | text | 订单号 | order number
kind | text | 类型：refund_only、return_refund、exchange、repair、other | refund_only, return_refund, exchange, repair, other
stage | text | 发起时货物状态：not_shipped、shipped、received、returned | not_shipped, shipped, received, returned
status | text | 状态：open、agreed、refunded、closed、rejected | open, agreed, refunded, closed, rejected
requested_at | timestamp | 申请时间 | requested at
first_handled_at | timestamp | 商家首次处理时间 | first handled by the seller at
agreed_at | timestamp | 同意时间 | agreed at
returned_shipped_at | timestamp | 买家寄回时间 | returned by the buyer at
returned_received_at | timestamp | 商家收到退货时间 | return received at
refunded_at | timestamp | 退款时间 | refunded at
closed_at | timestamp | 关闭时间 | closed at
refund_cny | money | 退款金额（元） | refund in yuan
reason | text | 原因原文 | reason as written
platform_involved | bool | 平台是否介入 | the platform stepped in
liable | text | 判责：seller、buyer、platform、carrier | found liable: seller, buyer, platform, carrier
exported_at | timestamp | 该行最新说法的导出时间 | export time of the newest statement of the row
""" + _SOURCE),
    _table("complaints", "facts", "一行一个投诉", "one row per complaint", _STORE + """
complaint_id | !text | 投诉编号 | complaint number
order_id | text | 订单号 | order number
buyer_key | text | 买家标识（HMAC） | buyer (HMAC)
concept | text | 所诉事项（概念编号） | what it is about (concept id)
is_regulator | bool | 是否监管投诉 | raised through a regulator
raised_at | timestamp | 提出时间 | raised at
accepted_at | timestamp | 受理时间 | accepted at
handled_at | timestamp | 首次处理时间 | first handled at
closed_at | timestamp | 结案时间 | closed at
upheld | bool | 是否成立 | upheld
closing | text | 结案方式：regular、irregular | how it was closed: regular, irregular
exported_at | timestamp | 该行最新说法的导出时间 | export time of the newest statement of the row
""" + _SOURCE),
    _table("complaint_followups", "facts", "一行一次投诉跟进", "one row per follow-up of a complaint", _STORE + """
complaint_id | !text | 投诉编号 | complaint number
followed_at | !timestamp | 跟进时间 | followed up at
agent_id | text | 客服 | agent
note | text | 内容（已脱敏） | text (masked)
""" + _SOURCE),
    _table("conversations", "facts", "一行一次会话", "one row per conversation", _STORE + """
conversation_id | !text | 会话编号 | conversation
buyer_key | text | 买家标识（HMAC） | buyer (HMAC)
started_at | !timestamp | 第一条消息时间 | first message at
ended_at | !timestamp | 最后一条消息时间 | last message at
messages | !int | 消息数 | messages
agent_id | text | 首位人工客服 | first human agent
agents | !int | 人工客服数 | human agents
order_id | text | 关联订单号 | order it is about
is_offline_message | bool | 是否离线留言 | left as an offline message
transferred_to_human_at | timestamp | 转人工时间 | moved to a person at
""" + _SOURCE),
    _table("messages", "facts", "一行一条消息，按会话、时间、序号排序", "one row per message, sorted by conversation, time, seq", _STORE + """
message_id | !text | 消息编号 | message
conversation_id | !text | 会话编号 | conversation
seq | !int | 会话内序号，从 1 数 | position in the conversation, from 1
round | !int | 买家轮次：买家连续发言为一轮，从 1 数；首位买家之前为 0 | the buyer's turn, from 1; 0 before the buyer's first message
sent_at | !timestamp | 发送时间 | sent at
role | !text | 说话人：buyer、agent、robot、system | buyer, agent, robot, system
assisted | bool | 人工接待中由辅助机器人发出 | sent by an assist robot inside the human stage
agent_id | text | 客服账号 | agent's account
buyer_key | text | 买家标识（HMAC） | buyer (HMAC)
kind | !text | 类型：text、image、video、product_card、order_card、file、recall | text, image, video, product_card, order_card, file, recall
text | text | 内容（已脱敏） | text (masked)
pii_kinds | texts | 被遮盖的个人信息种类 | kinds of personal data that were masked
order_id | text | 关联订单号 | order it is about
""" + _SOURCE),
    _table("asks", "facts", "一行一条买家消息，带到各类回复的等待秒数；存于提问所在月", "one row per buyer message with its waits; kept in the month in which it was asked", _STORE + """
message_id | !text | 买家消息编号 | the buyer's message
conversation_id | !text | 会话编号 | conversation
buyer_key | text | 买家标识（HMAC） | buyer (HMAC)
asked_at | !timestamp | 提问时间 | asked at
day | !date | 提问日 | day of asking
minute_of_day | !int | 提问在一天中的分钟，0 至 1439 | minute of the day, 0 to 1439
session_started_at | !timestamp | 会话第一条买家消息时间 | first buyer message of the conversation
round | !int | 轮次 | the buyer's turn
opens_round | !bool | 是否本轮第一条 | first message of its turn
opens_session | !bool | 是否会话第一条买家消息 | first buyer message of the conversation
kind | !text | 消息类型 | kind of message
wait_human_seconds | double | 到下一条人工消息的秒数；无则空 | seconds to the next message of a person; null if none
wait_assisted_seconds | double | 到下一条人工或辅助机器人消息的秒数 | … of a person or assist robot
wait_any_seconds | double | 到下一条人工、辅助或机器人消息的秒数 | … of a person, assist robot or robot
human_at | timestamp | 下一条人工消息的时间 | time of the next message of a person
agent_id | text | 接待账号：应答者，无人应答则为当时所分配的账号 | the agent that answered, else the one assigned
transferred_at | timestamp | 人工应答之前最近一次转人工的时间；无人应答则为提问之前最近一次 | last transfer before the person's answer; before the question when nobody answered
reached_human | !bool | 会话是否曾有人工 | the conversation reached a person
is_offline_message | bool | 是否离线留言 | left as an offline message
next_is_robot | !bool | 本轮只有机器人回答 | the turn was answered by a robot alone
order_id | text | 关联订单号 | order it is about
"""),
    _table("hits", "facts", "一行一次词库命中", "one row per match of a lexicon", _STORE + """
message_id | !text | 消息编号 | message
conversation_id | !text | 会话编号 | conversation
sent_at | !timestamp | 发送时间 | sent at
role | !text | 说话人 | who spoke
agent_id | text | 客服账号 | agent's account
lexicon | !text | 词库 | lexicon
category | text | 词库内的分类 | category within the lexicon
term | !text | 词条 | term of the lexicon
tier | !text | 级别：forbidden、sensitive、allowed_with_proof；该说的话为 wanted | forbidden, sensitive, allowed_with_proof; wanted for wording that ought to be said
start | !int | 起点（字符，从 0 数） | first character, from 0
end | !int | 终点（不含） | end, exclusive
matched_text | !text | 命中的原文（已脱敏） | text matched (masked)
whole_message | !bool | 是否整条消息 | the match is the whole message
"""),
    _table("promises", "facts", "一行一句客服承诺", "one row per promise of an agent", _STORE + """
message_id | !text | 消息编号 | message
conversation_id | !text | 会话编号 | conversation
sent_at | !timestamp | 发送时间 | sent at
agent_id | text | 客服账号 | agent's account
about | !text | 承诺何事：ship、refund、reship、compensation、invoice、callback | ship, refund, reship, compensation, invoice, callback
due_at | !timestamp | 按句中说法推算的期限 | due by the sentence's own date arithmetic
phrase | !text | 原话（已脱敏） | the words (masked)
"""),
    _table("agent_status", "facts", "一行一段客服状态", "one row per span of an agent's status", _STORE + """
agent_id | !text | 客服账号 | agent's account
status | !text | 状态：online、busy、rest、offline | online, busy, rest, offline
started_at | !timestamp | 开始 | from
ended_at | !timestamp | 结束（不含） | to, exclusive
""" + _SOURCE),
    _table("reviews", "facts", "一行一条商品评价", "one row per review", _STORE + """
review_id | !text | 评价编号 | review
order_id | text | 订单号 | order number
reviewed_at | !timestamp | 评价时间 | reviewed at
stars | int | 星级 1 至 5 | stars, 1 to 5
text | text | 内容（已脱敏） | text (masked)
replied_at | timestamp | 商家回复时间 | answered by the seller at
reply_text | text | 商家回复（已脱敏） | the seller's answer (masked)
exported_at | timestamp | 该行最新说法的导出时间 | export time of the newest statement of the row
""" + _SOURCE),
    _table("ratings", "facts", "一行一次会话评分", "one row per rating of a conversation", _STORE + """
rating_id | !text | 评分编号 | rating
conversation_id | text | 会话编号 | conversation
agent_id | text | 客服账号 | agent's account
rated_at | !timestamp | 评分时间 | rated at
card_sent_at | timestamp | 评价卡发送时间 | rating card sent at
score | int | 分值 1 至 5 | score, 1 to 5
reason | text | 原因 | reason
served_by | text | 接待方：human、robot | served by: human, robot
""" + _SOURCE),
    _table("blocks", "facts", "一行一次拉黑或举报", "one row per block or report of a buyer", _STORE + """
block_id | !text | 编号 | id
buyer_key | text | 买家标识（HMAC） | buyer (HMAC)
agent_id | text | 客服账号 | agent's account
blocked_at | !timestamp | 时间 | at
kind | text | block 或 report | block or report
reason | text | 理由：fraud、spam、abuse、other | fraud, spam, abuse, other
upheld | bool | 举报是否成立 | the report was upheld
""" + _SOURCE),
    _table("listings", "facts", "一行一个在售商品的一次快照", "one row per listing and export", _STORE + """
item_id | !text | 商品编号 | item
captured_at | !timestamp | 快照时间 | as of
title | text | 标题 | title
detail_text | text | 详情文字 | text of the detail page
category | text | 类目 | category
price_cny | money | 标价（元） | price in yuan
lowest_sku_cny | money | 最低规格价（元） | lowest SKU price in yuan
freight_cny | money | 运费（元） | freight in yuan
free_shipping | bool | 是否包邮 | free shipping
stock | int | 库存 | stock
""" + _SOURCE),
    _table("platform_notices", "facts", "一行一条平台下达的处罚", "one row per penalty the platform issued", _STORE + """
notice_id | !text | 通知编号 | notice
issued_at | !timestamp | 下达时间 | issued at
rule_id | text | 对应规则 | rule it is about
concept | text | 概念编号 | concept id
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
severity | text | 情节 | severity
money_cny | money | 金额（元） | money in yuan
points_class | text | 积分类别 | points class
points | number | 积分 | points
sanction | text | 处置代码 | sanction code
days | int | 天数 | days
kind | text | warning、penalty、rectified | warning, penalty, rectified
""" + _SOURCE),
    _table("annotations", "facts", "一行一条质检结论", "one row per verdict of an inspector", _STORE + """
annotation_id | !text | 编号 | id
concept | !text | 概念编号 | concept id
conversation_id | text | 会话编号 | conversation
message_id | text | 消息编号 | message
order_id | text | 订单号 | order number
happened_at | !timestamp | 事情发生时间 | happened at
agent_id | text | 客服账号 | agent's account
passed | !bool | 是否合格 | passed
severity | text | 情节 | severity
annotator | text | 质检人或模型 | inspector or model
note | text | 说明（已脱敏） | note (masked)
""" + _SOURCE),
)

# Numbers of rules come as low and high: equal when one number is stated, apart when sources leave a range,
# both null when no source states it (unknown).
RULES: tuple[Table, ...] = (
    _table("rule_versions", "rules", "一行一个规则版本×判罚代码×轨道", "one row per rule version, judging code and track", """
version_id | !text | 版本编号：代码:规则#序号[@轨道] | version: code:rule#number[@track]
rule_id | !text | 规则编号 | rule
pack | !text | 判罚代码 | judging code
track | !text | 轨道：in_force、training、draft、trial | in_force, training, draft, trial
version_no | !int | 链内序号，从 1 数 | position in its chain, from 1
title_zh | !text | 名称 | title in Chinese
title_en | !text | 英文名称 | title
concept | !text | 概念编号 | concept id
relation | !text | 与概念的关系：exact、narrower、broader、related | exact, narrower, broader, related
kind | !text | prohibition、obligation、metric、guideline、ladder | prohibition, obligation, metric, guideline, ladder
from_date | date | 起效日，未知则空 | in force from; null when unknown
first_seen | date | 最早见到该文本的日期 | first date at which the text was seen
effective_from | !date | 判定用起日：起效日，否则首见日，首个版本为 1900-01-01 | first day judged by it
effective_to | !date | 判定用止日（不含），最后版本为 9999-12-31 | first day no longer judged by it
certain_from | !date | 从此日起版本确定 | from this day on the version is certain
binds_by | !text | 按何时刻适用：occurred_at、paid_at、created_at | occurred_at, paid_at, created_at
suspended_from | date | 处罚暂停起 | penalties suspended from
suspended_to | date | 处罚暂停止（不含），未知则空 | suspended until (exclusive); null when unknown
measure | text | 量法；没有则空 | measure, null if none
combo | text | 组合键；不经单位的量法为空 | combo key; null for measures without units
unit_of_count | text | 计数单位 | unit of count
judge_by | !text | each、share、mean、count | each, share, mean, count
window_kind | text | each 为空；day、week、month、rolling、calendar | null for each; day, week, month, rolling, calendar
window_days | int | 滚动窗口天数 | days of a rolling window
window_lag | int | 窗口滞后天数 | lag of a rolling window in days
calendar | text | 日历名（scope.period 或日历窗口） | calendar entry
gate | text | 门槛条件 JSON（窗口未过线则不罚单笔） | gate conditions as JSON
stores | text | 适用店铺条件 JSON | store conditions as JSON
undecided_zh | text | 参数未知且未假定而不能判的原因 | why it cannot be judged
undecided_en | text | 同上，英文 | why it cannot be judged
assumed_zh | text | 假定及理由 | what is assumed and why
assumed_en | text | 同上，英文 | what is assumed and why
assumed_fields | texts | 假定的字段 | fields that are assumed
grade | !text | 证据等级：official、secondary、training、hearsay | grade of the evidence
evidence_ids | texts | 证据编号 | evidence ids
params | !text | 参数 JSON（如所写） | parameters as written, JSON
scope | !text | 范围 JSON（如所写） | scope as written, JSON
judge | !text | 判定 JSON（如所写） | judge as written, JSON
penalties_zh | text | 处罚的一句话 | the penalties in one sentence, Chinese
penalties_en | text | 同上，英文 | the penalties in one sentence
pick | !text | 处罚取法：first、all、one_of、heaviest | how penalties are picked
text_zh | text | 规则的一句话 | the rule in one sentence, Chinese
text_en | text | 同上，英文 | the rule in one sentence
"""),
    _table("rule_combos", "rules", "一行一个版本对一个组合", "one row per version and combo", """
version_id | !text | 版本编号 | version
pack | !text | 判罚代码 | judging code
measure | !text | 量法 | measure
combo | !text | 组合键 | combo
shape | !text | 形状键 | shape
judge_by | !text | each、share、mean、count | each, share, mean, count
effective_from | !date | 起日 | from
effective_to | !date | 止日（不含） | to, exclusive
binds_by | !text | 按何时刻适用 | which time binds
"""),
    _table("bands", "rules", "一行一个档位", "one row per band of a version", """
version_id | !text | 版本编号 | version
band | !int | 档位序号，从 1 数，先中先得 | band, from 1; the first met counts
severity | !text | 情节 | severity
"""),
    _table("predicates", "rules", "一行一个条件", "one row per predicate of a condition", """
version_id | !text | 版本编号 | version
owner | !text | 所属：band、penalty、stores、orders、exempt、gate、reset | band, penalty, stores, orders, exempt, gate, reset
owner_no | !int | 所属序号，从 1 数 | number of its owner, from 1
alternative | !int | 第几个可选组（any），从 1 数 | alternative, from 1
predicate | !int | 组内序号，从 1 数 | position in the group, from 1
fact | !text | 事实 | fact
op | !text | lt、le、gt、ge、eq、in、every | lt, le, gt, ge, eq, in, every
low | number | 下界 | low end
high | number | 上界 | high end
members | texts | 取值（文字或真假） | members, for text and bool
in_window | text | nth 的期间 | window of nth
"""),
    _table("penalties", "rules", "一行一条处罚", "one row per penalty", """
version_id | !text | 版本编号 | version
penalty | !int | 序号，从 1 数 | number, from 1
per | !text | 每：unit、order、item、finding、window、crossing、breach | per unit, order, item, finding, window, crossing, breach
when_zh | text | 条件 | condition in Chinese
when_en | text | 条件英文 | condition
"""),
    _table("effects", "rules", "一行一项后果", "one row per effect of a penalty", """
version_id | !text | 版本编号 | version
penalty | !int | 处罚序号 | penalty
effect | !int | 序号，从 1 数 | number, from 1
kind | !text | points、money、sanction、warning、score | points, money, sanction, warning, score
code | text | 积分类别或处置代码 | points class or sanction code
low | number | 数额下界：分数、固定金额或比例 | amount, low: points, fixed money or rate
high | number | 数额上界 | amount, high
is_rate | !bool | 数额是比例 | the amount is a rate
base | text | 比例的基数列 | base of the rate
min_low | number | 最低额下界 | minimum, low
min_high | number | 最低额上界 | minimum, high
max_low | number | 最高额下界 | maximum, low
max_high | number | 最高额上界 | maximum, high
has_min | !bool | 有最低额（未知则两界为空） | a minimum is stated (null bounds: unknown)
has_max | !bool | 有最高额 | a maximum is stated
currency | text | CNY、jd_bean、tmall_point、yunzuan | CNY, jd_bean, tmall_point, yunzuan
payee | text | 付给：buyer、platform、unknown | paid to
form | text | 形式：cash、coupon、red_packet、jd_bean、tmall_point | form
days_low | number | 天数下界 | days, low
days_high | number | 天数上界 | days, high
until | text | 至何时为止 | until what
"""),
    _table("caps", "rules", "一行一个封顶", "one row per cap of a penalty", """
version_id | !text | 版本编号 | version
penalty | !int | 处罚序号 | penalty
cap | !int | 序号 | number
cap_of | !text | points、money、times | points, money, times
per | !text | order、day、week、30d、year、7d | order, day, week, 30d, year, 7d
low | number | 上限下界 | limit, low
high | number | 上限上界 | limit, high
mode | !text | clip 或 skip | clip or skip
"""),
    _table("ladders", "rules", "一行一个积分台账版本", "one row per version of a points ladder", """
version_id | !text | 版本编号 | version
pack | !text | 判罚代码 | judging code
points_class | !text | 积分类别 | points class
reset_at | text | 清零时点：calendar_year_end、none、unknown | resets at
reset_when_below | number | 低于多少才清零，空为一律清零 | reset only below; null: always
carry_unknown | !bool | 超过者如何结转不详 | how the rest is carried is unknown
"""),
    _table("recurrences", "rules", "一行一个被数的规则", "one row per rule that a recurrence counts", """
version_id | !text | 版本编号 | version
pack | !text | 判罚代码 | judging code
counted_rule_id | !text | 被数的规则 | rule that is counted
counts | !text | breaches、failing_windows、failing_windows_any | breaches, failing_windows, failing_windows_any
counted_in | !text | 期间 | within
consecutive | !bool | 须连续 | in a row
"""),
    _table("combinations", "rules", "一行一种规则相遇的处理", "one row per way two rules meet", """
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则甲 | one rule
other_rule_id | !text | 规则乙 | the other
meet_on | !text | 相遇于：order、day | order, day
how | !text | add、heaviest、replace、override、unknown | add, heaviest, replace, override, unknown
from_date | date | 起日 | from
evidence_ids | texts | 证据编号 | evidence ids
"""),
    _table("evidence", "rules", "一行一条证据陈述", "one row per statement", """
evidence_id | !text | 编号 | id
pack_folder | !text | 规则包文件夹 | pack folder
platform | !text | 所述代码，分号分隔 | codes it speaks of
concept | !text | 概念 | concept
kind | !text | 种类 | kind
source_ids | !texts | 文献 | documents
locator | text | 出处位置 | where in the document
statement_zh | !text | 陈述 | statement in Chinese
statement_en | !text | 英文陈述 | statement
grade | !text | 等级 | grade
effective_from | date | 起效日 | effective from
published_on | date | 发布日 | published on
seen_on | texts | 见到的日期 | dates seen
supersedes | text | 取代 | supersedes
use | !text | rule 或不用的原因 | rule, or why it is not used
note_zh | text | 说明 | note in Chinese
note_en | text | 英文说明 | note
"""),
    _table("sources", "rules", "一行一份文献", "one row per document", """
source_id | !text | 编号 | id
title_zh | !text | 题名 | title in Chinese
title_en | !text | 英文题名 | title
publisher | text | 发布者 | publisher
urls | texts | 网址 | addresses
published_on | text | 发布日 | published on
seen_on | texts | 见到的日期 | dates seen
kind | !text | 种类 | kind
"""),
    _table("rule_evidence", "rules", "一行一个版本引用一条证据", "one row per version and statement", """
version_id | !text | 版本编号 | version
rule_id | !text | 规则 | rule
evidence_id | !text | 证据 | statement
supports | !texts | 支撑的字段 | fields it supports
"""),
    _table("concepts", "rules", "一行一个概念", "one row per concept", """
concept | !text | 编号 | id
zh | !text | 中文 | Chinese
en | !text | 英文 | English
concept_group | text | 分组 | group
canonical_unit | text | 统一单位 | canonical unit
stricter | text | 何者更严：lower、higher、none | which is stricter: lower, higher, none
"""),
    _table("sanctions", "rules", "一行一种处置", "one row per sanction", """
code | !text | 代码 | code
zh | !text | 中文 | Chinese
en | !text | 英文 | English
weight | !int | 轻重 | weight
stops_sales | !text | 是否停售：full、part、none、unknown | does it stop sales: full, part, none, unknown
"""),
    _table("calendar_days", "rules", "一行一个日历日期", "one row per calendar entry and day", """
calendar | !text | 日历名 | calendar entry
day | !date | 日期 | day
year | !int | 年度 | year
kind | !text | holiday 或 workday | holiday or workday
"""),
    _table("coverage", "rules", "一行一个代码×概念", "one row per code and concept", """
pack | !text | 判罚代码 | judging code
concept | !text | 概念 | concept
status | !text | rule、searched_none、not_applicable、todo | rule, searched_none, not_applicable, todo
note_zh | text | 说明 | note in Chinese
note_en | text | 英文说明 | note
"""),
)

# The store-month zone keeps these; the global zone reads nothing else of the facts but orders' daily money.
STATE: tuple[Table, ...] = (
    _table("unit_daily", "state", "一行一个组合×店铺×日×排除原因（空为计入）", "one row per combo, store, day and reason for exclusion (null: counted)", """
combo | !text | 组合键 | combo
store_id | !text | 店铺 | store
day | !date | 日 | day
excluded_because | text | 排除原因，空为计入 | why excluded; null when counted
units | !int | 单位数 | units
ok_units | !int | 达标单位数 | units that are ok
value_sum | double | 值之和 | sum of values
valued_units | int | 有值的单位数，均值以此为分母 | units with a value, the denominator of a mean
"""),
    _table("fact_daily", "state", "一行一个店铺×事实表×日", "one row per store, fact table and day", """
store_id | !text | 店铺 | store
table_name | !text | 事实表 | fact table
day | !date | 日 | day
rows | !int | 行数 | rows
data_until | timestamp | 数据截至 | data until
"""),
    _table("order_daily", "state", "一行一个店铺×付款日", "one row per store and day of payment", """
store_id | !text | 店铺 | store
day | !date | 付款日 | day of payment
orders | !int | 订单数 | orders
paid_cny | !money | 实付合计（元） | paid in yuan
"""),
    _table("agent_daily", "state", "一行一个店铺×客服×日", "one row per store, agent and day", """
store_id | !text | 店铺 | store
agent_id | !text | 客服 | agent
day | !date | 日 | day
conversations | !int | 会话数 | conversations
buyers | !int | 买家数 | buyers
messages | !int | 客服消息数 | messages
rounds | !int | 轮次 | rounds
answered_rounds | !int | 有人工回复的轮次 | rounds answered by a person
wait_sum | double | 等待秒数之和 | sum of waits in seconds
first_answered | !int | 有首条人工回复的会话数 | conversations with a first human reply
first_wait_sum | double | 首响秒数之和 | sum of first waits in seconds
within_30s | !int | 30 秒内 | within 30 seconds
within_3min | !int | 3 分钟内 | within 3 minutes
within_5min | !int | 5 分钟内 | within 5 minutes
"""),
    _table("failing_units", "state", "一行一个判 each 的组合的不达标单位", "one row per failing unit of a combo judged each", """
combo | !text | 组合键 | combo
store_id | !text | 店铺 | store
unit_id | !text | 单位编号 | unit
occurred_at | !timestamp | 发生时间 | occurred at
day | !date | 日 | day
value | double | 观测值 | value observed
base_cny | money | 比例基数：实付 | amount paid
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
message_id | text | 消息编号 | message
agent_id | text | 客服 | agent
matched_term | text | 命中的词 | matched term
paid_at | timestamp | 付款时间 | paid at
created_at | timestamp | 下单时间 | placed at
goods_cny | money | 货款 | goods
deposit_cny | money | 定金 | deposit
promise_hours | double | 承诺发货小时 | hours of the shipping promise
severity | text | 看得出的情节 | severity, where what was seen tells it
supply_type | text | 供货类型 | supply type
category | text | 类目 | category
is_presale | bool | 预售 | pre-sale
is_custom | bool | 定制 | custom made
is_cash_on_delivery | bool | 货到付款 | cash on delivery
"""),
    _table("open_units", "state", "一行一个本平台组合下尚未到期的单位", "one row per unit of a home combo that is not due yet", """
combo | !text | 组合键 | combo
store_id | !text | 店铺 | store
unit_id | !text | 单位编号 | unit
due_at | !timestamp | 截止时间 | due at
base_cny | money | 实付 | amount paid
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
goods_cny | money | 货款 | goods
deposit_cny | money | 定金 | deposit
promise_hours | double | 承诺发货小时 | hours of the shipping promise
supply_type | text | 供货类型 | supply type
category | text | 类目 | category
is_presale | bool | 预售 | pre-sale
is_custom | bool | 定制 | custom made
is_cash_on_delivery | bool | 货到付款 | cash on delivery
"""),
    _table("mend_units", "state", "一行一个按窗口判的组合每日最差的不达标单位（至多三个）", "the worst failing units a day of combos judged over windows, three at most", """
combo | !text | 组合键 | combo
store_id | !text | 店铺 | store
day | !date | 日 | day
unit_id | !text | 单位编号 | unit
occurred_at | !timestamp | 发生时间 | occurred at
value | double | 观测值 | value observed
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
message_id | text | 消息编号 | message
agent_id | text | 客服 | agent
"""),
)

_RUN = """
track | !text | 轨道：in_force、training | track: in_force, training
run_id | !text | 运行编号 | run
packs_version | !text | 规则包版本 | version of the packs
"""
_PACK = """
store_id | !text | 店铺 | store
platform | !text | 店铺所在平台代码 | judging code of the store's platform
pack | !text | 判罚代码 | judging code
home | !bool | 是否本平台规则（law 恒真，baseline 恒假） | rule of the store's own platform (law always, baseline never)
"""
_SUMS = """
breaches | !int | 违规数 | breaches
money_low_cny | money | 金额下界（元），不详为空 | money in yuan, low; null when unknown
money_high_cny | money | 金额上界（元），不详为空 | money in yuan, high; null when unknown
points_class | text | 积分类别 | points class
points_low | number | 积分下界 | points, low
points_high | number | 积分上界 | points, high
sanction | text | 最重处置代码 | heaviest sanction
sanction_days_low | number | 处置天数下界 | days of it, low
sanction_days_high | number | 处置天数上界 | days of it, high
gmv_at_risk_cny | money | 处置停售期间可能少卖的金额（元），不计入罚款 | sales at risk while a sanction stops them; never part of the money
"""
MARTS: tuple[Table, ...] = (
    _table("verdicts", "marts", "一行一个店铺×规则版本×窗口", "one row per store, rule version and window", _PACK + """
rule_id | !text | 规则 | rule
version_id | !text | 规则版本 | rule version
from_date | date | 版本起效日 | version in force from
concept | !text | 概念 | concept
window_start | !date | 窗口首日 | first day of the window
window_end | !date | 窗口末日（不含） | end of the window, exclusive
partial | !bool | 窗口被版本起日截短 | the window was cut at the version's start
units | int | 计入单位数 | units counted
ok_units | int | 达标单位数 | units ok
excluded_units | int | 排除单位数 | units excluded
value | double | 观测值：达标率、均值或次数 | value observed: share, mean or count
op | text | 达标的比较 | comparison that is ok
threshold | number | 界限（有区间取最严一端） | limit (the strict end of a range)
margin | double | 距界限，正为达标 | distance from the limit; positive is ok
unit_of_count | text | 计数单位 | unit of count
severity | text | 落入的档位 | band it fell in
status | !text | ok、breach、info、insufficient_data、not_applicable、manual_review、error | ok, breach, info, insufficient_data, not_applicable, manual_review, error
version_certain | !bool | 该日适用此版本是否确定 | it is certain that this version applied
assumed | text | 所依假定 | what is assumed
grade | !text | 证据等级 | grade of the evidence
reason_zh | !text | 理由 | reason in Chinese
reason_en | !text | 英文理由 | reason
""" + _RUN),
    _table("exclusions", "marts", "一行一个店铺×规则版本×窗口×排除原因", "one row per store, rule version, window and reason", """
store_id | !text | 店铺 | store
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则 | rule
version_id | !text | 规则版本 | rule version
window_start | !date | 窗口首日 | first day of the window
reason | !text | 原因 | reason
units | !int | 单位数 | units
""" + _RUN),
    _table("units_to_mend", "marts", "不达标的本平台窗口背后每日最差的几个单位", "the worst units behind failing home windows", """
store_id | !text | 店铺 | store
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则 | rule
version_id | !text | 规则版本 | rule version
day | !date | 日 | day
unit_id | !text | 单位编号 | unit
occurred_at | !timestamp | 发生时间 | occurred at
value | double | 观测值 | value
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
message_id | text | 消息编号 | message
agent_id | text | 客服 | agent
""" + _RUN),
    _table("breaches", "marts", "一行一次违规", "one row per breach", """
breach_id | !text | 违规编号（稳定） | breach (stable)
first_seen_run | !text | 首次出现的运行 | run in which it was first seen
""" + _PACK + """
rule_id | !text | 规则 | rule
version_id | !text | 规则版本 | rule version
from_date | date | 版本起效日 | version in force from
concept | !text | 概念 | concept
occurred_at | !timestamp | 发生时间 | occurred at
day | !date | 归属日 | day it counts to
window_start | date | 窗口首日（按窗口判的规则） | first day of the window, for rules judged over windows
agent_id | text | 客服 | agent
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
message_id | text | 消息编号 | message
value | double | 观测值 | value observed
threshold | number | 界限 | limit
severity | text | 情节，不详为空 | severity, null when unknown
nth | int | 当年第几次 | n-th in the calendar year
condition_zh | text | 处罚条件 | condition of the penalty
condition_en | text | 处罚条件英文 | condition of the penalty
certainty | !text | confirmed、contingent、averted | confirmed, contingent, averted
priced | !text | yes、partly、no | yes, partly, no
base_cny | money | 计罚基数（元） | base of the percentage in yuan
money_low_cny | money | 金额下界（元），不详为空 | money in yuan, low; null when unknown
money_high_cny | money | 金额上界（元） | money in yuan, high
points_class | text | 积分类别 | points class
points_low | number | 积分下界 | points, low
points_high | number | 积分上界 | points, high
counted | number | 封顶后计入的积分上界 | points counted after caps, high
sanction | text | 最重处置代码 | heaviest sanction
sanction_days_low | number | 处置天数下界 | days, low
sanction_days_high | number | 处置天数上界 | days, high
matched_term | text | 命中的词条 | matched term
evidence_text | text | 证据原文（已脱敏） | text in evidence (masked)
appeal_by | date | 申诉截止日，不详为空 | appeal by; null when unknown
version_certain | !bool | 版本是否确定 | it is certain that this version applied
grade | !text | 证据等级 | grade of the evidence
reason_zh | !text | 理由 | reason in Chinese
reason_en | !text | 英文理由 | reason
""" + _RUN),
    _table("exposure_effects", "marts", "一行一个店铺×规则×月×确定性×后果", "one row per store, rule, month, certainty and effect", _PACK + """
rule_id | !text | 规则 | rule
concept | !text | 概念 | concept
month | !text | 月份 YYYY-MM | month
certainty | !text | confirmed、contingent、averted | confirmed, contingent, averted
priced | !text | yes、partly、no | yes, partly, no
effect_kind | !text | money、points、sanction、warning、score、none | money, points, sanction, warning, score, none
code | text | 积分类别或处置代码 | points class or sanction
currency | text | 币种 | currency
payee | text | 付给 | payee
form | text | 形式 | form
low | number | 封顶后下界，不详为空 | after caps, low; null when unknown
high | number | 封顶后上界 | after caps, high
uncapped_high | number | 封顶前上界 | before caps, high
breaches | !int | 违规数 | breaches
""" + _RUN),
    _table("exposure", "marts", "一行一个店铺×代码×规则×月×确定性×积分类别", "one row per store, pack, rule, month, certainty and points class", _PACK + """
rule_id | !text | 规则 | rule
concept | !text | 概念 | concept
month | !text | 月份 YYYY-MM | month
certainty | !text | confirmed、contingent、averted | confirmed, contingent, averted
priced | !text | yes、partly、no | yes, partly, no
""" + _SUMS + """
expected_low_cny | money | 待定金额按历史处罚比例折算的下界；没有通知可比则空 | contingent money times the share that was penalised before, low; null without notices to go by
expected_high_cny | money | 同上，上界 | the same, high
""" + _RUN),
    _table("exposure_matrix", "marts", "一行一个店铺×代码×月×确定性（法律另计，不入）", "one row per store, pack, month and certainty (law stands outside)", _PACK + """
month | !text | 月份 YYYY-MM | month
certainty | !text | confirmed、contingent、averted | confirmed, contingent, averted
breaches | !int | 违规数 | breaches
money_low_cny | money | 金额下界（元） | money in yuan, low
money_high_cny | money | 金额上界（元） | money in yuan, high
unpriced_breaches | !int | 没有来源给出金额的违规数 | breaches no source prices
points_low | number | 各类积分下界之和 | points of all classes, low
points_high | number | 各类积分上界之和 | points of all classes, high
sanction | text | 最重处置代码 | heaviest sanction
sanction_days_low | number | 处置天数下界 | days, low
sanction_days_high | number | 处置天数上界 | days, high
gmv_at_risk_cny | money | 停售期间可能少卖的金额 | sales at risk
""" + _RUN),
    _table("points_ledger", "marts", "一行一次积分入账或跨越节点", "one row per award of points or node crossed", """
store_id | !text | 店铺 | store
platform | !text | 店铺所在平台代码 | judging code of the store's platform
pack | !text | 判罚代码 | judging code
home | !bool | 是否本平台 | rule of the store's own platform
points_class | !text | 积分类别 | points class
occurred_at | !timestamp | 入账时间 | awarded at
entry | !text | award（入账）或 node（跨节点） | award or node
rule_id | !text | 规则：入账的规则，或跨节点时的台账规则 | rule that awarded, or the ladder at a node
breach_id | text | 违规编号 | breach
certainty | !text | confirmed 为只计已确认，contingent 为连同待定 | confirmed: confirmed points only; contingent: all
points | number | 入账分数（封顶后） | points after caps
carried | number | 该账户年初由上年结转的分数 | points carried into the account from the year before
balance | number | 余额 | balance
next_node | number | 下一节点 | next node
headroom | number | 距下一节点 | points left to it
node_effect | text | 到下一节点的后果 | what happens at it
resets_on | date | 清零日，不详为空 | resets on; null when unknown
forecast_low | date | 预计最早到达下一节点之日 | next node reached at the earliest
forecast_high | date | 预计最晚到达之日 | … at the latest
""" + _RUN),
    _table("pareto", "marts", "一行一个确定性×店铺×规则×客服×时段的本平台违规（法律另计，不入），最贵在前", "one row per certainty, store, rule, agent and hour of day with home breaches (law stands outside), dearest first", """
certainty | !text | confirmed、contingent | confirmed, contingent
place | !int | 名次，从 1 数 | place, from 1
store_id | !text | 店铺 | store
platform | !text | 店铺所在平台代码 | judging code of the store's platform
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则 | rule
concept | !text | 概念 | concept
agent_id | text | 客服，无从归到某人则空 | agent; null where none can be named
hour_of_day | int | 几点，按窗口判的规则为空 | hour of the day; null for rules judged over windows
breaches | !int | 违规数 | breaches
money_low_cny | money | 金额下界（元） | money in yuan, low
money_high_cny | money | 金额上界（元），上界不详者以下界计 | money in yuan, high; the low end where the high one is unknown
points_high | number | 封顶后积分上界 | points after caps, high
share | double | 占同一确定性总金额的比例 | share of the money of the same certainty
cumulative_share | double | 累计比例 | share of this and all dearer ones
""" + _RUN),
    _table("open_deadlines", "marts", "一行一件接下来要做的事", "one row per thing due next", """
store_id | !text | 店铺 | store
platform | !text | 店铺所在平台代码 | judging code of the store's platform
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则 | rule
order_id | text | 订单号 | order number
conversation_id | text | 会话编号 | conversation
complaint_id | text | 投诉编号 | complaint
due_at | !timestamp | 截止时间 | due at
as_of | !timestamp | 截至最新导出的时间 | as of the newest export
at_stake_low | money | 若误期的金额下界（元） | at stake in yuan, low
at_stake_high | money | 若误期的金额上界（元） | at stake in yuan, high
at_stake_points | number | 若误期的积分上界 | points at stake, high
zh | !text | 要做什么 | what to do, Chinese
en | !text | 英文 | what to do
""" + _RUN),
    _table("agent_scorecard", "marts", "一行一个客服×日", "one row per agent and day", """
store_id | !text | 店铺 | store
platform | !text | 店铺所在平台代码 | judging code of the store's platform
agent_id | !text | 客服账号 | agent
day | !date | 日 | day
conversations | !int | 会话数 | conversations
buyers | !int | 接待买家数 | buyers served
messages | !int | 客服消息数 | messages sent
asks | !int | 应答轮次数 | rounds asked of the agent
first_response_seconds | double | 首响：会话第一问到首条人工回复的平均秒数 | mean seconds to the first human reply of a conversation
average_response_seconds | double | 平响：各轮到人工回复的平均秒数 | mean seconds to the human reply over rounds
within_30s_share | double | 30 秒应答率（轮次） | share of rounds answered in 30 seconds
within_3min_share | double | 3 分钟应答率（轮次） | share of rounds answered in 3 minutes
within_5min_share | double | 5 分钟应答率（轮次） | share of rounds answered in 5 minutes
unanswered_rounds | !int | 未回复轮次 | rounds without an answer
home_breaches | !int | 本平台违规数 | breaches of home rules
breaches_per_1000 | double | 每千条消息违规数 | breaches per 1,000 messages
breaches_per_1000_low | double | 其 95% 区间下界 | lower end of its 95% interval
breaches_per_1000_high | double | 其 95% 区间上界 | upper end of its 95% interval
""" + _RUN),
    _table("strictest_policy", "marts", "一行一个店铺组×概念：满足所有平台的一条标准", "one row per concept: the one standard that satisfies every platform", """
concept | !text | 概念 | concept
unit_of_count | text | 计数单位 | unit of count
pack | !text | 标准来自哪个代码 | code the standard comes from
rule_id | !text | 标准来自哪条规则 | rule the standard comes from
from_date | date | 版本起效日 | in force from
op | text | 比较 | comparison
threshold | number | 界限 | limit
hours_from | text | 时段起 | hours from
hours_to | text | 时段止 | hours to
basis | !text | 为何最严：threshold（同单位比界限）、own_log（自家记录上最先失守） | why it is the strictest
stores_failing | !int | 没做到的店铺数 | stores that do not keep it
stores_judged | !int | 判过的店铺数 | stores judged
zh | !text | 一句话标准 | the standard in one sentence, Chinese
en | !text | 英文 | the standard in one sentence
""" + _RUN),
    _table("training_gap", "marts", "一行一个代码×概念：培训所教与现行之差", "one row per code and concept: what was taught against what is in force", """
pack | !text | 判罚代码 | judging code
concept | !text | 概念 | concept
training_rule_id | text | 培训材料的规则 | rule as taught
in_force_rule_id | text | 现行规则 | rule in force
gap | !text | same、changed、taught_only、not_taught | same, changed, taught_only, not_taught
training_zh | text | 培训所教 | as taught
in_force_zh | text | 现行 | in force
training_en | text | 培训所教英文 | as taught, English
in_force_en | text | 现行英文 | in force, English
breaches_training | !int | 按所教判出的违规数 | breaches by what was taught
breaches_in_force | !int | 按现行判出的违规数 | breaches by what is in force
""" + _RUN),
    _table("reconciliation", "marts", "一行一条平台通知或一次未被通知的违规的比对", "one row per notice or predicted breach, matched", """
store_id | !text | 店铺 | store
rule_id | text | 规则 | rule
notice_id | text | 通知编号 | notice
breach_id | text | 违规编号 | breach
outcome | !text | matched、missed、not_predicted | matched, missed (predicted only), not_predicted (notice only)
issued_at | timestamp | 通知时间 | issued at
occurred_at | timestamp | 违规时间 | occurred at
money_cny | money | 通知金额（元） | money of the notice
predicted_low_cny | money | 预计下界 | predicted, low
predicted_high_cny | money | 预计上界 | predicted, high
amount_error_cny | money | 金额偏差 | error of the amount
""" + _RUN),
    _table("hit_rates", "marts", "一行一条规则×确定性：预计的违规中真被处罚的比例", "one row per rule and certainty: the share of predicted breaches that really drew a penalty", """
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则 | rule
certainty | !text | confirmed、contingent | confirmed, contingent
predicted | !int | 有通知的店铺里预计的违规数 | breaches predicted in stores that have notices
penalised | !int | 其中真被处罚的 | of them penalised
share | !double | 比例 | share
share_low | !double | 其 95% 区间下界（Wilson） | lower end of its 95% interval (Wilson)
share_high | !double | 其 95% 区间上界 | upper end of it
""" + _RUN),
    _table("data_coverage", "marts", "一行一个店铺×表×日", "one row per store, table and day", """
store_id | !text | 店铺 | store
table_name | !text | 表 | table
day | !date | 日 | day
rows | !int | 行数 | rows
expected | !bool | 该日是否应有数据 | data is expected on the day
data_until | timestamp | 该表数据截至 | data of the table until
window_closes_on | date | 平台可导出的截止日，不详为空 | last day on which the platform still exports it; null when unknown
status | !text | ok、hole、none、unknown | ok, hole, none, unknown
""" + _RUN),
    _table("rule_coverage", "marts", "一行一个店铺×规则", "one row per store and rule", """
store_id | !text | 店铺 | store
pack | !text | 判罚代码 | judging code
rule_id | !text | 规则 | rule
judged | !bool | 是否判出结论 | a verdict was reached
missing | text | 缺什么表或列 | missing table or column
reason_zh | !text | 说明 | why
reason_en | !text | 英文说明 | why
""" + _RUN),
    _table("rule_comparison", "marts", "一行一个代码×概念×版本", "one row per code, concept and version", """
concept | !text | 概念 | concept
concept_zh | !text | 概念中文 | concept in Chinese
pack | !text | 判罚代码 | judging code
status | !text | rule、searched_none、not_applicable、todo | rule, searched_none, not_applicable, todo
rule_id | text | 规则 | rule
from_date | date | 起 | from
to_date | date | 止（不含） | to, exclusive
version_certain | bool | 起止是否确定 | dates are certain
kind | text | 种类 | kind
relation | text | 与概念的关系 | relation to the concept
judged_by | text | 判法 | judged by
unit_of_count | text | 计数单位 | unit of count
op | text | 达标的比较 | comparison that is ok
threshold | number | 界限 | limit
threshold_unit | text | 界限单位 | unit of the limit
threshold_canonical | number | 统一单位下的界限 | limit in the canonical unit
time_limit | number | 单个单位的时限 | time limit of a single unit
time_limit_unit | text | 时限单位 | unit of the time limit
hours_from | text | 时段起 | hours from
hours_to | text | 时段止 | hours to
hours_apply_to | text | 时段按什么判断 | what must lie in the hours
judged_window | text | 窗口 | window
penalty_zh | text | 处罚 | penalty
penalty_en | text | 处罚英文 | penalty in English
strictness_rank | int | 从严名次 | rank, strictest first
rank_basis | text | 名次依据 | basis of the rank
assumed | text | 假定 | assumed
grade | text | 证据等级 | grade
evidence_ids | texts | 证据 | evidence
""" + _RUN),
    _table("rule_penalties", "marts", "一行一个版本的一项处罚后果", "one row per effect of a penalty of a version", """
rule_id | !text | 规则 | rule
pack | !text | 判罚代码 | judging code
from_date | date | 版本起效日 | version in force from
no | !int | 处罚序号 | penalty
when_zh | text | 条件 | condition in Chinese
when_en | text | 条件英文 | condition
per | !text | 每 | per
effect_kind | !text | 后果种类 | effect
code | text | 积分类别或处置代码 | points class or sanction
low | number | 下界 | low
high | number | 上界 | high
currency | text | 币种 | currency
payee | text | 付给 | payee
form | text | 形式 | form
caps | text | 封顶 | caps
""" + _RUN),
    _table("rule_changes", "marts", "一行一个版本改动的一个字段", "one row per field changed between versions", """
rule_id | !text | 规则 | rule
pack | !text | 判罚代码 | judging code
concept | !text | 概念 | concept
changed_on | date | 改动日，不详为空 | changed on; null when unknown
field | !text | 字段 | field
old | text | 原值 | old value
new | text | 新值 | new value
direction | !text | stricter、looser、other | stricter, looser, other
evidence_ids | texts | 证据 | evidence
""" + _RUN),
    _table("runs", "marts", "一行一次运行", "one row per run", """
run_id | !text | 运行编号 | run
started_at | !timestamp | 开始 | started
finished_at | timestamp | 结束 | finished
status | !text | done、refused_files、failed | done, refused_files, failed
rows_read | !int | 读入行数 | rows read
rows_loaded | !int | 装入行数 | rows loaded
rows_superseded | !int | 被更新说法取代的行数 | rows superseded
rows_quarantined | !int | 隔离行数 | rows quarantined
gates | !text | 质量关 JSON | quality gates, JSON
changed | !text | 变化 JSON | what changed, JSON
packs_version | !text | 规则包版本 | version of the packs
"""),
)

ALL: tuple[Table, ...] = FACTS + RULES + STATE + MARTS


@cache
def by_name() -> dict[str, Table]:
    """Every table by its name."""
    return {table.name: table for table in ALL}
