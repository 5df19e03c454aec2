"""One small, sound set of packs as texts; tests write it out whole or with one thing spoilt."""

from __future__ import annotations

from pathlib import Path

FILES: dict[str, str] = {
    "registry/concepts.yaml": """\
reply_rate: {zh: 限时回复率, en: Reply rate, group: response, canonical_unit: share, stricter: higher}
late_shipment: {zh: 延迟发货, en: Late shipment, group: fulfilment, canonical_unit: hour, stricter: lower}
abuse: {zh: 辱骂, en: Abuse, group: conduct, canonical_unit: none, stricter: none}
points_ladder: {zh: 扣分节点, en: Points ladder, group: system, canonical_unit: point, stricter: lower}
""",
    "registry/platforms.yaml": """\
jd: {zh: 京东, en: JD, folder: jd, home: own}
pinduoduo: {zh: 拼多多, en: Pinduoduo, folder: pinduoduo, home: own}
""",
    "registry/sanctions.yaml": """\
suspension: {zh: 停业整顿, en: Business suspended, weight: 80, stops_sales: full}
""",
    "registry/units.yaml": """\
count_units:
  consumer_day: {zh: 人·日, en: consumer and day}
  order: {zh: 订单, en: order}
  message: {zh: 消息, en: message}
threshold_units:
  second: {zh: 秒, en: seconds, canonical: second, factor: '1'}
  hour: {zh: 小时, en: hours, canonical: second, factor: '3600'}
  share: {zh: 比例, en: share, canonical: share, factor: '1'}
  point: {zh: 分, en: points, canonical: point, factor: '1'}
""",
    "registry/facts.yaml": """\
aggregates:
  ok_share: {type: number, unit: share, zh: 达标率, en: share that is ok}
  units: {type: number, unit: units, zh: 计入单位数, en: units counted}
facts:
  paid_cny: {type: number, unit: CNY, level: breach, possible: false, zh: 实付金额, en: amount paid}
  severity: {type: text, level: breach, possible: true, zh: 情节, en: severity}
  nth: {type: number, level: breach, windows: [calendar_year, all], zh: 期间内第几次, en: n-th time}
  complaint_filed: {type: bool, level: breach, possible: true, zh: 买家已投诉, en: the buyer complained}
  supply_type: {type: text, level: breach, zh: 供货类型, en: supply type}
  balance: {type: number, unit: points, level: ledger, zh: 积分余额, en: points balance}
  store_age_months: {type: number, unit: months, level: store, zh: 开店月数, en: months since opening}
""",
    "registry/measures.yaml": """\
scope:
  hours: {type: times, zh: 时段, en: hours}
  hours_apply_to: {type: text, values: [question, event], default: event, zh: 时段按什么, en: what lies in the hours}
  stores: {type: facts, zh: 店铺, en: stores}
  orders: {type: facts, zh: 订单, en: orders}
  period: {type: text, zh: 日历, en: calendar}
  excludes: {type: texts, zh: 排除, en: left out, values: [presale, custom]}
measures:
  reply:
    zh: 回复时钟
    en: reply clock
    facts: [asks]
    params:
      unit: {role: shape, type: text, values: [consumer_day, message], zh: 单位, en: unit}
      reply_by: {role: shape, type: text, values: [human, any], zh: 谁的回复算, en: whose reply counts}
      night_hours: {role: shape, type: times, default: none, zh: 深夜, en: night}
      robot_counts: {role: shape, type: bool, default: 'false', zh: 机器人计入, en: robot counts}
      within_seconds: {role: combo, type: seconds, default: none, zh: 时限秒, en: limit in seconds}
      at_least: {role: combo, type: count, default: '1', zh: 至少, en: at least}
      raised_before: {role: combo, type: time, default: none, zh: 几点前, en: before}
  shipment:
    zh: 发货时效
    en: shipment
    facts: [orders]
    params:
      unit: {role: shape, type: text, values: [order], default: order, zh: 单位, en: unit}
      limit_hours: {role: combo, type: hours, default: none, zh: 时限小时, en: limit in hours}
      grace_hours: {role: combo, type: hours, default: '0', zh: 宽限小时, en: grace in hours}
  phrase:
    zh: 说了不该说的
    en: forbidden phrase
    facts: [hits]
    params:
      unit: {role: shape, type: text, values: [message], default: message, zh: 单位, en: unit}
      lexicons: {role: shape, type: lexicons, zh: 词库, en: lexicons}
  recurrence:
    zh: 规则之上的规则
    en: rules over rules
    facts: []
    over_rules: true
    params:
      of: {type: rules, zh: 数哪些, en: rules counted}
      counts: {type: text, values: [breaches, failing_windows], zh: 数什么, en: what is counted}
      in: {type: text, values: [calendar_year, all], default: all, zh: 期间, en: within}
      consecutive: {type: bool, default: 'false', zh: 连续, en: in a row}
  ledger:
    zh: 积分台账
    en: points ledger
    facts: []
    over_rules: true
    params:
      class: {type: text, zh: 积分类别, en: points class}
      resets: {type: resets, zh: 清零, en: resets}
""",
    "registry/calendar.yaml": """\
periods:
  national_day:
    zh: 国庆节
    en: National Day
    kind: public_holiday
    years:
      2022: {first: '2022-10-01', last: '2022-10-03', make_up: ['2022-10-08']}
    evidence: [E-JD-004]
""",
    "registry/coverage.yaml": """\
jd: {reply_rate: rule, late_shipment: rule, abuse: rule, points_ladder: rule}
pinduoduo: {reply_rate: rule, late_shipment: searched_none, abuse: todo, points_ladder: {status: not_applicable, note: {zh: 无积分, en: no points}}}
""",
    "registry/combine.yaml": """\
- {rules: [jd.late_shipment, jd.reply_rate], meet_on: day, how: add, evidence: [],
   why: {zh: 并无限制, en: nothing forbids it}}
""",
    "registry/words.yaml": """\
human: {zh: 人工, en: a person}
low: {zh: 偏低, en: low}
general: {zh: 一般, en: general}
class.general: {zh: 一般违规, en: general-violation}
calendar_year: {zh: 自然年内, en: in a calendar year}
calendar_year_end: {zh: 自然年末, en: the end of the year}
presale: {zh: 预售, en: pre-sale}
say.within_seconds: {zh: '须在{}内', en: 'within {}'}
""",
    "sources.yaml": """\
- id: jd_page
  title: {zh: 京东规则页, en: JD rule page}
  publisher: {zh: 某站, en: a site}
  url: ['https://example.com/jd']
  published_on: '2020-01-01'
  seen_on: ['2020-01-01']
  kind: repost
""",
    "lexicons/abuse.yaml": "id: abuse\nconcept: abuse\ntitle: {zh: 辱骂, en: Abuse}\ntier: forbidden\nevidence: [E-JD-003]\nterms: [{term: 傻, forms: [傻]}]\n",
    "jd/pack.yaml": """\
name: {zh: 京东, en: JD}
codes: [jd]
version: '1'
checked_on: '2026-11-21'
points_classes: {general: {zh: 一般违规, en: general violations}}
counts: {statements: '5', rules: '4', cases: '4'}
""",
    "jd/evidence.csv": """\
id,platform,concept,kind,source,locator,statement_zh,statement_en,grade,effective_from,published_on,seen_on,supersedes,use,note_zh,note_en
E-JD-001,jd,reply_rate,threshold,jd_page,row 1,三分钟内人工回复,a person answers within three minutes,secondary,2020-01-01,,2020-01-01;2021-06-01,,rule,,
E-JD-002,jd,late_shipment,penalty,jd_page,row 2,晚于48小时赔付,compensation after 48 hours,secondary_plus,2020-01-01,,,,rule,,
E-JD-003,jd,abuse,prohibition,jd_page,row 3,不得辱骂,no insults,official,,,2022-05-05,,rule,,
E-JD-004,jd,points_ladder,penalty,jd_page,row 4,满25分停业,suspended at 25 points,training,,,2022-05-05,,rule,,
E-JD-005,jd,abuse,definition,jd_page,row 5,背景说明,background,hearsay,,,,,background,只是背景,only background
""",
    "jd/rules/all.yaml": """\
- id: jd.reply_rate
  title: {zh: 回复率, en: Reply rate}
  concept: reply_rate
  relation: exact
  kind: metric
  applies_to: [jd]
  versions:
    - from: '2020-01-01'
      measure: reply
      params: {unit: consumer_day, reply_by: human, within_seconds: '180'}
      scope: {hours: ['08:00', '23:00'], hours_apply_to: question}
      judge: {by: share, window: {every: day}, bands: [{when: [{fact: ok_share, lt: '0.50'}, {fact: units, gt: '10'}], severity: low}, {when: [{fact: ok_share, lt: '0.80'}], severity: general}]}
      penalties:
        pick: first
        of:
          - {when: [{fact: severity, in: [low]}], per: window, effects: [{kind: points, class: general, amount: '2'}], caps: [{of: points, per: week, max: '8'}]}
          - {when: [{fact: severity, in: [general]}], per: window, effects: [{kind: warning}]}
      evidence: [{id: E-JD-001, supports: [params, scope, judge, penalties]}]
    - from: unknown
      seen: ['2021-06-01']
      like: previous
      params: {within_seconds: '120'}
      evidence: [{id: E-JD-001, supports: [params, seen]}]
- id: jd.late_shipment
  title: {zh: 延迟发货, en: Late shipment}
  concept: late_shipment
  relation: exact
  kind: obligation
  applies_to: [jd]
  versions:
    - from: '2020-01-01'
      measure: shipment
      params: {limit_hours: '48'}
      scope: {excludes: [presale], orders: [{fact: supply_type, in: [spot]}], stores: [{fact: store_age_months, ge: '3'}]}
      judge: {by: each}
      exempt: [{fact: complaint_filed, eq: 'false'}]
      penalties:
        pick: first
        of:
          - {when: [{fact: paid_cny, lt: '300'}], per: order, effects: [{kind: money, fixed: '3', currency: CNY, payee: buyer}]}
          - {when: [{fact: paid_cny, ge: '300'}], per: order, effects: [{kind: money, rate: '0.05', base: paid_cny, min: '5', max: unknown, currency: CNY, payee: buyer}]}
      assumed: [{field: scope.stores, why: {zh: 未写, en: not stated}}]
      evidence: [{id: E-JD-002, supports: [params, scope, exempt, penalties]}]
- id: jd.abuse
  title: {zh: 辱骂, en: Abuse}
  concept: abuse
  relation: exact
  kind: prohibition
  applies_to: [jd]
  versions:
    - from: unknown
      seen: ['2022-05-05']
      measure: phrase
      params: {lexicons: [abuse]}
      judge: {by: each}
      penalties:
        pick: all
        of:
          - {when: [{fact: nth, in_window: calendar_year, ge: {low: '3', high: '4'}}], per: breach, effects: [{kind: sanction, code: suspension, days: '3'}]}
      evidence: [{id: E-JD-003, supports: [params, penalties]}]
- id: jd.ladder
  title: {zh: 扣分节点, en: Points ladder}
  concept: points_ladder
  relation: exact
  kind: ladder
  applies_to: [jd]
  versions:
    - from: unknown
      seen: ['2022-05-05']
      track: training
      measure: ledger
      params: {class: general, resets: [{at: calendar_year_end, when: [{fact: balance, lt: '48'}], to: '0'}, {at: calendar_year_end, to: unknown}]}
      judge: {by: each}
      penalties: {pick: heaviest, of: [{when: [{fact: balance, every: '25'}], per: crossing, effects: [{kind: sanction, code: suspension, days: {low: '3', high: '7'}}]}]}
      evidence: [{id: E-JD-004, supports: [params, penalties]}]
""",
    "jd/cases.yaml": """\
- rule: jd.reply_rate
  name: {zh: 三分钟内, en: within three minutes}
  store: {platform: jd}
  facts:
    messages:
      - {conversation_id: c1, sent_at: '2020-03-01 10:00:00', role: buyer, text: '在吗'}
      - {conversation_id: c1, sent_at: '2020-03-01 10:03:00', role: agent, text: '在'}
  expect: {units: 1, failing: 0, verdict: ok}
- rule: jd.late_shipment
  name: {zh: 晚发, en: late}
  store: {platform: jd, opened_on: '2019-01-01'}
  facts:
    orders: [{order_id: A1, paid_at: '2020-03-01 10:00:00', shipped_at: '2020-03-09 10:00:00', paid_cny: '100.00', is_presale: false, quantity: 1}]
  expect: {units: 1, failing: 1, verdict: breach, certainty: confirmed, money: ['3.00', '3.00']}
- rule: jd.abuse
  name: {zh: 骂人, en: an insult}
  facts: {messages: [{conversation_id: c1, sent_at: '2022-06-01 10:00:00', role: agent, text: '傻'}]}
  expect: {verdict: breach, sanction: {code: suspension, days: ['3', '3']}}
- rule: jd.ladder
  track: training
  name: {zh: 不到节点, en: below the node}
  facts: {}
  expect: {points: {class: general, low: '2', high: unknown}}
""",
    "pinduoduo/pack.yaml": """\
name: {zh: 拼多多, en: Pinduoduo}
codes: [pinduoduo]
version: '1'
checked_on: '2026-11-21'
points_classes: {}
counts: {statements: '1', rules: '1', cases: '1'}
""",
    "pinduoduo/evidence.csv": """\
id,platform,concept,kind,source,locator,statement_zh,statement_en,grade,effective_from,published_on,seen_on,supersedes,use,note_zh,note_en
E-PDD-001,pinduoduo,reply_rate,threshold,jd_page,row 1,三分钟人工回复率不低于50%,half answered within three minutes,secondary,2021-01-01,,,,rule,,
""",
    "pinduoduo/rules/response.yaml": """\
- id: pinduoduo.reply_rate
  title: {zh: 人工回复率, en: Human reply rate}
  concept: reply_rate
  relation: exact
  kind: metric
  applies_to: [pinduoduo]
  versions:
    - from: '2021-01-01'
      measure: reply
      params: {unit: consumer_day, reply_by: human, within_seconds: '180'}
      judge: {by: share, window: {every: day}, bands: [{when: [{fact: ok_share, lt: '0.50'}], severity: low}]}
      evidence: [{id: E-PDD-001, supports: [params, judge]}]
""",
    "pinduoduo/cases.yaml": """\
- rule: pinduoduo.reply_rate
  name: {zh: 无人问, en: nobody asked}
  facts: {}
  expect: {verdict: not_applicable}
""",
}


def write_packs(folder: Path, **texts: str) -> Path:
    """Write the small packs below a folder, with some files' texts replaced (keys: path with __ for /)."""
    for name, text in {**FILES, **texts}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def spoil(file: str, old: str, new: str) -> dict[str, str]:
    """The one changed text: `old` must stand in the sound file, so that no test plants nothing."""
    text = FILES[file]
    assert old in text, f"{old!r} is not in {file}"
    return {file: text.replace(old, new, 1)}
