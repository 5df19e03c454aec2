"""Lexicon files are read strictly: every mistake names its file, line, key and mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.problems import RulesInvalid
from pipeline.text.lexicon import Lexicons, load_lexicons

GOOD = """id: sample
concept: abuse
title: {zh: 样例, en: Sample}
tier: forbidden
words:
  add: [加, 添加]
terms:
  - 坏词
  - term: 加微信
    forms: ['<add>…微信']
"""


def test_a_good_file_loads(folder: Callable[[str], Path]) -> None:
    loaded = load_lexicons(folder(GOOD))
    assert [term.term for term in loaded.terms] == ["坏词", "加微信"]
    assert loaded.lexicons["sample"].roles == ("agent", "robot")


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("tier: forbidden", "teir: forbidden", "unknown_key", 4),
        ("tier: forbidden", "tier: awful", "not_one_of", 4),
        ("id: sample", "id: other", "lexicon_id", 1),
        ("title: {zh: 样例, en: Sample}", "title: {zh: 样例}", "missing_translation", 3),
        ("concept: abuse\n", "", "missing_key", 1),
        ("  - 坏词", "  - 坏词\n  - 坏词", "duplicate_term", 9),
        ("  - 坏词", "  - 1", "wrong_form", 8),
        ("['<add>…微信']", "['<nothing>微信']", "bad_form", 10),
        ("['<add>…微信']", "['(加|添加微信']", "bad_form", 10),
        ("    forms: ['<add>…微信']", "    pattern: '(a+)+'\n    anchors: [a]", "bad_form", 10),
        ("    forms: ['<add>…微信']", "    pattern: 'a'", "bad_form", 10),
        (
            "    forms: ['<add>…微信']",
            "    forms: ['<add>…微信']\n    whole_message: true",
            "whole_message",
            9,
        ),
        ("    forms: ['<add>…微信']", "    instead: {zh: 好}", "missing_translation", 9),
        ("    forms: ['<add>…微信']", "    negatoin: false", "unknown_key", 10),
        ("  add: [加, 添加]", "  add: [1, 添加]", "wrong_form", 6),
        ("tier: forbidden", "tier: forbidden\nrole: [seller]", "not_one_of", 5),
        ("tier: forbidden", "tier: forbidden\nquoting: maybe", "wrong_form", 5),
        ("tier: forbidden", "purpose: wanted", "wanted_form", 10),
        ("terms:", "words:\n  add: [x]\nterms:", "duplicate_key", 7),
    ],
)
def test_mistakes_are_refused(
    folder: Callable[[str], Path], old: str, new: str, code: str, line: int
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new)
    if code == "wanted_form":
        text = text.replace("<add>…微信", "^微信")
    with pytest.raises(RulesInvalid) as refused:
        load_lexicons(folder(text))
    found = {problem.code: problem for problem in refused.value.problems}
    assert code in found, [str(problem) for problem in refused.value.problems]
    assert found[code].where.startswith(f"sample.yaml:{line}"), found[code].where
    assert found[code].mend_zh
    assert found[code].mend_en


def test_a_file_without_terms_is_refused(folder: Callable[[str], Path]) -> None:
    with pytest.raises(RulesInvalid):
        load_lexicons(folder(GOOD.split("terms:")[0]))


def test_the_fingerprint_follows_content_and_allowed_words(folder: Callable[[str], Path]) -> None:
    first = load_lexicons(folder(GOOD))
    second = load_lexicons(folder(GOOD.replace("坏词", "更坏的词")))
    third = load_lexicons(folder(GOOD), {"jd/one": ["坏词典"]})
    assert len({first.fingerprint, second.fingerprint, third.fingerprint}) == 3
    assert load_lexicons(folder(GOOD)).fingerprint == first.fingerprint


def test_every_lexicon_that_rules_name_is_there(lexicons: Lexicons) -> None:
    wanted = {
        "abuse",
        "bad_attitude",
        "perfunctory",
        "off_platform_trade",
        "card_fee",
        "invoice_refusal",
        "invoice_mismatch",
        "freight_on_free_shipping",
        "privacy",
        "over_promise",
        "cannot_ship",
        "refuse_to_ship",
        "cash_on_delivery",
        "shirking",
        "negative_wording",
        "commanding_tone",
        "doubting",
        "vague",
        "rigid_template",
        "overselling",
        "threat",
        "extreme_words",
        "courtesy",
        "please_wait",
        "order_confirmation",
        "handover",
        "follow_up",
        "jargon",
    }
    assert wanted <= set(lexicons.lexicons)


def test_the_22_categories_of_extreme_words_are_there(lexicons: Lexicons) -> None:
    categories = {term.category for term in lexicons.terms if term.lexicon == "extreme_words"}
    assert len(categories) == 22


SEED_WORDS = [
    "最佳",
    "最具",
    "最爱",
    "最赚",
    "最优",
    "最优秀",
    "最好",
    "最大",
    "最大程度",
    "最高",
    "最高级",
    "最高端",
    "最奢侈",
    "最低",
    "最低级",
    "最低价",
    "最底",
    "最便宜",
    "史上最低价",
    "最流行",
    "最受欢迎",
    "最时尚",
    "最聚拢",
    "最符合",
    "最舒适",
    "最先",
    "最先进",
    "最先进科学",
    "最后",
    "最新",
    "最新技术",
    "最新科学",
    "第一",
    "中国第一",
    "全网第一",
    "销量第一",
    "排名第一",
    "唯一",
    "第一品牌",
    "NO.1",
    "TOP1",
    "独一无二",
    "全国第一",
    "一流",
    "一天",
    "仅此一次",
    "最后一波",
    "销冠",
    "国家级",
    "国际级",
    "世界级",
    "千万级",
    "百万级",
    "星级",
    "5A",
    "甲级",
    "超甲级",
    "顶级",
    "尖端",
    "顶级享受",
    "高级",
    "极品",
    "极佳",
    "绝佳",
    "绝对",
    "终极",
    "极致",
    "极具",
    "完美",
    "至",
    "至尊",
    "压轴",
    "问鼎",
    "空前",
    "绝后",
    "绝版",
    "无双",
    "非此莫属",
    "巅峰",
    "前所未有",
    "无人能及",
    "鼎级",
    "翘楚之作",
    "不可再生",
    "不可复制",
    "绝无仅有",
    "寸土寸金",
    "淋漓尽致",
    "无与伦比",
    "卓越",
    "卓著",
    "珍稀",
    "臻稀",
    "稀少",
    "绝不在有",
    "稀世珍宝",
    "千金难求",
    "世所罕见",
    "不可多得",
    "空前绝后",
    "寥寥无几",
    "屈指可数",
    "独家",
    "独创",
    "独据",
    "开发者",
    "缔造者",
    "创始者",
    "发明者",
    "首个",
    "首选",
    "首发",
    "首席",
    "首府",
    "首屈一指",
    "全国首家",
    "国家领导人",
    "国门",
    "国宅",
    "首次",
    "填补国内空白",
    "国际品质",
    "大牌",
    "金牌",
    "名牌",
    "王牌",
    "领先上市",
    "巨星",
    "著名",
    "掌门人",
    "冠军",
    "王",
    "之王",
    "王者楼王",
    "墅王",
    "皇家",
    "世界领先",
    "遥遥领先",
    "领先",
    "领导者",
    "领袖",
    "引领",
    "创领",
    "领航",
    "耀领",
    "史无前例",
    "永久",
    "万能",
    "百分之百",
    "特供",
    "专供",
    "专家推荐",
    "国家领导人推荐",
    "使用人民币图样",
    "点击领奖",
    "恭喜获奖",
    "全民免单",
    "点击有惊喜",
    "点击获取",
    "点击转身",
    "领取奖品",
    "抽奖",
    "售罄",
    "售空",
    "再不抢就没了",
    "不会再便宜",
    "没有他就",
    "错过不再",
    "未曾有过的",
    "万人疯抢",
    "抢购",
    "免费领",
    "0首付",
    "零距离",
    "价格你来定",
    "明星肖像权",
    "名人卡通形象",
    "动画片卡通形象",
    "上风上水",
    "聚财纳气",
    "宝地",
    "圣地",
    "府邸",
    "龙脉",
    "东西方神话人物",
    "风水宝地",
    "天人合一",
    "天干地支",
    "堪舆",
    "帝都",
    "皇城",
    "皇室领地",
    "殿堂",
    "白宫",
    "王府",
    "政府机关",
    "贵族",
    "高贵",
    "隐贵",
    "上流",
    "层峰",
    "富人区",
    "名门",
    "XX阶层",
    "国家大型赛事",
    "双十一",
    "限时",
    "几天几夜",
    "倒计时",
    "趁现在",
    "就",
    "仅限",
    "周末",
    "周年庆",
    "特惠趴",
    "购物大趴",
    "闪购",
    "品牌团",
    "随时结束",
    "随时涨价",
    "马上降价",
    "第二",
    "三甲",
    "十强",
    "升值价值",
    "价值洼地",
    "价值天成",
    "千亿价值",
    "投资回报",
    "众筹",
    "抄涨",
    "炒股不如买房",
    "买到即赚到",
    "国旗",
    "神器",
    "必备",
]


def test_the_words_of_the_training_documents_are_terms(lexicons: Lexicons) -> None:
    terms = {term.term for term in lexicons.terms if term.lexicon == "extreme_words"}
    assert [word for word in SEED_WORDS if word not in terms] == []


def test_a_lexicon_yields_to_known_lexicons_only(folder: Callable[[str], Path]) -> None:
    with pytest.raises(RulesInvalid) as refused:
        load_lexicons(folder(GOOD.replace("concept: abuse", "concept: abuse\nyields_to: [nothing]")))
    assert [problem.code for problem in refused.value.problems] == ["not_one_of"]
