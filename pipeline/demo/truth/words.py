"""What each platform makes of a sentence that should not have been said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pipeline.demo.clock import moment
from pipeline.demo.truth.breach import CONFIRMED, CONTINGENT, Breach, Effect
from pipeline.demo.truth.known import Known, Line

_YUAN = 100


def bad_words(known: Known) -> Iterator[Breach]:
    """Every planted sentence by every rule that forbids it, in the order in which they were said."""
    lines = sorted(known.lines, key=lambda line: line.said)
    times: dict[int, int] = defaultdict(int)
    for line in (line for line in lines if line.what == "abuse"):
        year = moment(line.said).year
        times[year] += 1
        nth = times[year]
        sure = CONFIRMED if line.complained else CONTINGENT
        yield _said(known, line, "douyin.abuse", _douyin_abuse(nth))
        yield _said(known, line, "taobao.abuse", _taobao_abuse(sure))
        yield _said(known, line, "tmall.abuse", _tmall_abuse(nth))
        # plain insults are the general degree; the severe one needs mass contact, the night or a review reply
        yield _said(known, line, "pinduoduo.abuse", [_shop_closed(CONFIRMED)])
        yield _said(known, line, "baseline.abuse", [_shop_closed(sure)])
    for line in lines:
        if line.what == "lure":
            yield _said(known, line, "douyin.off_platform_trade", _douyin_lure(line))
            yield _said(known, line, "kuaishou.off_platform_trade", None)
            yield _said(known, line, "jd.off_platform_trade", None)
        elif line.what == "close_trade" and not _paid_before(line):
            yield _said(known, line, "tmall.cannot_ship_72h", [Effect(CONFIRMED, "points", "general", 1, 1)])
        elif line.what == "extreme":
            yield _said(known, line, "tmall.extreme_words", [Effect(CONFIRMED, "sanction", "unknown")])


def absolute_titles(known: Known) -> Iterator[Breach]:
    """Law: 200,000 to 1,000,000 yuan; a first and slight case may go unpunished."""
    for item in known.absolute_titles:
        money = Effect(CONTINGENT, "money", "CNY", 0, 1_000_000 * _YUAN)
        yield Breach(
            known.store_id,
            "law",
            "law.extreme_words",
            known.listed_at,
            "absolute_title",
            message_id=item,
            needs_text=True,
            has_penalties=True,
            effects=[money],
        )


def _said(known: Known, line: Line, rule_id: str, effects: list[Effect] | None) -> Breach:
    return Breach(
        known.store_id,
        rule_id.partition(".")[0],
        rule_id,
        line.said,
        line.what,
        order_id=line.order_id,
        conversation_id=line.talk.number,
        message_id=line.message_id,
        needs_text=True,
        has_penalties=effects is not None,
        effects=effects or [],
    )


def _paid_before(line: Line) -> bool:
    return line.talk.order_paid is not None and line.talk.order_paid <= line.said


def _shop_closed(certainty: str) -> Effect:
    return Effect(certainty, "sanction", "delist_and_listing_ban", 3, 3)


def _douyin_abuse(nth: int) -> list[Effect]:
    """100 yuan and points, both by a degree that nobody has stated: one act has one degree.

    Slight A 0.5, general A 4 the first time and B 4 later, severe B 4, especially severe B 12.
    """
    money = Effect(CONTINGENT, "money", "CNY", 100 * _YUAN, 100 * _YUAN)
    most_a = 4 if nth == 1 else 0.5
    return [money, Effect(CONTINGENT, "points", "A", 0, most_a), Effect(CONTINGENT, "points", "B", 0, 12)]


def _taobao_abuse(sure: str) -> list[Effect]:
    """On complaint 300 yuan and two general points."""
    money = Effect(sure, "money", "CNY", 300 * _YUAN, 300 * _YUAN)
    return [money, Effect(sure, "points", "general", 2, 2)]


def _tmall_abuse(nth: int) -> list[Effect]:
    """1,000 yuan to the buyer; 12 points from the third or fourth time in the year, which is not clear."""
    effects = [Effect(CONFIRMED, "money", "CNY", 1_000 * _YUAN, 1_000 * _YUAN)]
    if nth >= 3:
        effects.append(Effect(CONFIRMED if nth > 3 else CONTINGENT, "points", "general", 12, 12))
    return effects


def _douyin_lure(line: Line) -> list[Effect]:
    """Severe or especially severe: 200 or 500 yuan before 2025-09-29, since then 5,000 or 10,000 and more."""
    if moment(line.said).strftime("%Y-%m-%d") < "2025-09-29":
        return [Effect(CONTINGENT, "money", "CNY", 200 * _YUAN, 500 * _YUAN)]
    money = Effect(CONTINGENT, "money", "CNY", 5_000 * _YUAN, 10_000 * _YUAN)
    return [money, Effect(CONTINGENT, "sanction", "removal", 0)]
