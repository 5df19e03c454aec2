"""Generate the other ways to write a word: by sound (same-sounding characters, pinyin, a mixture)."""

from __future__ import annotations

from functools import cache

# The 500 or so commonest characters never stand in for another: 为信 is found in 因为信号, 位心 in 单位心.
TOO_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白"
    "教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且"
    "究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值"
    "号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严啥吃穿喝您吗"
    "呢吧啊哦哈啦谁怎哪找买卖送货款退换拍付钱店客服喜欢谢请帮等急慢贵便宜错假差坏新旧色码尺寸衣裤鞋帽包箱瓶盒套双单只支条块片"
)
_MOST = 300  # generated spellings of one word


@cache
def _by_sound() -> dict[str, str]:
    """Every toneless syllable with the characters that may stand in for another."""
    from pypinyin import Style, pinyin

    sounds: dict[str, list[str]] = {}
    # the 3,755 characters of GB 2312 level 1 are the ones people can type without thinking
    chars = [
        bytes((high, low)).decode("gb2312", "ignore")
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF)
    ]
    for char in chars:
        if len(char) == 1 and char not in TOO_COMMON:
            sounds.setdefault(pinyin(char, style=Style.NORMAL)[0][0], []).append(char)
    return {sound: "".join(found) for sound, found in sounds.items()}


def spellings(word: str) -> list[str]:
    """The word by sound: pinyin in full, pinyin in part, and same-sounding characters.

    >>> {"weixin", "wei信", "薇信"} <= set(spellings("微信"))
    True
    """
    from pypinyin import Style, lazy_pinyin

    if not word or any(char.isascii() for char in word):
        return []
    sounds = lazy_pinyin(word, style=Style.NORMAL)
    if len(sounds) != len(word):
        return []
    found = ["".join(sounds)]
    if len(word) <= 4:
        for at, sound in enumerate(sounds):
            found.append(word[:at] + sound + word[at + 1 :])
            found += [word[:at] + char + word[at + 1 :] for char in _by_sound().get(sound, "")]
        if len(word) == 2:
            first, second = (_by_sound().get(sound, "") for sound in sounds)
            found += [a + b for a in first[:12] for b in second[:12]]
    return [spelling for spelling in dict.fromkeys(found) if spelling != word][:_MOST]
