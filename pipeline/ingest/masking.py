"""Mask personal data inside text: phones, id and bank cards, addresses, e-mail, 微信 and QQ ids.

A fast pre-filter (Rust regex over the whole column) picks the few texts that may hold something; only
those meet the exact patterns, where checksums and context decide. Order numbers, prices, product codes
and waybills stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import polars as pl

KINDS = ("mobile", "landline", "id_card", "bank_card", "email", "wechat", "qq", "address")
_TAGS = {
    "mobile": "[手机号]", "landline": "[座机]", "id_card": "[身份证]", "bank_card": "[银行卡]", "email": "[邮箱]",
    "wechat": "[微信号]", "qq": "[QQ号]", "address": "[地址]",
}  # fmt: skip

_DIGITS = "0-9０-９零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖①②③④⑤⑥⑦⑧⑨"
_TO_ASCII = str.maketrans(
    "０１２３４５６７８９零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖①②③④⑤⑥⑦⑧⑨", "0123456789001234567891123456789123456789"
)
_GAP = r"[ \t\u3000\-—–－_.·•,，、/|~]"
_ROADS = "路|街|大道|道|巷|弄|胡同"
_PLACES = "小区|花园|公寓|大厦|大楼|广场|新村|家园|社区|苑|庄园|山庄|宿舍|村|屯|寨|园区|工业园|城|府|湾|里|镇|乡|组"
_UNITS = "号院|号楼|号|弄|栋|幢|座|单元|楼|室|层|组|队|排|门|户|#"

PREFILTER = (
    rf"(?:[{_DIGITS}](?:{_GAP}|[()（）]){{0,3}}){{9}}|[@＠]|(?i:微信|weixin|wechat|vx|wx|v信|威信|薇信|加v|v：|v:|qq|扣扣|企鹅|秋秋)"
    rf"|(?:{_ROADS}|{_PLACES})[^0-9０-９]{{0,10}}[0-9０-９一二三四五六七八九十]{{1,5}}|[0-9０-９]+(?:栋|幢|号楼|座|单元)"
)

_RUN = re.compile(rf"[(（+＋]{{0,2}}[{_DIGITS}](?:{_GAP}{{0,3}}[{_DIGITS}]|[()（）]{{1,2}}{_GAP}?[{_DIGITS}]){{6,}}[Xx]?")
_HAN = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖①②③④⑤⑥⑦⑧⑨"
# Chinese digits are tokens of their own: 张三 stands before a number as often as 三 is part of one.
_TOKEN = re.compile(rf"[0-9０-９]+[Xx]?|[{_HAN}]")
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\s?[@＠]\s?[A-Za-z0-9-]{1,63}(?:[.．。][A-Za-z0-9-]{1,63}){1,4}")
_WECHAT = re.compile(
    r"(微信号?码?|weixin号?|wechat|v信号?|威信号?|薇信号?|加\s?v|(?<![A-Za-z])(?:vx|wx|v(?![A-Za-z])))(\s*[:：是为]\s*|\s*号\s*[:：是为]?\s*|\s*)"
    r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_])", re.I,
)  # fmt: skip
_QQ = re.compile(
    r"((?<![A-Za-z])qq(?:群|号码?)?|扣扣号?|企鹅号?|秋秋号?)(\s*[:：是为]?\s*)([1-9１-９][0-9０-９]{4,10})(?![0-9０-９])", re.I
)
_NOT_CITY = r"(?:(?![省市区县，。！？；,.!?;：:])[一-鿿A-Za-z0-9])"
_NUMBER = r"[0-9０-９一二三四五六七八九十百]{1,5}(?:[-—－][0-9０-９]{1,5})*"
_SIGNS = "号院|号楼|号|弄|栋|幢|座|#"
# What makes an address: a road or place, a number, and a word that numbers houses or rooms.
_ANCHOR = re.compile(
    rf"(?:(?:{_ROADS})(?:[东西南北中一二三四五六]段?)?\s?{_NUMBER}\s?(?:{_SIGNS})|(?:{_PLACES})[A-Za-z]?\s?{_NUMBER}\s?(?:{_SIGNS}|单元|室|组))"
)
_BEFORE = re.compile(rf"(?:{_NOT_CITY}{{1,6}}?(?:新区|开发区|区|县|旗|镇|乡|街道)\s?){{0,3}}{_NOT_CITY}{{1,8}}$")
_BUILDING = "大厦|大楼|广场|小区|花园|公寓|家园|新村|中心|苑|城|宿舍|社区|园区"
_TAIL = re.compile(
    rf"(?:[-—－\s]?(?:[A-Za-z]座|[A-Za-z]?{_NUMBER}(?:{_UNITS})|[一-鿿A-Za-z0-9]{{1,8}}?(?:{_BUILDING})))*(?:[-—－\s]?[A-Za-z]?[0-9０-９]{{1,5}}(?![0-9０-９]))?"
)
_ROOM = re.compile(
    rf"{_NUMBER}(?:号楼|栋|幢|座)\s?(?:{_NUMBER}(?:单元|门|层)\s?)?[0-9０-９]{{1,5}}(?:室|号|户)?|{_NUMBER}单元\s?{_NUMBER}(?:室|号|户)?"
)
_IS_NUMBER_OF = re.compile(
    r"(?:订单(?:编号|号码?)?|单号|运单号?|快递号?|物流号?|编号|货号|款号|条码|条形码|编码|型号|流水号?|批号|店铺号|sku|商品|链接)"
    r"\s*(?:id|ID)?\s*[:：是为#]?\s*$", re.I,
)  # fmt: skip
_CARD_WORDS = re.compile(r"(?:卡号|银行卡|储蓄卡|信用卡|账号|账户|开户|打款|转账)")
_PHONE_LETTERS = re.compile(r"(?:vx?|wx|tel|t|phone|mobile|mob|m|call|dh|sj)\s*$", re.I)
_PHONE_GROUPS = {
    (11,), (3, 4, 4), (4, 4, 3), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (5, 6), (3, 3, 3, 2), (6, 5), (4, 7), (8, 3), (1,) * 11,
}  # fmt: skip
_AREA = re.compile(r"0(?:10|2[0-57-9]|[3-9]\d{2})")


def mask_texts(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the texts with personal data replaced by tags, and the kinds seen in each (null when none)."""
    nothing = pl.Series("pii_kinds", [None], dtype=pl.List(pl.String)).new_from_index(0, len(texts))
    if texts.null_count() == len(texts):
        return texts, nothing
    candidates = texts.to_frame("texts").select(pl.arg_where(pl.col("texts").str.contains(PREFILTER))).to_series()
    if len(candidates) == 0:
        return texts, nothing
    masked = [mask(text) for text in texts.gather(candidates).to_list()]
    hit = [at for at, (_, kinds) in enumerate(masked) if kinds]
    if not hit:
        return texts, nothing
    where = candidates.gather(hit)
    new = pl.DataFrame(
        {
            "at": where.cast(pl.UInt32),
            "new": pl.Series([masked[at][0] for at in hit], dtype=pl.String),
            "pii_kinds": pl.Series([masked[at][1] for at in hit], dtype=pl.List(pl.String)),
        }
    )
    frame = texts.alias("old").to_frame().with_row_index("at").join(new, on="at", how="left", maintain_order="left")
    return frame.select(pl.coalesce("new", "old").alias(texts.name)).to_series(), frame.get_column("pii_kinds")


def mask(text: str) -> tuple[str, list[str]]:
    """Mask one text; returns it and the kinds found, in the order of ``KINDS``."""
    found: set[str] = set()

    def tag(kind: str) -> str:
        found.add(kind)
        return _TAGS[kind]

    text = _EMAIL.sub(lambda _: tag("email"), text)
    text = _WECHAT.sub(lambda match: _wechat(match, tag), text)
    text = _QQ.sub(lambda match: f"{match[1]}{match[2]}{tag('qq')}", text)
    text = _RUN.sub(lambda match: _numbers(match, tag), text)
    text = _ROOM.sub(lambda _: tag("address"), _addresses(text, tag))
    return text, [kind for kind in KINDS if kind in found]


def _addresses(text: str, tag: Callable[[str], str]) -> str:
    """Mask from district and street to the room; province and city stay. Looks back a bounded way only."""
    out, at = [], 0
    while anchor := _ANCHOR.search(text, at):
        before = _BEFORE.search(text[max(at, anchor.start() - 30) : anchor.start()])
        if before is None:
            out.append(text[at : anchor.end()])
            at = anchor.end()
            continue
        start = anchor.start() - len(before[0])
        tail = _TAIL.match(text, anchor.end())
        out += [text[at:start], tag("address")]
        at = tail.end() if tail else anchor.end()
    return "".join([*out, text[at:]])


def _wechat(match: re.Match[str], tag: Callable[[str], str]) -> str:
    name, gap = match[3], match[2]
    if re.search(r"[0-9_-]", name) or gap.strip():
        return f"{match[1]}{gap}{tag('wechat')}"
    return match[0]


def _numbers(match: re.Match[str], tag: Callable[[str], str]) -> str:
    """Classify a run of digits (with gaps) and mask the part that is personal."""
    run, text, begin = match[0], match.string, match.start()
    tokens = [(token.start(), token.end(), token[0].translate(_TO_ASCII)) for token in _TOKEN.finditer(run)]
    joined = "".join(part for _, _, part in tokens)
    place = 0  # of the token in the joined digits
    out, at, first = [], 0, 0
    while first < len(tokens):
        left = text[max(0, begin + tokens[first][0] - 16) : begin + tokens[first][0]]
        sizes = _sizes(joined[place : place + 19], left)
        found = None
        length, last = 0, first
        while sizes and last < len(tokens) and length < sizes[-1]:
            length += len(tokens[last][2])
            last += 1
            if length not in sizes:
                continue
            end = begin + tokens[last - 1][1]
            spelled = any(run[token[0]] in _HAN for token in tokens[first:last])
            kind = _classify([part for _, _, part in tokens[first:last]], spelled, left, text[end : end + 3])
            if kind is not None:
                found = (kind, last)  # the longest reading counts: a card may begin like a phone
        if found is None:
            place += len(tokens[first][2])
            first += 1
            continue
        kind, last = found
        place += sum(len(part) for _, _, part in tokens[first:last])
        start = tokens[first][0]
        while start > at and run[start - 1] in "+＋(（":
            start -= 1
        out += [run[at:start], tag(kind)]
        at = tokens[last - 1][1]
        first = last
    return "".join([*out, run[at:]])


def _sizes(digits: str, left: str) -> tuple[int, ...]:
    """The lengths at which digits that begin so may be personal, ascending."""
    sizes: set[int] = set()
    if digits[0] == "1" and "3" <= digits[1:2] <= "9":
        sizes.add(11)
    if digits[0] == "0":
        sizes.update((10, 11, 12))
    if digits.startswith("86"):
        sizes.add(13)
    if digits.startswith("0086"):
        sizes.add(15)
    if digits[6:8] in ("19", "20"):
        sizes.add(18)
    if "身份证" in left:
        sizes.add(15)
    if digits[:2] in ("62", "95", "60", "35") or digits[0] in "45" or _CARD_WORDS.search(left):
        sizes.update((16, 17, 18, 19))
    return tuple(sorted(sizes))


def _classify(parts: list[str], spelled: bool, left: str, right: str) -> str | None:
    """The kind of number that groups of digits are, unless what stands beside them says otherwise."""
    kind = _kind(parts, spelled, left)
    if kind is None or _IS_NUMBER_OF.search(left):
        return None
    if left[-1:].isascii() and left[-1:].isalpha() and not _PHONE_LETTERS.search(left[-8:]):
        return None
    return None if re.match(r"[A-UX-Za-ux-z]", right) and kind != "id_card" else kind


def _kind(parts: list[str], spelled: bool, left: str) -> str | None:
    digits = "".join(parts)
    groups = tuple(len(part) for part in parts)
    size = len(digits)
    if size == 18 and (spelled or len(parts) <= 6) and _is_id_card(digits):
        return "id_card"
    if not digits.isdigit():
        return None
    if size == 15 and len(parts) == 1 and "身份证" in left and _is_date("19" + digits[6:12]):
        return "id_card"
    if size >= 16 and _is_bank_card(digits, groups, left):
        return "bank_card"
    if size in (11, 13, 15):
        country = size - 11
        if digits[:country] in ("", "86", "0086") and digits[country] == "1" and "3" <= digits[country + 1] <= "9":
            groups = _without(groups, country)
            if spelled or groups in _PHONE_GROUPS or _mixed(groups):
                return "mobile"
    if 10 <= size <= 12 and digits[0] == "0" and len(parts) <= 4 and (area := _AREA.match(digits)):
        rest = digits[area.end() :]
        whole = len(parts) == 1 or groups[0] == area.end()
        if len(rest) in (7, 8) and rest[0] not in "01" and whole:
            return "landline"
    return None


def _mixed(groups: tuple[int, ...]) -> bool:
    """Groups nobody writes sizes in: nearly every digit apart."""
    return len(groups) >= 7


def _without(groups: tuple[int, ...], prefix: int) -> tuple[int, ...]:
    left = list(groups)
    while prefix and left:
        cut = min(prefix, left[0])
        left[0] -= cut
        prefix -= cut
        if left[0] == 0:
            left.pop(0)
    return tuple(left)


def _is_id_card(digits: str) -> bool:
    if not ("11" <= digits[:2] <= "82" and _is_date(digits[6:14]) and digits[:17].isdigit()):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
    return "10X98765432"[rest] == digits[17].upper()


def _is_date(text: str) -> bool:
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:8])).year <= 2100
    except ValueError:
        return False


def _is_bank_card(digits: str, groups: tuple[int, ...], left: str) -> bool:
    said = _CARD_WORDS.search(left[-14:]) is not None
    issuer = (
        (digits.startswith("62") and 16 <= len(digits) <= 19)
        or (digits[:4] in ("9558", "6013", "6014") and len(digits) in (16, 18, 19))
        or (len(digits) == 16 and (digits[0] == "4" or "51" <= digits[:2] <= "55" or digits[:4] == "3568"))
    )
    grouped = len(groups) == 1 or (set(groups[:-1]) == {4}) or len(groups) >= 12
    if not grouped or not (issuer or (said and 16 <= len(digits) <= 19)):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
