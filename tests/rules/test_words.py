"""Rules said aloud: amounts, limits, conditions and whole rules, in both languages."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.paths import packs_dir
from pipeline.rules.conditions import read_condition
from pipeline.rules.load import load_packs
from pipeline.rules.model import Effect, Packs
from pipeline.rules.registry import read_registry
from pipeline.rules.rule_words import rule_words, window_words
from pipeline.rules.values import Number
from pipeline.rules.words import amount_words, condition_words, duration_words, effect_words, penalties_words
from pipeline.rules.yamlfile import Map
from tests.rules.small_packs import write_packs


@pytest.fixture()
def packs(tmp_path: Path) -> Packs:
    return load_packs(write_packs(tmp_path))


def _number(low: str, high: str | None = None) -> Number:
    return Number(Decimal(low), Decimal(high or low))


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        ("180", "3分钟", "3 minutes"),
        ("3600", "1小时", "1 hour"),
        ("172800", "48小时", "48 hours"),
        ("45", "45秒", "45 seconds"),
        ("90", "90秒", "90 seconds"),
        ("600.12", "10分钟", "10 minutes"),
    ],
)
def test_durations(seconds: str, zh: str, en: str) -> None:
    assert duration_words(Decimal(seconds)) == (zh, en)


def test_amounts() -> None:
    assert amount_words(_number("200000", "1000000")) == ("20万至100万", "200,000 to 1,000,000")
    assert amount_words(_number("0.5")) == ("0.5", "0.5")
    assert amount_words(Number(None, None)) == ("（数额不详）", "an unknown number of")


def test_money(packs: Packs) -> None:
    share = Effect(
        "money",
        amount=_number("0.30"),
        is_rate=True,
        base="paid_cny",
        maximum=_number("500"),
        currency="CNY",
        payee="buyer",
        form="unknown",
    )
    assert effect_words(share, packs.registry) == (
        "赔付买家实付金额的30%（最高500元）",
        "pay 30% of the amount paid (at most 500 yuan) to the buyer",
    )
    times = Effect("money", amount=_number("10"), is_rate=True, base="goods_cny", currency="yunzuan")
    assert effect_words(times, packs.registry)[0] == "支付货款10倍的云钻"
    unknown = Effect("money", amount=Number(None, None), currency="CNY", payee="platform")
    assert effect_words(unknown, packs.registry)[0] == "付给平台（数额不详）元"


def test_sanctions_points_and_warnings(packs: Packs) -> None:
    closed = Effect("sanction", code="suspension", days=_number("3", "7"))
    assert effect_words(closed, packs.registry) == ("停业整顿3至7天", "business suspended for 3 to 7 days")
    assert effect_words(Effect("sanction", code="unknown"), packs.registry)[0] == "某项处置（不详）"
    assert (
        effect_words(Effect("sanction", code="suspension", days=Number(None, None)), packs.registry)[0]
        == "停业整顿（天数不详）"
    )
    points = Effect("points", code="general", amount=_number("2"))
    assert effect_words(points, packs.registry) == ("扣一般违规积分2分", "2 general-violation points")
    assert effect_words(Effect("warning"), packs.registry) == ("警告", "a warning")


def test_conditions(packs: Packs) -> None:
    def say(*predicates: dict[str, object]) -> tuple[str, str]:
        return condition_words(read_condition(list(predicates)), packs.registry)

    assert (
        say({"fact": "ok_share", "lt": "0.5"}, {"fact": "units", "gt": "10"})[0]
        == "达标率低于50%且计入单位数超过10"
    )
    assert say({"fact": "ok_share", "lt": "unknown"})[0] == "达标率低于某界限（不详）"
    assert say({"fact": "nth", "in_window": "calendar_year", "ge": "3"}) == (
        "自然年内第3次起",
        "time 3 and on in a calendar year",
    )
    assert say({"fact": "complaint_filed", "eq": "false"}) == (
        "非「买家已投诉」",
        "not “the buyer complained”",
    )
    assert (
        say({"any": [[{"fact": "paid_cny", "ge": "300"}], [{"fact": "severity", "in": ["low"]}]]})[0]
        == "实付金额达到300元，或情节偏低"
    )
    assert say() == ("", "")


def test_a_whole_rule(packs: Packs) -> None:
    rule = packs.rules["jd.reply_rate"]
    zh, en = rule_words(rule, rule.versions[0], packs.registry)
    for part in (
        "回复率",
        "须在3分钟内",
        "08:00至23:00",
        "每日",
        "达标率低于50%",
        "扣一般违规积分2分",
        "每周最多8分",
    ):
        assert part in zh
    for part in ("within 3 minutes", "08:00 to 23:00", "each day", "below 50%", "at most 8 points a week"):
        assert part in en
    assert penalties_words(packs.rules["pinduoduo.reply_rate"].versions[0], packs.registry)[0] == "未载明处罚"


def test_windows(packs: Packs) -> None:
    window = Map(1)
    window.update({"days": 30, "lag": 1})
    assert window_words(window, packs.registry) == ("近30日（截至1日前）", "over 30 days up to 1 day ago")
    assert window_words("unknown", packs.registry)[0] == "考核周期不详"
    assert window_words(None, packs.registry) == ("", "")


def test_every_coded_value_of_the_registry_has_words() -> None:
    registry, problems = read_registry(packs_dir())
    assert problems == []
    coded = {
        value
        for measure in registry.measures.values()
        for param in measure.params.values()
        for value in param.values
    }
    coded |= {value for param in registry.scope.values() for value in param.values}
    coded |= {window for fact in registry.facts.values() for window in fact.get("windows", [])}
    said = set(registry.words) | set(registry.units["count_units"]) | set(registry.concepts)
    assert coded - said == set()
    for entry in registry.words.values():
        assert entry["zh"] and entry["en"]
