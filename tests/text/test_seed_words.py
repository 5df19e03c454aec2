"""Every word that the trade's own lists of extreme and careless words name is known, alone and as it is used."""

from __future__ import annotations

import pytest

from pipeline.text.find import find_in_texts
from pipeline.text.lexicon import Lexicons

# Twenty-two categories of extreme words (M14): the words as the lists name them, one a line.
EXTREME = {
    "最": "最 最佳 最具 最爱 最赚 最优 最优秀 最好 最大 最大程度 最高 最高级 最高端 最奢侈 最低 最低级 最低价 最底 最便宜 史上最低价 最流行 最受欢迎 最时尚"
    " 最聚拢 最符合 最舒适 最先 最先进 最先进科学 最后 最新 最新技术 最新科学",
    "一": "第一 中国第一 全网第一 销量第一 排名第一 唯一 第一品牌 NO.1 TOP1 独一无二 全国第一 一流 一天 仅此一次 仅此一款 最后一波 全国十大品牌之一 销冠",
    "级别": "国家级 国际级 世界级 千万级 百万级 星级 5A 甲级 超甲级",
    "极限": "顶级 顶尖 尖端 顶级享受 高级 极品 极佳 绝佳 绝对 终极 极致 致极 极具 完美 至 至尊 至臻 臻品 臻致 臻席 压轴 问鼎 空前 绝后 绝版 无双 非此莫属"
    " 巅峰 前所未有 无人能及 鼎级 鼎冠 定鼎 翘楚之作 不可再生 不可复制 绝无仅有 寸土寸金 淋漓尽致 无与伦比 卓越 卓著",
    "稀缺": "前无古人后无来者 珍稀 臻稀 稀少 绝不在有 稀世珍宝 千金难求 世所罕见 不可多得 空前绝后 寥寥无几 屈指可数",
    "独家": "独家 独创 独据 开发者 缔造者 创始者 发明者",
    "首家国": "首个 首选 首发 首席 首府 首屈一指 全国首家 国家领导人 国门 国宅 首次 填补国内空白 国际品质",
    "品牌": "大牌 金牌 名牌 王牌 领先上市 巨星 著名 掌门人 冠军 王 之王 王者楼王 墅王 皇家",
    "领": "世界领先 遥遥领先 领先 领导者 领袖 引领 创领 领航 耀领",
    "虚假夸大": "史无前例 前无古人 永久 万能 百分之百",
    "权威": "特供 专供 专家推荐 国家领导人推荐 使用人民币图样",
    "欺诈消费者": "点击领奖 恭喜获奖 全民免单 点击有惊喜 点击获取 点击转身 领取奖品 抽奖",
    "诱导消费者": "售罄 售空 再不抢就没了 不会再便宜 没有他就 错过不再 错过即无 错过就没机会了 未曾有过的 万人疯抢 全民疯抢 抢购 免费领 免费住 0首付 免首付"
    " 零距离 价格你来定",
    "肖像权": "公民肖像权 儿童肖像权 明星肖像权 名人肖像权 名人卡通形象 动画片卡通形象",
    "风水": "上风上水 聚财纳气 宝地 圣地 府邸 龙脉 贵脉 东西方神话人物 龙脉之地 风水宝地 天人合一 天干地支 品上山上水 享上等上城 堪舆",
    "封建": "帝都 皇城 皇室领地 皇室 皇族 殿堂 白宫 王府 皇室住所 政府机关 行政大楼 使馆 境线",
    "歧视": "贵族 高贵 隐贵 上流 层峰 富人区 名门 阶层 阶级",
    "活动": "冬奥会 奥林匹克运动会 世界杯 双十一",
    "限时活动": "限时 几天几夜 倒计时 趁现在 就 仅限 周末 周年庆 特惠趴 购物大趴 闪购 品牌团 随时结束 随时涨价 马上降价",
    "排序名次": "第一 第二 首家 三甲 十强",
    "价值投资": "升值价值 价值洼地 价值天成 千亿价值 投资回报 众筹 抄涨 炒股不如买房 升值潜力无限 买到即赚到",
    "其他": "国旗 国徽 国歌 神器 必备",
}  # fmt: skip

# Words that alone are everyday, in the sense the lists forbid.
MEANT = [
    "全场最好的品质", "全网第一", "国内唯一的品牌", "就这一天特价，错过没有", "五星级享受", "5A级品质", "高级品质", "绝对正品", "举世无双", "世间稀少",
    "全国首个", "全网首发", "豪宅首府，尊享", "走出国门的品牌", "国内首次", "金牌品质", "世界著名品牌", "热销冠军", "皇家品质", "领先技术", "永久不褪色", "万能神药",
    "百分之百有效", "下单抽奖", "即将售罄", "马上售空", "没有他就睡不着", "疯狂抢购", "居住宝地", "购物圣地", "皇城脚下的品质", "殿堂级", "白宫同款", "毗邻政府机关的楼盘",
    "紧邻使馆的地段", "坐拥海境线", "上流社会", "精英阶层", "富裕阶级", "冬奥会赞助", "世界杯狂欢", "双十一狂欢节", "限时抢购", "三天三夜狂欢", "大促倒计时", "仅限今天",
    "周末特惠", "周年庆大促", "闪购价", "销量第二", "行业三甲", "全国十强", "众筹价", "国旗图案", "国徽图案",
]  # fmt: skip

# The same words where nothing is claimed of goods.
HARMLESS = [
    "最近有点忙", "最后一步点提交", "第一次洗要单独洗", "一天就能送到", "高级客服在线", "绝对值", "至今没有差评", "首次使用先充电", "周末也发货", "就剩一件了",
    "第二件半价", "王女士您好", "万能遥控器的电池", "永久牌自行车", "限时达已到站", "您到使馆附近的网点自提", "王府井店有货",
]  # fmt: skip

CARELESS = {
    "perfunctory": "哦 ? 呵呵 1",
    "negative_wording": "不行 不能 我不行 这不可以",
    "vague_wording": "可能会到账 没关系 别生气",
}


def concepts(texts: list[str], lexicons: Lexicons) -> list[set[str]]:
    found = find_in_texts(texts, ["agent"] * len(texts), lexicons)
    return [{lexicons.lexicons[lexicons.terms[hit.term].lexicon].concept for hit in hits} for hits in found]


@pytest.mark.parametrize("category", EXTREME)
def test_every_extreme_word_is_known(category: str, lexicons: Lexicons) -> None:
    words = EXTREME[category].split()
    assert [w for w, met in zip(words, concepts(words, lexicons), strict=True) if "extreme_words" not in met] == []  # fmt: skip


def test_everyday_words_count_where_they_praise(lexicons: Lexicons) -> None:
    assert [t for t, met in zip(MEANT, concepts(MEANT, lexicons), strict=True) if "extreme_words" not in met] == []  # fmt: skip


def test_everyday_words_do_not_count_elsewhere(lexicons: Lexicons) -> None:
    assert [t for t, met in zip(HARMLESS, concepts(HARMLESS, lexicons), strict=True) if "extreme_words" in met] == []  # fmt: skip


@pytest.mark.parametrize("concept", CARELESS)
def test_every_careless_word_is_known(concept: str, lexicons: Lexicons) -> None:
    words = CARELESS[concept].split()
    assert [w for w, met in zip(words, concepts(words, lexicons), strict=True) if concept not in met] == []
