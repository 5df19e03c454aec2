"""Cases whose costs were worked out by hand from the rules' own numbers; the sum stands beside each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.penalty_worlds import Expect, Penalty, Sums, Unit

NOON = "2025-11-12 12:00:00"


def paid(amount: str, at: str = NOON, *, complaint: bool | None = None, **given: Any) -> Unit:
    """One failing order with the amount paid; goods cost the same unless told."""
    return Unit(at, {"base_cny": amount, "goods_cny": amount, **given}, complaint)


def found(severity: str | None, at: str = NOON, *, complaint: bool | None = None, **given: Any) -> Unit:
    """One finding of conduct with a severity, or with none that shows."""
    return Unit(at, {"severity": severity, **given}, complaint)


def daily(count: int, start: str, unit: Unit, step: int = 1) -> list[Unit]:
    """The same unit on each of so many days."""
    first = date.fromisoformat(start)
    return [Unit(f"{first + timedelta(days=step * n)} 12:00:00", unit.given, unit.complaint, unit.rule) for n in range(count)]


def same_day(count: int, unit: Unit) -> list[Unit]:
    """So many of it within one day, a minute apart."""
    return [Unit(f"{unit.at[:10]} {8 + n // 60:02d}:{n % 60:02d}:00", unit.given, unit.complaint, unit.rule) for n in range(count)]


def sure(money: str | None = None, high: str | None = None, **more: Any) -> Expect:
    """Confirmed costs; one amount, or a low and a high."""
    return Expect("confirmed", None if money is None else (money, high or money), **more)


def maybe(money: str | None = None, high: str | None = None, **more: Any) -> Expect:
    """Contingent costs."""
    return Expect("contingent", None if money is None else (money, high or money), **more)


def both(low: str, high: str | None = None) -> tuple[str, str]:
    """Both ends of an amount."""
    return low, high or low


TRAINED: dict[str, Any] = {"track": "training"}
BAN = "delist_and_listing_ban"
NODE = "tmall.ladder_general"
JD_NODE = "jd.ladder_severe"

CASES: list[Penalty] = [
    # --- what training says: 30% of the goods, 500 at most
    Penalty("Tmall, taught: 2,000 yuan late, 30% is 600, the maximum 500", "tmall.late_shipment", [paid("2000", complaint=True)], [sure("500")], **TRAINED),
    Penalty("Tmall, taught: 100 yuan late, 30%", "tmall.late_shipment", [paid("100", complaint=True)], [sure("30")], **TRAINED),
    Penalty("Tmall, taught: nobody complained yet, the buyer still may", "tmall.late_shipment", [paid("100")], [maybe("30")], **TRAINED),
    Penalty("Tmall, taught: neither minimum nor maximum is known, so the amount is not", "tmall.out_of_stock", [paid("100")], [sure(points={"general": (None, None)})], **TRAINED),
    Penalty("Suning, taught: National Day, 30% of 100", "suning.late_shipment", [paid("100", "2025-10-02 12:00:00")], [sure("30")], **TRAINED),
    Penalty("Suning, taught: 30% of 2,000 is 600, at most 500", "suning.late_shipment", [paid("2000", "2025-10-02 12:00:00")], [sure("500")], **TRAINED),
    Penalty("Pinduoduo, taught: an insult counts once the user is displeased", "pinduoduo.abuse", [found(None)], [maybe(sanction=BAN, days=both("3"))], **TRAINED),
    # --- Douyin: money
    Penalty("Douyin before 2025-04-28: 10 yuan an order", "douyin.late_shipment", [paid("88", "2025-04-20 12:00:00")], [sure("10")]),
    Penalty("Douyin: 51 orders of a day are 510, the day's cap is 500", "douyin.late_shipment", same_day(51, paid("88", "2025-04-20 12:00:00")), [sure("500")]),
    Penalty("Douyin: a second day has a cap of its own, 500 + 10", "douyin.late_shipment",
            [*same_day(51, paid("88", "2025-04-20 12:00:00")), paid("88", "2025-04-21 12:00:00")], [sure("510")]),
    Penalty("Douyin: at most 3 yuan paid, nothing is due", "douyin.late_shipment", [paid("3")], [sure()]),
    Penalty("Douyin: 3.01 yuan paid, 3 are due", "douyin.late_shipment", [paid("3.01")], [sure("3")]),
    Penalty("Douyin: 299.99 is below 300, still 3", "douyin.late_shipment", [paid("299.99")], [sure("3")]),
    Penalty("Douyin: from 300 on 1%", "douyin.late_shipment", [paid("300")], [sure("3")]),
    Penalty("Douyin: 1% of 555.55 is 5.5555, half up 5.56", "douyin.late_shipment", [paid("555.55")], [sure("5.56")]),
    Penalty("Douyin: 1% of 300.50 is 3.005, half up 3.01", "douyin.late_pickup", [paid("300.50")], [sure("3.01")]),
    Penalty("Douyin: 1% of 5,000 is 50, at most 30", "douyin.late_shipment", [paid("5000")], [sure("30")]),
    Penalty("Douyin: 11 false shipments of a day are 5,500, capped at 5,000", "douyin.false_shipment", same_day(11, paid("10")), [sure("5000")]),
    Penalty("Douyin: 10 and 3 on two days, 5,000 + 1,500", "douyin.false_shipment", [*same_day(10, paid("10")), *same_day(3, paid("10", "2025-11-13 12:00:00"))], [sure("6500")]),
    Penalty("Douyin out of stock: 5% of 50 is 2.50, at least 5", "douyin.out_of_stock", [paid("50", promise_hours=48)], [sure("5")]),
    Penalty("Douyin out of stock: 5% of 20,000 is 1,000, at most 500", "douyin.out_of_stock", [paid("20000", promise_hours=48)], [sure("500")]),
    Penalty("Douyin out of stock, 72 hours promised: 10% of 8,000 is 800, the maximum 500 or 1,000", "douyin.out_of_stock", [paid("8000", promise_hours=72)], [sure("500", "800")]),
    Penalty("Douyin out of stock, 72 hours promised: 10% of 40 is 4, at least 5", "douyin.out_of_stock", [paid("40", promise_hours=72)], [sure("5")]),
    Penalty("Douyin out of stock: the promise is unknown, 5% or 10% of 1,000", "douyin.out_of_stock", [paid("1000")], [maybe("50", "100")]),
    Penalty("Douyin 2025-09-28: severe 200, especially severe 500, which of them does not show", "douyin.off_platform_trade", [found(None, "2025-09-28 12:00:00")], [maybe("200", "500")]),
    Penalty("Douyin from 2025-09-29: one of three, each with 5,000", "douyin.off_platform_trade", [found("severe")], [maybe("5000", sanction="removal", days=("0", None))]),
    # --- Douyin: points, caps, ladders
    Penalty("Douyin: five unrectified findings in a week are 10 A points, the week's cap is 8", "douyin.no_service",
            daily(5, "2025-11-10", found("general")), [maybe(points={"A": both("8")})]),
    Penalty("Douyin: the sixth finding in the next week counts again", "douyin.no_service",
            [*daily(5, "2025-11-10", found("general")), found("general", "2025-11-17 12:00:00")], [maybe(points={"A": both("10")})]),
    Penalty("Douyin: four findings fit the cap exactly", "douyin.no_service", daily(4, "2025-11-10", found("general")), [maybe(points={"A": both("8")})]),
    Penalty("Douyin: general (2 A) or severe (4 B) does not show", "douyin.no_service", [found(None)], [maybe(points={"A": both("0", "2"), "B": both("0", "4")})]),
    Penalty("Douyin insult, slight, complaint upheld", "douyin.abuse", [found("slight", complaint=True)], [sure("100", points={"A": both("0.5")})]),
    Penalty("Douyin insult, slight, no complaint yet", "douyin.abuse", [found("slight")], [maybe("100", points={"A": both("0.5")})]),
    Penalty("Douyin: first general insult 4 A, the second of the year 4 B, 100 yuan each", "douyin.abuse",
            daily(2, "2025-11-10", found("general", complaint=True)), [sure("200", points={"A": both("4"), "B": both("4")})]),
    Penalty("Douyin: the first of a new year is a first again", "douyin.abuse",
            [found("general", "2025-12-30 12:00:00", complaint=True), found("general", "2026-01-02 12:00:00", complaint=True)],
            [sure("200", points={"A": both("8")})]),
    Penalty("Douyin insult of unknown severity: 100 yuan in any case, points from none to the worst step", "douyin.abuse",
            [found(None, complaint=True)], [maybe("100", points={"A": both("0", "4"), "B": both("0", "12")})]),
    Penalty("Douyin broken promise: 4 or 12 B, the text leaves it open", "douyin.breach_of_promise", [found(None)], [maybe(points={"B": both("4", "12")})]),
    Penalty("Douyin privacy, general", "douyin.privacy_leak", [found("general")], [sure(points={"A": both("4")})]),
    Penalty("Douyin slack after-sales, severe: 4 B and 30 days of settlement", "douyin.slack_aftersales", [found("severe")],
            [sure(points={"B": both("4")}, sanction="settlement_delay", days=both("30"))]),
    Penalty("Douyin week: 92 of 100 picked up late, above 90%, 8 A", "douyin.late_pickup_share_week", [Sums("2025-11-12", 100, 8)], [sure(points={"A": both("8")})]),
    Penalty("Douyin week: exactly 90% is not above, 4 A", "douyin.late_pickup_share_week", [Sums("2025-11-12", 100, 10)], [sure(points={"A": both("4")})]),
    Penalty("Douyin week: exactly 5% is a warning, no points", "douyin.late_pickup_share_week", [Sums("2025-11-12", 100, 95)], [sure()]),
    Penalty("Douyin week: 79 orders are too few to judge", "douyin.late_pickup_share_week", [Sums("2025-11-12", 79, 0)], []),
    Penalty("Douyin A ladder: 8 + 8 = 16 passes 12, 2,000 yuan and 3 days", "douyin.late_pickup_share_week",
            [Sums("2025-11-05", 100, 8), Sums("2025-11-12", 100, 8)],
            [sure(points={"A": both("16")}), sure("2000", sanction="suspension", days=both("3"), rule="douyin.ladder_a")]),
    Penalty("Douyin A ladder: 24 points are two nodes of 12, 4,000 yuan", "douyin.late_pickup_share_week",
            [Sums(day, 100, 8) for day in ("2025-11-05", "2025-11-12", "2025-11-19")],
            [sure("4000", sanction="suspension", days=both("3"), rule="douyin.ladder_a")]),
    Penalty("Douyin A ladder: 8 in the old year and 8 in the new pass nothing", "douyin.late_pickup_share_week",
            [Sums("2025-12-24", 100, 8), Sums("2026-01-07", 100, 8)], [sure(points={"A": both("16")}), Expect("none", rule="douyin.ladder_a")]),
    Penalty("Douyin B ladder: 12 at once, only the heaviest of three nodes", "douyin.abuse", [found("especially_severe", complaint=True)],
            [sure("100", points={"B": both("12")}), sure(sanction="removal", rule="douyin.ladder_b")]),
    Penalty("Douyin B ladder: at 4 the amount is not stated", "douyin.privacy_leak", [found("severe")], [sure(points={"B": both("4")}), sure(sanction="exam", rule="douyin.ladder_b")]),
    Penalty("Douyin B ladder: 4 and 4, the second passes 8: 5,000 yuan", "douyin.privacy_leak", daily(2, "2025-11-10", found("severe")),
            [sure(points={"B": both("8")}), sure("5000", sanction="suspension", days=both("7"), rule="douyin.ladder_b")]),
    Penalty("Douyin: the third failing day of a year is 3 days of frozen money", "douyin.out_of_stock_year",
            [Sums(f"2025-11-1{n}", 100, 60, rule="douyin.out_of_stock_day") for n in range(3)],
            [sure(sanction="freeze_sales_money", days=both("3")), maybe(sanction="order_cap")]),
    # --- Tmall
    Penalty("Tmall before 2025-11-30: 30% of 1,000 once the buyer complained", "tmall.late_shipment", [paid("1000", complaint=True, is_presale=False)], [sure("300")]),
    Penalty("Tmall pre-sale: the deposit of 100 back and 30% of 1,000", "tmall.late_shipment",
            [paid("1000", complaint=True, is_presale=True, deposit_cny="100")], [sure("400")]),
    Penalty("Tmall pre-sale with an unknown deposit: 30 at least, the most is unknown", "tmall.late_shipment",
            [paid("100", complaint=True, is_presale=True)], [Expect("confirmed", ("30", None))]),
    Penalty("Tmall from 2025-11-30: 30%, nobody need complain", "tmall.late_shipment", [paid("100", "2025-12-03 12:00:00")], [sure("30")]),
    Penalty("Tmall: 30% of 1,666.67 is 500.001, at most 500", "tmall.late_shipment", [paid("1666.67", "2025-12-03 12:00:00")], [sure("500")]),
    Penalty("Tmall stalled parcel from 2025-09-05: 5% of 10 is 0.50, at least 5", "tmall.tracking_timeout", [paid("10")], [sure("5")]),
    Penalty("Tmall stalled parcel: 5% of 131.49 is 6.5745, rounded 6.57", "tmall.tracking_timeout", [paid("131.49")], [sure("6.57")]),
    Penalty("Tmall stalled parcel: 5% of 2,000 is 100, at most 50", "tmall.tracking_timeout", [paid("2000")], [sure("50")]),
    Penalty("Tmall stalled parcel before: 20% of 60", "tmall.tracking_timeout", [paid("60", "2025-09-04 12:00:00")], [sure("12")]),
    Penalty("Tmall: four insults are 4,000; the 4th is 12 points for sure, the 3rd perhaps", "tmall.abuse", daily(4, "2025-11-10", found(None)),
            [sure("4000", points={"general": both("12")}), maybe(points={"general": both("12")}),
             sure("10000", sanction="marketing_limit", days=both("7"), rule=NODE),
             maybe("10000", sanction="marketing_limit", days=both("7"), rule=NODE)]),
    Penalty("Tmall harassment: of the third time only the points are open", "tmall.harassment", daily(4, "2025-11-10", found("general")),
            [sure("3000", points={"general": both("12")}), maybe("1000", points={"general": both("0", "12")})]),
    Penalty("Tmall harassment, severe: 48 severe points; what happens at 48 is not recorded", "tmall.harassment", [found("severe")],
            [sure(points={"severe": both("48")}), sure(sanction="unknown", rule="tmall.ladder_severe")]),
    Penalty("Tmall invoice: 10% of 500", "tmall.invoice", [paid("500")], [sure("50"), maybe(points={"general": both("1")})]),
    Penalty("Tmall invoice: seven upheld in 30 days, 10% of 5,000 is 300 at most each; points at most 6", "tmall.invoice",
            daily(7, "2025-11-03", paid("5000", complaint=True, value=900.0, paid_at="2025-10-20 12:00:00")), [sure("2100", points={"general": both("6")})]),
    Penalty("Tmall invoice: an eighth when the first has left the 30 days counts again", "tmall.invoice",
            [*daily(7, "2025-11-03", paid("100", complaint=True, value=900.0, paid_at="2025-10-20 12:00:00")),
             paid("100", "2025-12-03 13:00:00", complaint=True, value=1500.0, paid_at="2025-10-20 12:00:00")], [sure("80", points={"general": both("7")})]),
    Penalty("Tmall ladder: 12 points of one each, 10,000 yuan and 7 days", "tmall.cannot_ship_72h", daily(12, "2025-11-01", found(None)),
            [sure(points={"general": both("12")}), sure("10000", sanction="marketing_limit", days=both("7"), rule=NODE)]),
    Penalty("Tmall ladder: 11 points stay below", "tmall.cannot_ship_72h", daily(11, "2025-11-01", found(None)), [sure(points={"general": both("11")}), Expect("none", rule=NODE)]),
    Penalty("Tmall ladder: every 12, 25 points are two nodes", "tmall.cannot_ship_72h", daily(25, "2025-11-01", found(None)), [sure("20000", sanction="marketing_limit", days=both("7"), rule=NODE)]),
    Penalty("Tmall ladder: 11 in December and 11 in January pass nothing", "tmall.cannot_ship_72h",
            [*daily(11, "2025-12-05", found(None)), *daily(11, "2026-01-02", found(None))], [sure(points={"general": both("22")}), Expect("none", rule=NODE)]),
    # --- Taobao
    Penalty("Taobao: 5% of 80 is 4, at least 5", "taobao.late_shipment", [paid("80")], [sure("5")]),
    Penalty("Taobao: 5% of 412.35 is 20.6175, rounded 20.62", "taobao.late_shipment", [paid("412.35")], [sure("20.62")]),
    Penalty("Taobao: 5% of 1,000 is 50, at most 30", "taobao.late_shipment", [paid("1000")], [sure("30")]),
    Penalty("Taobao false shipment: 30% of 10 is 3, at least 5", "taobao.false_shipment", [paid("10")], [sure("5")]),
    Penalty("Taobao false shipment: 30% of 500 is 150, at most 100", "taobao.false_shipment", [paid("500")], [sure("100")]),
    Penalty("Taobao out of stock, not severe, 48 hours: 10 to 30% of 200", "taobao.out_of_stock", [paid("200", promise_hours=48, severity="general")], [sure("20", "60")]),
    Penalty("Taobao out of stock, 72 hours: 15 to 30% of 1,000, the maximum 100 or 500", "taobao.out_of_stock",
            [paid("1000", promise_hours=72, severity="general")], [sure("100", "300")]),
    Penalty("Taobao out of stock, severe: 10% of 10,000 is past 500 already", "taobao.out_of_stock", [paid("10000", promise_hours=48, severity="severe")], [sure("500")]),
    Penalty("Taobao out of stock, severe or not does not show: 200 to 600, at most 100 or 500", "taobao.out_of_stock",
            [paid("2000", promise_hours=48)], [maybe("100", "500")]),
    Penalty("Taobao insult with a complaint: 300 and 2 points", "taobao.abuse", [found(None, complaint=False)], [sure("300", points={"general": both("2")})]),
    Penalty("Taobao insult without: both may still come", "taobao.abuse", [found(None)], [maybe("300", points={"general": both("2")})]),
    Penalty("Taobao attitude of unknown severity: none to 20 yuan, none to 2 points", "taobao.bad_attitude", [found(None)], [maybe("0", "20", points={"general": both("0", "2")})]),
    Penalty("Taobao attitude, general: 20 yuan", "taobao.bad_attitude", [found("general")], [sure("20")]),
    Penalty("Taobao ladder: two broken promises are 12 points", "taobao.breach_of_promise", daily(2, "2025-11-10", found(None)),
            [sure(points={"general": both("12")}), sure(sanction="shop_hidden", days=both("7"), rule="taobao.ladder_general")]),
    Penalty("Taobao ladder: 6 on 30 December and 6 on 2 January pass nothing", "taobao.breach_of_promise",
            [found(None, "2025-12-30 12:00:00"), found(None, "2026-01-02 12:00:00")], [sure(points={"general": both("12")}), Expect("none", rule="taobao.ladder_general")]),
    Penalty("Taobao severe ladder: four times 6 pass 12 and 24, 14 days the longest", "taobao.privacy_leak", daily(4, "2025-11-10", found("severe")),
            [sure(points={"severe": both("24")}), sure(sanction="shop_hidden", days=both("14"), rule="taobao.ladder_severe")]),
    Penalty("Taobao severe ladder: 18 are cleared at New Year, 6 more pass nothing", "taobao.privacy_leak",
            [*daily(3, "2025-12-10", found("severe")), found("severe", "2026-01-05 12:00:00")],
            [sure(points={"severe": both("24")}), sure(sanction="shop_hidden", days=both("7"), rule="taobao.ladder_severe")]),
    Penalty("Taobao severe ladder: what becomes of 30 at New Year is unknown; 6 more pass 36 perhaps", "taobao.privacy_leak",
            [*daily(5, "2025-12-10", found("severe")), found("severe", "2026-01-05 12:00:00")],
            [sure(points={"severe": both("36")}), sure(sanction="shop_hidden", days=both("14"), rule="taobao.ladder_severe"),
             maybe(sanction="shop_closed", days=both("21"), rule="taobao.ladder_severe")]),
    Penalty("Taobao severe ladder: no reset touches 48, 6 more cross no node again", "taobao.privacy_leak",
            [found("especially_severe", "2025-12-10 12:00:00"), found("severe", "2026-01-05 12:00:00")],
            [sure(points={"severe": both("54")}), sure(sanction="account_sealed", rule="taobao.ladder_severe")]),
    Penalty("Taobao privacy of unknown severity: 0 to 48 points", "taobao.privacy_leak", [found(None)], [maybe(points={"severe": both("2", "48")})]),
    # --- JD
    Penalty("JD: 5% of 131.49 is 6.5745, rounded 6.57", "jd.late_shipment", [paid("131.49")], [sure("6.57")]),
    Penalty("JD: 5% of 50 is 2.50, at least 5", "jd.late_shipment", [paid("50")], [sure("5")]),
    Penalty("JD: 5% of 2,000 is 100, at most 50", "jd.late_shipment", [paid("2000")], [sure("50")]),
    Penalty("JD out of stock: 30% of 333.33 is 99.999, rounded 100", "jd.out_of_stock", [paid("333.33")], [sure("100")]),
    Penalty("JD out of stock and late on one order, no source says whether both: 60, and 0 or 10", "jd.late_shipment",
            [paid("200", order_id="same"), Unit(NOON, {"base_cny": "200", "order_id": "same"}, rule="jd.out_of_stock")],
            [sure("0", "10"), sure("60", rule="jd.out_of_stock")]),
    Penalty("JD: more than a week late, 10% of 3,000 is 300, at most 200", "jd.severely_overdue", [paid("3000")], [sure("200")]),
    Penalty("JD fake trade: 10,000 to 40,000 and no more is stated", "jd.fake_trade", [found(None)], [sure("10000", "40000")]),
    Penalty("JD privacy, severe", "jd.privacy_leak", [found("severe")], [sure("10000", sanction="delist_all")]),
    Penalty("JD privacy of unknown severity", "jd.privacy_leak", [found(None)], [maybe("10000", "40000", sanction="removal", days=("0", None))]),
    Penalty("JD month: a mean of 40 seconds is too slow, 2 points", "jd.average_response", [Sums("2025-11-12", 10, 10, 400.0)], [sure(points={"general": both("2")})]),
    Penalty("JD month: 39.9 seconds are not", "jd.average_response", [Sums("2025-11-12", 10, 10, 399.0)], []),
    Penalty("JD severe ladder: 8 x 4 = 32 passes 25, 10,000", "jd.breach_of_promise", daily(4, "2025-11-01", found(None)),
            [sure(points={"severe": both("32")}), sure("10000", sanction="listing_ban", days=both("7"), rule=JD_NODE)]),
    Penalty("JD severe ladder: 24 pass nothing", "jd.breach_of_promise", daily(3, "2025-11-01", found(None)), [sure(points={"severe": both("24")}), Expect("none", rule=JD_NODE)]),
    Penalty("JD severe ladder: 104 pass 25, 50, 75 and 100: 10,000 + 20,000 + 30,000 or 39,000 + 40,000", "jd.breach_of_promise",
            daily(13, "2025-11-01", found(None)), [sure(points={"severe": both("104")}), sure("100000", "109000", sanction="removal", days=both("21"), rule=JD_NODE)]),
    # --- Pinduoduo
    Penalty("Pinduoduo, a plain insult: 3 days, low and high", "pinduoduo.abuse", [found(None)], [sure(sanction=BAN, days=both("3"))]),
    Penalty("Pinduoduo, twenty insults are one closure of 3 days", "pinduoduo.abuse", same_day(20, found(None)), [sure(sanction=BAN, days=both("3"))]),
    Penalty("Pinduoduo, a threat: 7 days", "pinduoduo.threat", [found(None)], [sure(sanction=BAN, days=both("7"))]),
    Penalty("Pinduoduo, threat or insult in a review reply (severe): 7 days", "pinduoduo.harassment", [found("severe")], [sure(sanction=BAN, days=both("7"))]),
    Penalty("Pinduoduo, funeral goods sent (especially severe): 15 days and termination", "pinduoduo.harassment", [found("especially_severe")],
            [sure(sanction="contract_termination", days=both("15"))]),
    Penalty("Pinduoduo from 2025-05-15: 5% of 1,234.50 is 61.725, half up 61.73", "pinduoduo.false_shipment", [paid("1234.50")], [sure("61.73")]),
    Penalty("Pinduoduo: 5% of 60 is 3, at least 5", "pinduoduo.false_shipment", [paid("60")], [sure("5")]),
    Penalty("Pinduoduo: 5% of 5,000 is 250, at most 100", "pinduoduo.false_shipment", [paid("5000")], [sure("100")]),
    Penalty("Pinduoduo 2025-05-10: 25% of 100", "pinduoduo.false_shipment", [paid("100", "2025-05-10 12:00:00")], [sure("25")]),
    Penalty("Pinduoduo 2025-05-01: 20 yuan flat", "pinduoduo.false_shipment", [paid("100", "2025-05-01 12:00:00")], [sure("20")]),
    Penalty("Pinduoduo gate: 20 of 100 on a day, 20 x 30% of 50", "pinduoduo.fraud_shipment", [*same_day(20, paid("50")), Sums("2025-11-12", 100, 80)], [sure("300")]),
    Penalty("Pinduoduo gate: 19 are below it, nothing is due", "pinduoduo.fraud_shipment", [*same_day(19, paid("50")), Sums("2025-11-12", 100, 81)], [Expect("averted", ("285", "285"))]),
    Penalty("Pinduoduo late while penalties were suspended, until when is unknown", "pinduoduo.late_shipment", [paid("100", "2025-05-01 12:00:00")], [maybe("3")]),
    Penalty("Pinduoduo late from 2025-05-15: the amount is not stated", "pinduoduo.late_shipment", [paid("100")], [sure()]),
    Penalty("Pinduoduo out of stock: below 100 yuan 5", "pinduoduo.out_of_stock", [paid("99.99", is_custom=False)], [sure("5")]),
    Penalty("Pinduoduo out of stock: 5% of 500", "pinduoduo.out_of_stock", [paid("500", is_custom=False)], [sure("25")]),
    Penalty("Pinduoduo out of stock: 5% of 2,000.50 is past 100", "pinduoduo.out_of_stock", [paid("2000.50", is_custom=False)], [sure("100")]),
    Penalty("Pinduoduo out of stock: custom furniture is 5 whatever it cost", "pinduoduo.out_of_stock", [paid("500", is_custom=True, category="家具")], [sure("5")]),
    Penalty("Pinduoduo out of stock: whether it was custom furniture is unknown, 5 or 25", "pinduoduo.out_of_stock", [paid("500")], [maybe("5", "25")]),
    # --- Kuaishou and Suning
    Penalty("Kuaishou from 2022-07-11: 10% of 9,999 is past 500", "kuaishou.late_shipment", [paid("9999")], [sure("500")]),
    Penalty("Kuaishou: 10% of 123.45 is 12.345, half up 12.35", "kuaishou.late_shipment", [paid("123.45")], [sure("12.35")]),
    Penalty("Kuaishou false shipment: 30% of 800 is 240, at most 200", "kuaishou.false_shipment", [paid("800")], [sure("200")]),
    Penalty("Suning fake trade: 4 to 24 points, 1 to 7 days", "suning.fake_trade", [found(None)], [sure(points={"general": both("4", "24")}, sanction="shop_hidden", days=both("1", "7"))]),
    Penalty("Suning false shipment: 4 points each", "suning.false_shipment", daily(2, "2025-11-10", paid("10")), [sure(points={"general": both("8")})]),
    Penalty("Suning ladder: 24 x 4 = 96 ends the contract", "suning.false_shipment", daily(24, "2025-11-01", paid("10")),
            [sure(points={"general": both("96")}), sure(sanction="contract_termination", rule="suning.ladder_general")]),
    Penalty("Suning: three failing months in a row hide the shop", "suning.basic_assessment",
            [Sums(f"2025-{month}-15", 1, 0, 5.0, rule="suning.online_hours") for month in ("09", "10", "11")],
            [sure(sanction="shop_hidden")], store={"opened_on": "2024-01-01"}),
    Penalty("Suning: a month in between breaks the row, two and one are a warning at most", "suning.basic_assessment",
            [Sums(f"2025-{month}-15", 1, 0, 5.0, rule="suning.online_hours") for month in ("07", "08", "10")],
            [sure()], store={"opened_on": "2024-01-01"}),
    # --- years ago
    Penalty("Kuaishou before 2022-07-11: 10% of 400 is 40, at most 30", "kuaishou.late_shipment", [paid("400", "2022-07-05 12:00:00")], [sure("30")]),
    Penalty("Taobao 2022: 5% of 60 is 3, at least 1 or 5; 3 points unless paid before the ruling", "taobao.late_shipment", [paid("60", "2022-07-05 12:00:00")],
            [sure("3", "5"), maybe(points={"general": both("3")})]),
    Penalty("JD 2022: late and uploaded late are one rule, an order is paid once", "jd.late_shipment",
            [paid("100", "2022-07-05 12:00:00", complaint=True, order_id="same"),
             Unit("2022-07-05 12:00:00", {"base_cny": "100", "goods_cny": "100", "order_id": "same"}, rule="jd.late_upload")],
            [sure("30"), sure("0", rule="jd.late_upload")]),
    Penalty("Pinduoduo 2022: the third or fourth false shipment begins to cost", "pinduoduo.false_shipment", daily(4, "2022-07-01", paid("50")), [sure("5", "100"), maybe("5", "100"), Expect("averted")]),
    Penalty("Pinduoduo 2022: direct mail has a rule of its own, the general one gives way", "pinduoduo.late_shipment",
            [paid("100", "2022-07-05 12:00:00", supply_type="direct_mail"),
             Unit("2022-07-08 12:00:00", {"base_cny": "100", "supply_type": "direct_mail"}, rule="pinduoduo.late_shipment_direct_mail")],
            [Expect("averted", ("3", "3")), sure("3", rule="pinduoduo.late_shipment_direct_mail")]),
    Penalty("Pinduoduo 2022: a spot order is not direct mail", "pinduoduo.late_shipment", [paid("100", "2022-07-05 12:00:00", supply_type="spot")], [sure("3")]),
]  # fmt: skip

# the JD ladder of general points, reached by points of 8: the award is the only number that is not the rule's own
GENERAL_8 = {"jd.breach_of_promise.penalties.of.0.effects.0.class": "general"}
GENERAL: list[Penalty] = [
    Penalty("JD general ladder: 32 pass 25, 3,000", "jd.breach_of_promise", daily(4, "2025-11-01", found(None)),
            [sure("3000", sanction="marketing_limit", days=both("7"), rule="jd.ladder_general")]),
    Penalty("JD general ladder: 56 pass 25 and 50", "jd.breach_of_promise", daily(7, "2025-11-01", found(None)),
            [sure("9000", sanction="marketing_limit", days=both("14"), rule="jd.ladder_general")]),
    Penalty("JD general ladder: 80 pass 75 too", "jd.breach_of_promise", daily(10, "2025-11-01", found(None)),
            [sure("18000", sanction="marketing_limit", days=both("21"), rule="jd.ladder_general")]),
    Penalty("JD general ladder: 104 pass 100 too", "jd.breach_of_promise", daily(13, "2025-11-01", found(None)),
            [sure("30000", sanction="marketing_limit", days=both("21"), rule="jd.ladder_general")]),
    Penalty("JD general ladder: from 100 on every 25, 128 pass 125", "jd.breach_of_promise", daily(16, "2025-11-01", found(None)),
            [sure("42000", sanction="marketing_limit", days=both("21"), rule="jd.ladder_general")]),
]  # fmt: skip
# one award that passes several nodes at once: the heaviest alone
AT_ONCE_56 = {"jd.breach_of_promise.penalties.of.0.effects.0.amount": "56"}
AT_ONCE: list[Penalty] = [
    Penalty("JD severe ladder: 56 at once pass 25 and 50, the heavier counts", "jd.breach_of_promise", [found(None)],
            [sure("20000", sanction="listing_ban", days=both("14"), rule=JD_NODE)]),
]  # fmt: skip
