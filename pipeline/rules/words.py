"""Say conditions and penalties in words, made from the data, in Chinese and English."""

from __future__ import annotations

from decimal import Decimal

from pipeline.rules.conditions import Condition, Predicate
from pipeline.rules.model import Effect, Penalty, Registry, Version
from pipeline.rules.values import UNKNOWN, Number, read_bool, show_number
from pipeline.rules.yamlfile import Map, Value

Pair = tuple[str, str]  # Chinese, English
_OPS: dict[str, Pair] = {
    "lt": ("低于", "below"),
    "le": ("不超过", "at most"),
    "gt": ("超过", "above"),
    "ge": ("达到", "at least"),
    "eq": ("为", ""),
    "in": ("为", ""),
    "every": ("每满", "every"),
}
_CURRENCIES: dict[str, Pair] = {
    "CNY": ("元", "yuan"),
    "jd_bean": ("京豆", "JD beans"),
    "tmall_point": ("天猫积分", "Tmall points"),
    "yunzuan": ("云钻", "Yunzuan"),
    UNKNOWN: ("（币种不详）", "(currency unknown)"),
}
_PER: dict[str, Pair] = {
    "order": ("每单", "per order"),
    "item": ("每件", "per item"),
    "finding": ("每次认定", "per finding"),
    "window": ("每个考核周期", "per period"),
    "crossing": ("每到一次", "each time"),
}
_CAP_PER: dict[str, Pair] = {
    "order": ("每单", "per order"),
    "day": ("每日", "a day"),
    "week": ("每周", "a week"),
    "month": ("每月", "a month"),
    "year": ("每年", "a year"),
    "30d": ("30日内", "in 30 days"),
    "7d": ("7日内", "in 7 days"),
}
_CAP_OF: dict[str, Pair] = {"points": ("分", "points"), "money": ("元", "yuan"), "times": ("次", "times")}
_BASES: dict[str, Pair] = {
    "paid_cny": ("实付金额", "the amount paid"),
    "goods_cny": ("货款", "the price of the goods"),
    "freight_cny": ("运费", "freight"),
    "deposit_cny": ("定金", "the deposit"),
}
_PAYEES: dict[str, Pair] = {
    "buyer": ("赔付买家", "to the buyer"),
    "platform": ("付给平台", "to the platform"),
}
_FACT_UNITS: dict[str, Pair] = {
    "CNY": ("元", " yuan"),
    "hours": ("小时", " hours"),
    "months": ("个月", " months"),
    "points": ("分", " points"),
}


def word(registry: Registry, value: str) -> Pair:
    """A coded value in both languages; the code itself where no registry says it."""
    units = registry.units.get("count_units", {})
    for place in (registry.words, units, registry.concepts, registry.calendar):
        entry = place.get(value)
        if isinstance(entry, Map):
            return entry["zh"], entry["en"]
    return value, value


def join(parts: list[Pair], zh: str = "，", en: str = ", ") -> Pair:
    """Join what is said in both languages, leaving out what is empty."""
    return zh.join(part[0] for part in parts if part[0]), en.join(part[1] for part in parts if part[1])


def condition_words(condition: Condition | None, registry: Registry) -> Pair:
    """A condition as a phrase; empty when it always holds."""
    groups = [join([_predicate(p, registry) for p in group], "且", " and ") for group in condition or ()]
    return join(groups, "，或", ", or ")


def penalties_words(version: Version, registry: Registry) -> Pair:
    """All penalties of a version in one sentence; says so when none is stated."""
    if not version.penalties:
        return "未载明处罚", "no penalty is stated"
    return join([penalty_words(penalty, registry) for penalty in version.penalties], "；", "; ")


def penalty_words(penalty: Penalty, registry: Registry) -> Pair:
    """One penalty: when it applies, what it is, how far it is capped."""
    what = join([effect_words(effect, registry) for effect in penalty.effects], "，并", " and ")
    if not penalty.effects:
        what = ("不处罚", "no penalty")
    elif penalty.per in _PER:
        per = _PER[penalty.per]
        what = f"{per[0]}{what[0]}", f"{what[1]}, {per[1]}"
    caps = [_cap(cap.of, cap.per, cap.limit) for cap in penalty.caps]
    said = join([what, *caps], "，", ", ")
    when = condition_words(penalty.condition, registry)
    return (f"{when[0]}的，{said[0]}", f"if {when[1]}: {said[1]}") if when[0] else said


def effect_words(effect: Effect, registry: Registry) -> Pair:
    """One consequence in words."""
    if effect.kind == "points":
        zh, en = word(registry, f"class.{effect.code}")
        amount = amount_words(effect.amount)
        return f"扣{zh}积分{amount[0]}分", f"{amount[1]} {en} points"
    if effect.kind == "money":
        return _money(effect, registry)
    if effect.kind == "sanction":
        return _sanction(effect, registry)
    return ("影响评分", "a lower score") if effect.kind == "score" else ("警告", "a warning")


def amount_words(number: Number | None) -> Pair:
    """A number in words: 200000 is 20万 in Chinese and 200,000 in English; a range has two ends."""
    if number is None or number.low is None or number.high is None:
        return "（数额不详）", "an unknown number of"
    zh, en = [], []
    for end in (number.low, number.high):
        large = end >= 10000 and end % 1000 == 0
        zh.append(show_number(_same(end / 10000)) + "万" if large else show_number(_same(end)))
        en.append(f"{int(end):,}" if end == end.to_integral_value() else show_number(_same(end)))
    same = number.low == number.high
    return (zh[0], en[0]) if same else ("至".join(zh), " to ".join(en))


def duration_words(seconds: Decimal) -> Pair:
    """Seconds as a person says them: 180 is 3 minutes, 172800 is 48 hours."""
    whole = seconds.quantize(Decimal(1))
    # A limit in hours may be a rounded third or sixth; the second nearest to it is what is meant.
    seconds = whole if whole and abs(seconds - whole) / whole < Decimal("0.001") else seconds
    for size, zh, en in ((3600, "小时", "hour"), (60, "分钟", "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count}{zh}", f"{count} {en}{'s' if count != 1 else ''}"
    text = show_number(_same(seconds))
    return f"{text}秒", f"{text} seconds"


def _same(number: Decimal) -> Number:
    return Number(number, number)


def _money(effect: Effect, registry: Registry) -> Pair:
    currency = _CURRENCIES.get(effect.currency or UNKNOWN, (effect.currency or "",) * 2)
    said = _rate(effect, currency) if effect.is_rate else _fixed(effect.amount, currency)
    bounds = []
    for number, zh, en in ((effect.minimum, "最低", "at least"), (effect.maximum, "最高", "at most")):
        if number is not None:
            bound = _fixed(number, currency) if number.known else ("不详", "an unknown amount")
            bounds.append((f"{zh}{bound[0]}", f"{en} {bound[1]}"))
    bound = join(bounds, "、", ", ")
    form = word(registry, effect.form) if effect.form and effect.form != UNKNOWN else ("", "")
    payee = _PAYEES.get(effect.payee or "", ("支付", ""))
    zh = (
        payee[0]
        + said[0]
        + (f"（{bound[0]}）" if bound[0] else "")
        + (f"，以{form[0]}支付" if form[0] else "")
    )
    english = (
        f"{said[1]}{f' ({bound[1]})' if bound[1] else ''}",
        payee[1],
        f"as {form[1]}" if form[1] else "",
    )
    return zh, "pay " + " ".join(filter(None, english))


def _rate(effect: Effect, currency: Pair) -> Pair:
    base = _BASES[effect.base or "paid_cny"]
    rate = effect.amount
    if rate is None or not rate.known:
        return f"{base[0]}的一定比例（不详）", f"an unknown share of {base[1]}"
    if rate.low is not None and rate.low > 1:
        times = show_number(rate)
        return f"{base[0]}{times}倍的{currency[0]}", f"{times} times {base[1]} in {currency[1]}"
    percent = show_number(rate, percent=True)
    return f"{base[0]}的{percent}", f"{percent} of {base[1]}"


def _fixed(number: Number | None, currency: Pair) -> Pair:
    zh, en = amount_words(number)
    return f"{zh}{currency[0]}", f"{en} {currency[1]}"


def _sanction(effect: Effect, registry: Registry) -> Pair:
    entry = registry.sanctions.get(effect.code or "")
    zh, en = (
        (entry["zh"], entry["en"]) if isinstance(entry, Map) else ("某项处置（不详）", "an unknown sanction")
    )
    en = en[:1].lower() + en[1:]
    if effect.days is not None:
        if not effect.days.known:
            return f"{zh}（天数不详）", f"{en} (days unknown)"
        days = amount_words(effect.days)
        return f"{zh}{days[0]}天", f"{en} for {days[1]} day{'' if days[1] == '1' else 's'}"
    if effect.until:
        until = word(registry, effect.until)
        return f"{zh}，至{until[0]}为止", f"{en} until {until[1]}"
    return zh, en


def _cap(of: str, per: str, limit: Number) -> Pair:
    number = amount_words(limit) if limit.known else ("？", "an unknown number of")
    zh, en = _CAP_PER[per]
    return f"{zh}最多{number[0]}{_CAP_OF[of][0]}", f"at most {number[1]} {_CAP_OF[of][1]} {en}"


def _predicate(predicate: Predicate, registry: Registry) -> Pair:
    fact = registry.facts.get(predicate.fact) or registry.aggregates.get(predicate.fact)
    zh, en = (fact["zh"], fact["en"]) if isinstance(fact, Map) else (predicate.fact, predicate.fact)
    if predicate.fact == "nth" and predicate.number is not None:
        return _nth(predicate, registry)
    if predicate.number is not None:
        op = _OPS[predicate.op]
        if not predicate.number.known:
            return f"{zh}{op[0]}某界限（不详）", f"{en} {op[1]} an unknown limit".replace("  ", " ")
        number = _fact_number(predicate.number, fact)
        return f"{zh}{op[0]}{number[0]}", f"{en} {op[1]} {number[1]}".replace("  ", " ")
    truth = read_bool(predicate.members[0]) if len(predicate.members) == 1 else None
    if truth is not None:
        return (zh, en) if truth else (f"非「{zh}」", f"not “{en}”")
    members = join([word(registry, member) for member in predicate.members], "或", " or ")
    return f"{zh}{members[0]}", f"{en} {members[1]}"


def _nth(predicate: Predicate, registry: Registry) -> Pair:
    number = predicate.number
    times = show_number(number) if number and number.known else "？"
    inside = word(registry, predicate.in_window) if predicate.in_window else ("", "")
    zh = {
        "eq": f"第{times}次",
        "ge": f"第{times}次起",
        "gt": f"第{times}次之后",
        "le": f"前{times}次",
        "lt": f"第{times}次之前",
        "every": f"每第{times}次",
    }[predicate.op]
    en = {
        "eq": f"time {times}",
        "ge": f"time {times} and on",
        "gt": f"after time {times}",
        "le": f"the first {times} times",
        "lt": f"before time {times}",
        "every": f"every {times} times",
    }[predicate.op]
    return f"{inside[0]}{zh}", f"{en} {inside[1]}".strip()


def _fact_number(number: Number, fact: Value) -> Pair:
    unit = fact.get("unit") if isinstance(fact, Map) else None
    if unit == "share":
        percent = show_number(number, percent=True)
        return percent, percent
    zh, en = amount_words(number)
    suffix = _FACT_UNITS.get(unit or "", ("", ""))
    return f"{zh}{suffix[0]}", f"{en}{suffix[1]}"
