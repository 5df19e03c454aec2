"""Say rules in words: conditions, penalties and whole rules as sentences, made from the data in both languages."""

from __future__ import annotations

from decimal import Decimal

from pipeline.rules.conditions import Condition, Predicate
from pipeline.rules.model import Effect, Param, Penalty, Registry, Rule, Version
from pipeline.rules.values import NONE, UNKNOWN, Number, read_bool, read_number, show_number
from pipeline.rules.yamlfile import Map, Value

Pair = tuple[str, str]  # Chinese, English
_OPS: dict[str, Pair] = {
    "lt": ("低于", "below"), "le": ("不超过", "at most"), "gt": ("超过", "above"), "ge": ("达到", "at least"),
    "eq": ("为", "is"), "in": ("为", "is"), "every": ("每满", "every"),
}  # fmt: skip
_CURRENCIES: dict[str, Pair] = {
    "CNY": ("元", "yuan"), "jd_bean": ("京豆", "JD beans"), "tmall_point": ("天猫积分", "Tmall points"),
    "yunzuan": ("云钻", "Yunzuan"), UNKNOWN: ("（币种不详）", "(currency unknown)"),
}  # fmt: skip
_PER: dict[str, Pair] = {
    "unit": ("每次", "each time"), "order": ("每单", "per order"), "item": ("每件", "per item"),
    "finding": ("每次认定", "per finding"), "window": ("每个考核周期", "per period"), "breach": ("每次违规", "per breach"),
    "crossing": ("每达一次节点", "each time the node is reached"),
}  # fmt: skip
_CAP_PER: dict[str, Pair] = {
    "order": ("每单", "per order"), "day": ("每日", "a day"), "week": ("每周", "a week"), "month": ("每月", "a month"),
    "year": ("每年", "a year"), "30d": ("30日内", "in 30 days"), "7d": ("7日内", "in 7 days"),
}  # fmt: skip
_BASES: dict[str, Pair] = {
    "paid_cny": ("实付金额", "the amount paid"), "goods_cny": ("货款", "the price of the goods"),
    "freight_cny": ("运费", "freight"), "deposit_cny": ("定金", "the deposit"),
}  # fmt: skip
_TRACKS: dict[str, Pair] = {
    "in_force": ("现行", "in force"), "training": ("培训所教", "as taught"), "draft": ("征求意见", "draft"),
    "trial": ("试行", "trial"),
}  # fmt: skip
_WINDOWS: dict[str, Pair] = {
    "day": ("每日", "each day"),
    "week": ("每周", "each week"),
    "month": ("每月", "each month"),
}


def word(registry: Registry, value: str) -> Pair:
    """A coded value in both languages, by the registry's words; the code itself where nothing says it."""
    entry = registry.words.get(value)
    return (entry["zh"], entry["en"]) if isinstance(entry, Map) else (value, value)


def join(parts: list[Pair], zh: str = "，", en: str = ", ") -> Pair:
    """Join sentences' parts in both languages."""
    return zh.join(part[0] for part in parts if part[0]), en.join(part[1] for part in parts if part[1])


def condition_words(condition: Condition | None, registry: Registry) -> Pair:
    """A condition as a phrase; empty when it always holds."""
    groups = [join([_predicate(p, registry) for p in group], "且", " and ") for group in condition or ()]
    groups = [group for group in groups if group[0]]
    return join(groups, "；或 ", "; or ")


def penalties_words(version: Version, registry: Registry) -> Pair:
    """All penalties of a version in one sentence; says so when none is stated."""
    if not version.penalties:
        return "未载明处罚", "no penalty is stated"
    said = [penalty_words(penalty, registry) for penalty in version.penalties]
    return join(said, "；", "; ")


def penalty_words(penalty: Penalty, registry: Registry) -> Pair:
    """One penalty: when it applies, what it is, how far it is capped."""
    effects = [effect_words(effect, registry) for effect in penalty.effects] or [("不处罚", "no penalty")]
    what = join(effects, "、", " and ")
    if penalty.per not in ("breach", "unit") and penalty.effects:
        per = _PER[penalty.per]
        what = f"{per[0]}{what[0]}", f"{what[1]} {per[1]}"
    when = condition_words(penalty.condition, registry)
    said = (f"{when[0]}时{what[0]}", f"if {when[1]}: {what[1]}") if when[0] else what
    caps = [_cap(cap.of, cap.per, cap.limit) for cap in penalty.caps]
    return join([said, *caps], "，", ", ")


def effect_words(effect: Effect, registry: Registry) -> Pair:
    """One consequence in words."""
    if effect.kind == "points":
        zh, en = word(registry, effect.code or "")
        amount = _number(effect.amount)
        return f"扣{zh}{amount[0]}分", f"{amount[1]} {en} points"
    if effect.kind == "money":
        return _money(effect, registry)
    if effect.kind == "sanction":
        return _sanction(effect, registry)
    if effect.kind == "score":
        return "影响评分", "lowers the score"
    return "警告", "a warning"


def rule_words(rule: Rule, version: Version, registry: Registry) -> Pair:
    """The whole rule in one sentence: what is judged, how, in which hours, and what it costs."""
    parts = [
        (rule.title_zh, rule.title_en),
        _measured(version, registry),
        _hours(version),
        _judged(version, registry),
    ]
    cost = penalties_words(version, registry)
    said = join(parts, "，", ", ")
    return f"{said[0]}。{cost[0]}。", f"{said[1]}. {cost[1][:1].upper()}{cost[1][1:]}."


def window_words(window: Value) -> Pair:
    """The period over which a rule is judged."""
    if window == UNKNOWN:
        return "考核周期不详", "over an unknown period"
    if not isinstance(window, Map):
        return "", ""
    if "every" in window:
        return _WINDOWS[window["every"]]
    if "days" in window:
        lag = int(window.get("lag", 0))
        zh, en = f"近{window['days']}日", f"over {window['days']} days"
        return (f"{zh}（滞后{lag}日）", f"{en}, {lag} day behind") if lag else (zh, en)
    return f"{window['calendar']}期间", f"over {window['calendar']}"


def assumed_words(version: Version) -> Pair:
    """What is assumed and why, in one line."""
    said = [(f"{entry.field}：{entry.zh}", f"{entry.field}: {entry.en}") for entry in version.assumed]
    return join(said, "；", "; ")


def _number(number: Number | None, percent: bool = False) -> Pair:
    if number is None or not number.known:
        return "（数额不详）", "an unknown number of"
    text = show_number(number, percent)
    return text, text


def _money(effect: Effect, registry: Registry) -> Pair:
    currency = _CURRENCIES.get(effect.currency or "CNY", (effect.currency or "", effect.currency or ""))
    if effect.is_rate:
        base = _BASES.get(effect.base or "paid_cny", (effect.base or "", effect.base or ""))
        rate = effect.amount
        if rate is not None and rate.low is not None and rate.low > 1:
            number = show_number(rate)
            said = f"{base[0]}的{number}倍（{currency[0]}）", f"{number} times {base[1]} in {currency[1]}"
        else:
            number = show_number(rate, percent=True) if rate and rate.known else ""
            said = (
                (f"{base[0]}的{number}", f"{number} of {base[1]}")
                if number
                else (f"{base[0]}的一定比例（不详）", f"an unknown share of {base[1]}")
            )  # noqa: E501
    else:
        amount = _number(effect.amount)
        said = f"{amount[0]}{currency[0]}", f"{amount[1]} {currency[1]}"
    bounds = []
    if effect.minimum is not None:
        low = show_number(effect.minimum) if effect.minimum.known else "?"
        bounds.append((f"最低{low}{currency[0]}", f"at least {low} {currency[1]}"))
    if effect.maximum is not None:
        high = show_number(effect.maximum) if effect.maximum.known else "?"
        bounds.append((f"最高{high}{currency[0]}", f"at most {high} {currency[1]}"))
    bound = join(bounds, "、", ", ")
    form = word(registry, effect.form) if effect.form and effect.form != UNKNOWN else ("", "")
    payee = {"buyer": ("赔付买家", "to the buyer"), "platform": ("付给平台", "to the platform")}.get(
        effect.payee or "", ("支付", "")
    )
    zh = (
        f"{payee[0]}{said[0]}"
        + (f"（{bound[0]}）" if bound[0] else "")
        + (f"（{form[0]}）" if form[0] else "")
    )
    en = " ".join(
        filter(
            None,
            [
                f"pay {said[1]}",
                f"({bound[1]})" if bound[1] else "",
                payee[1],
                f"as {form[1]}" if form[1] else "",
            ],
        )
    )
    return zh, en


def _sanction(effect: Effect, registry: Registry) -> Pair:
    entry = registry.sanctions.get(effect.code or "")
    zh, en = (entry["zh"], entry["en"]) if isinstance(entry, Map) else ("处置不详", "an unknown sanction")
    if effect.days is not None:
        days = show_number(effect.days) if effect.days.known else ""
        return (
            (f"{zh}{days}天", f"{en} for {days} days")
            if days
            else (f"{zh}（天数不详）", f"{en} (days unknown)")
        )
    if effect.until:
        until = word(registry, effect.until)
        return f"{zh}至{until[0]}", f"{en} until {until[1]}"
    return zh, en


def _cap(of: str, per: str, limit: Number) -> Pair:
    number = show_number(limit) if limit.known else "?"
    unit: Pair = {"points": ("分", "points"), "money": ("元", "yuan"), "times": ("次", "times")}[of]
    return f"{_CAP_PER[per][0]}最多{number}{unit[0]}", f"at most {number} {unit[1]} {_CAP_PER[per][1]}"


def _predicate(predicate: Predicate, registry: Registry) -> Pair:
    fact = registry.facts.get(predicate.fact) or registry.aggregates.get(predicate.fact)
    zh, en = (fact["zh"], fact["en"]) if isinstance(fact, Map) else (predicate.fact, predicate.fact)
    if predicate.in_window:
        inside = word(registry, predicate.in_window)
        zh, en = f"{inside[0]}{zh}", f"{en} ({inside[1]})"
    op = _OPS[predicate.op]
    if predicate.number is not None:
        share = isinstance(fact, Map) and fact.get("unit") == "share"
        number = show_number(predicate.number, percent=share) if predicate.number.known else ""
        if not number:
            return f"{zh}{op[0]}某界限（不详）", f"{en} {op[1]} an unknown limit"
        unit = _unit(fact, registry)
        return f"{zh}{op[0]}{number}{unit[0]}", f"{en} {op[1]} {number}{' ' + unit[1] if unit[1] else ''}"
    truth = read_bool(predicate.members[0]) if len(predicate.members) == 1 else None
    if truth is not None:
        return (zh, en) if truth else (f"非{zh}", f"not: {en}")
    members = [word(registry, member) for member in predicate.members]
    listed = join(members, "或", " or ")
    return f"{zh}为{listed[0]}", f"{en} is {listed[1]}"


def _unit(fact: Value, registry: Registry) -> Pair:
    unit = fact.get("unit") if isinstance(fact, Map) else None
    known: dict[str, Pair] = {
        "CNY": ("元", "yuan"), "hours": ("小时", "hours"), "months": ("个月", "months"), "points": ("分", "points"),
        "times": ("", ""), "units": ("", ""),
    }  # fmt: skip
    return known.get(unit or "", ("", ""))


def _measured(version: Version, registry: Registry) -> Pair:
    measure = registry.measures.get(version.measure or "")
    if measure is None:
        return "只能人工核对", "checked by people only"
    said = []
    for key, value in version.part("params").items():
        param = measure.params.get(key)
        if param is not None:
            said.append(_param(param, value, registry))
    inner = join(said, "，", ", ")
    return f"按{measure.zh}计（{inner[0]}）", f"judged by {measure.en} ({inner[1]})"


def _param(param: Param, value: Value, registry: Registry) -> Pair:
    if value == UNKNOWN:
        return f"{param.zh}不详", f"{param.en}: unknown"
    if value == NONE and NONE not in param.values:
        return f"{param.zh}：无", f"{param.en}: none"
    if param.type in ("seconds", "hours"):
        return _duration(param, value)
    if isinstance(value, list):
        words = join([word(registry, str(item)) for item in value], "、", ", ")
        return f"{param.zh}：{words[0]}", f"{param.en}: {words[1]}"
    truth = read_bool(value) if param.type == "bool" else None
    if truth is not None:
        return (f"{param.zh}：{'是' if truth else '否'}", f"{param.en}: {'yes' if truth else 'no'}")
    said = word(registry, str(value))
    return f"{param.zh}：{said[0]}", f"{param.en}: {said[1]}"


def _duration(param: Param, value: Value) -> Pair:
    number = read_number(value)
    zh, en = (
        param.zh.removesuffix("秒").removesuffix("小时"),
        param.en.removesuffix(" in seconds").removesuffix(" in hours"),
    )
    if number is None or number.exact is None:
        text = show_number(number)
        return f"{param.zh}：{text}", f"{param.en}: {text}"
    seconds = number.exact * (3600 if param.type == "hours" else 1)
    said = duration(seconds)
    return f"{zh}：{said[0]}", f"{en}: {said[1]}"


def duration(seconds: Decimal) -> Pair:
    """Seconds as a person says them: 180 is 3 minutes, 172800 is 48 hours."""
    for size, zh, en in ((3600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count}{zh}", f"{count} {en if count != 1 else en[:-1]}"
    text = show_number(Number(seconds, seconds))
    return f"{text}秒", f"{text} seconds"


def _hours(version: Version) -> Pair:
    hours = version.part("scope").get("hours", NONE)
    if hours == UNKNOWN:
        return "考核时段不详", "hours unknown"
    return (f"{hours[0]}–{hours[1]}", f"{hours[0]}–{hours[1]}") if isinstance(hours, list) else ("", "")


def _judged(version: Version, registry: Registry) -> Pair:
    judge = version.part("judge")
    if judge.get("by", "each") == "each":
        return "逐笔判定", "each one is judged"
    window = window_words(judge.get("window"))
    bands = []
    for band in version.bands:
        when = condition_words(band.condition, registry)
        severity = word(registry, band.severity)
        bands.append((f"{when[0]}为{severity[0]}", f"{when[1]} is {severity[1]}"))
    return join([window, join(bands, "；", "; ")], "，", ", ")


def track_words(track: str) -> Pair:
    """A track in both languages."""
    return _TRACKS[track]
