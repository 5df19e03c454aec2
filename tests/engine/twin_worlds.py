"""Seeded small worlds for the twin: one store each, its moments drawn from the edges that rules speak of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

Rows = dict[str, list[dict[str, Any]]]
CLOCKS = ("00:00:00", "00:00:01", "07:59:59", "08:00:00", "12:30:00", "15:59:59", "16:00:00", "18:00:00", "22:59:59", "23:00:00", "23:58:00", "23:59:59")
WAITS = (0, 1, 29, 30, 31, 59, 60, 179, 180, 181, 299, 300, 301, 3600, 7200, 86400)
HOURS = (0, 1, 1, 2, 24, 24, 25, 48, 48, 49, 72, 73)
APART = (1, 6, 7, 8, 12, 15, 18, 24, 29, 30, 31)
TO_PERSON = "已为您转人工"


class World:
    """One store in the making."""

    def __init__(self, store: str, rng: Random, first: date, days: int) -> None:
        self.store, self.rng, self.first, self.days = store, rng, first, days
        self.rows: Rows = {"stores": [self._head()]}
        self.number = 0

    def _head(self) -> dict[str, Any]:
        opened = self.first - timedelta(days=self.rng.choice((0, 20, 31, 80, 92, 400)))
        return {
            "store_id": self.store, "opened_on": self.rng.choice((None, opened)),
            "shop_type": self.rng.choice((None, "flagship", "international")), "seller_type": self.rng.choice((None, "professional")),
        }  # fmt: skip

    def add(self, table: str, **row: Any) -> None:
        """Add a row; what is None stays out."""
        kept = {name: value for name, value in row.items() if value is not None}
        self.rows.setdefault(table, []).append({"store_id": self.store, **kept})

    def id(self, kind: str) -> str:
        """A new id, unlike any of another store."""
        self.number += 1
        return f"{self.store[3:]}-{kind}{self.number}"

    def moment(self) -> datetime:
        """Some edge of some day."""
        day = self.first + timedelta(days=self.rng.randrange(self.days))
        return datetime.fromisoformat(f"{day} {self.rng.choice(CLOCKS)}")

    def later(self, start: datetime, hours: tuple[int, ...] = HOURS) -> datetime:
        """Some hours later, to the second, a second before or after."""
        return start + timedelta(hours=self.rng.choice(hours), seconds=self.rng.choice((0, 0, -1, 1)))

    def maybe(self, value: Any, odds: float = 0.5) -> Any:
        """The value, or None: a column that an export may lack."""
        return value if self.rng.random() < odds else None


def chats(world: World) -> None:
    """Conversations with robots, transfers, several agents, cards, recalls and long waits."""
    rng = world.rng
    for _ in range(rng.randrange(1, 5)):
        talk, now = world.id("c"), world.moment()
        buyer, order = f"{world.store[3:]}-b{rng.randrange(2)}", None
        if world.rows.get("orders") and rng.random() < 0.5:
            order = rng.choice(world.rows["orders"])["order_id"]
            told = [row[name] for row in world.rows["orders"] for name in ("shipped_at", "paid_at") if row["order_id"] == order and name in row]
            now = rng.choice((now, *told, *told))  # what an agent says first, at the second of the payment or at which the parcel leaves
        agents = [f"{world.store[3:]}-a{n}" for n in range(rng.choice((0, 1, 1, 2)))]
        start, person, turn, before = now, False, 0, None
        for seq in range(1, rng.randrange(2, 9)):
            role = rng.choice(["buyer", "buyer", "buyer", "robot", "system"] + ["agent"] * 3 * bool(agents))
            turn += role == "buyer" and before != "buyer"
            before = role if role != "system" else before
            agent = rng.choice(agents) if role == "agent" else world.maybe(rng.choice(agents), 0.2) if agents and role == "buyer" else None
            text = TO_PERSON if role == "system" and rng.random() < 0.6 else "hello"
            person = person or role == "agent"
            message = world.id("m")
            world.add(
                "messages", conversation_id=talk, message_id=message, seq=seq, round=turn, sent_at=now, role=role, buyer_key=buyer,
                agent_id=agent, text=text, kind=rng.choice(("text",) * 5 + ("product_card", "order_card", "recall", "image")),
                assisted=world.maybe(rng.random() < 0.5, 0.8) if role == "robot" else None, order_id=world.maybe(order, 0.3),
            )  # fmt: skip
            for start_of_hit in range(rng.choice((0, 0, 0, 0, 1, 1, 2))):
                world.add(
                    "hits", conversation_id=talk, message_id=message, sent_at=now, role=role, agent_id=agent, start=start_of_hit, end=3, matched_text="no",
                    lexicon=rng.choice(("abuse", "refuse_to_ship")), term=rng.choice(("x", "y")), tier=rng.choice(("forbidden", "sensitive")),
                    whole_message=False,
                )  # fmt: skip
            night = datetime.combine(now.date(), datetime.min.time()) + timedelta(days=1)
            now = night if rng.random() < 0.06 else now + timedelta(seconds=rng.choice(WAITS))
        moved = world.maybe(start + timedelta(seconds=rng.choice(WAITS)), 0.3)
        world.add(
            "conversations", conversation_id=talk, buyer_key=buyer, started_at=start, ended_at=now, messages=1, agents=len(agents), order_id=order,
            is_offline_message=world.maybe(rng.random() < 0.3, 0.7), transferred_to_human_at=moved,
        )  # fmt: skip
        if rng.random() < 0.15:
            world.add("blocks", block_id=world.id("k"), buyer_key=buyer, blocked_at=world.later(start, (0, 24, 168)), kind="report", upheld=rng.random() < 0.5)


def orders(world: World) -> None:
    """Orders at their limits: cancelled, unpaid, cash on delivery, pre-sale, with columns missing."""
    rng = world.rng
    last = datetime.combine(world.first, datetime.min.time()) + timedelta(days=world.days)
    exported = rng.choice((last, last, last + timedelta(days=9)))
    for _ in range(rng.randrange(1, 6)):
        order, created, buyer = world.id("o"), world.moment(), world.maybe(f"{world.store[3:]}-b{rng.randrange(2)}", 0.9)
        before = world.rows.get("orders", [{}])[-1]
        if "buyer_key" in before and rng.random() < 0.3:  # the same buyer again on the same day
            created, buyer = before["created_at"], before["buyer_key"]
        cod, paid = rng.random() < 0.1, created if rng.random() < 0.85 else None
        shipped, waybill = world.maybe(world.later(created), 0.65), world.maybe(f"{world.store[3:]}-t{rng.randrange(4)}", 0.7)
        sent = [row for row in world.rows.get("orders", []) if "shipped_at" in row and "tracking_no" in row]
        if sent and rng.random() < 0.2:  # a waybill used again, to the second where a rule draws its line
            shipped, waybill = world.later(sent[-1]["shipped_at"], (24, 48)), sent[-1]["tracking_no"]
        picked = world.maybe(world.later(shipped or created), 0.55)
        delivered = world.maybe(world.later(picked or created), 0.3)
        closed = None if shipped else world.maybe(world.later(created, (1, 24, 48, 48, 72, 72)), 0.3)
        seen = exported
        if shipped and not (picked or delivered) and rng.random() < 0.3:  # exported at the moment by which it must have been picked up
            seen = world.later(shipped, (24, 48))
        status = "closed" if closed or rng.random() < 0.05 else "shipped" if shipped or rng.random() < 0.1 else "to_ship" if paid else "unpaid"
        world.add(
            "orders", order_id=order, buyer_key=buyer, status=status, created_at=created, paid_at=paid,
            promised_ship_at=world.maybe(world.later(created, (24, 48)), 0.5), shipped_at=shipped, picked_up_at=picked, delivered_at=delivered,
            closed_at=closed, closed_by=world.maybe(rng.choice(("buyer", "seller")), 0.8) if status == "closed" else None, exported_at=seen,
            paid_cny=world.maybe(Decimal(rng.choice(("3.00", "99.99", "100.00", "299.99", "300.00", "5000.05"))), 0.9), is_cash_on_delivery=world.maybe(cod, 0.9),
            goods_cny=world.maybe(Decimal("88.85"), 0.7), is_presale=world.maybe(rng.random() < 0.2, 0.8), is_custom=world.maybe(rng.random() < 0.1, 0.8),
            supply_type=world.maybe(rng.choice(("spot", "direct_mail")), 0.7), category=world.maybe("生鲜", 0.3),
            tracking_no=waybill,
        )  # fmt: skip
        at = picked or shipped or created
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            world.add(
                "tracking_events", order_id=order, tracking_no=f"{order}-t{rng.randrange(2)}", happened_at=at,
                event=rng.choice(("picked_up", "moved", "exception", "delivered")),
            )  # fmt: skip
            at = world.later(at)
        if rng.random() < 0.5:
            _aftersale(world, order, exported)
        if rng.random() < 0.4:
            _complaint(world, order, exported)


def _aftersale(world: World, order: str, exported: datetime) -> None:
    rng = world.rng
    asked = rng.choice((world.moment(), world.moment(), exported - timedelta(hours=rng.choice((1, 24, 48)))))
    world.add(
        "aftersales", aftersale_id=world.id("r"), order_id=rng.choice((order, order, None, "gone")), kind=rng.choice(("refund_only", "return_refund", "repair")),
        stage=rng.choice(("not_shipped", "shipped", "returned")), status=rng.choice(("open", "agreed", "refunded", "closed")), requested_at=asked,
        first_handled_at=world.maybe(world.later(asked)), agreed_at=world.maybe(world.later(asked), 0.3), exported_at=exported,
        returned_shipped_at=world.maybe(world.later(asked), 0.6), returned_received_at=world.maybe(world.later(asked), 0.6),
        refunded_at=world.maybe(world.later(asked)), closed_at=world.maybe(world.later(asked), 0.2), refund_cny=Decimal("12.34"),
        platform_involved=world.maybe(rng.random() < 0.4, 0.7),
    )  # fmt: skip


def _complaint(world: World, order: str, exported: datetime) -> None:
    rng = world.rng
    shipped = [row["shipped_at"] for row in world.rows["orders"] if row["order_id"] == order and "shipped_at" in row]
    name, raised = world.id("p"), rng.choice((world.moment(), world.moment(), *shipped))
    accepted, closed = world.maybe(world.later(raised, (0, 1, 2, 24))), world.maybe(world.later(raised))
    world.add(
        "complaints", complaint_id=name, order_id=rng.choice((order, order, None)), buyer_key=world.maybe(f"{world.store[3:]}-b{rng.randrange(2)}"),
        concept=rng.choice((None, "late_shipment", "abuse")), is_regulator=world.maybe(rng.random() < 0.3), raised_at=raised, accepted_at=accepted,
        handled_at=world.maybe(world.later(raised, (0, 1, 2, 24))), closed_at=closed, upheld=world.maybe(rng.random() < 0.5),
        closing=world.maybe(rng.choice(("regular", "irregular"))), exported_at=world.maybe(exported, 0.9),
    )  # fmt: skip
    for _ in range(rng.randrange(3)):
        world.add("complaint_followups", complaint_id=name, followed_at=world.later(raised), agent_id="a")


def desk(world: World) -> None:
    """Spans of status, ratings, reviews, blocks."""
    rng = world.rng
    for _ in range(rng.randrange(1, 7)):
        start = world.moment()
        stop = world.later(start, (0, 1, 2, 8, 9, 12, 16, 24, 26))
        world.add("agent_status", agent_id=f"a{rng.randrange(3)}", status=rng.choice(("online", "online", "busy", "rest", "offline")), started_at=start, ended_at=max(start, stop))
    for _ in range(rng.randrange(4)):
        world.add(
            "ratings", rating_id=world.id("g"), rated_at=world.moment(), card_sent_at=world.maybe(world.moment()), score=world.maybe(rng.randrange(1, 6), 0.9),
            reason=world.maybe(rng.choice(("rude", "slow"))), served_by=world.maybe(rng.choice(("human", "robot")), 0.7),
        )  # fmt: skip
    for _ in range(rng.randrange(3)):
        at = world.moment()
        world.add("reviews", review_id=world.id("v"), reviewed_at=at, stars=rng.randrange(1, 6), replied_at=world.maybe(world.later(at)), exported_at=world.maybe(world.later(at, (24, 48, 72))))
    for _ in range(rng.randrange(3)):
        world.add("blocks", block_id=world.id("k"), buyer_key="b", blocked_at=world.moment(), kind=world.maybe("block"), reason=world.maybe(rng.choice(("fraud", "spam", "other")), 0.8))


def findings(world: World) -> None:
    """Inspectors' findings, the plainest breaches there are: for histories of costs."""
    rng = world.rng
    for _ in range(rng.randrange(2, 14)):
        order = rng.choice(world.rows["orders"])["order_id"] if world.rows.get("orders") and rng.random() < 0.7 else None
        talk = world.maybe(world.id("c"), 0.4)
        if talk:
            began = world.moment()
            world.add("conversations", conversation_id=talk, buyer_key=world.maybe(f"{world.store[3:]}-b{rng.randrange(2)}", 0.8), started_at=began, ended_at=began, messages=1, agents=0)
        happened, told = world.moment(), [t for t in world.rows.get("conversations", []) if t["conversation_id"] == talk and "buyer_key" in t]
        if told and rng.random() < 0.6:  # the buyer complains later and names no order
            world.add(
                "complaints", complaint_id=world.id("p"), buyer_key=told[0]["buyer_key"], concept=rng.choice(("late_shipment", "abuse")),
                raised_at=world.later(happened, (-24, 0, 25, 48, 72)), upheld=world.maybe(rng.random() < 0.5),
            )  # fmt: skip
        world.add(
            "annotations", annotation_id=world.id("n"), concept=rng.choice(("abuse", "contempt", "stalling")), happened_at=happened,
            passed=rng.random() < 0.15, severity=rng.choice((None, "general", "severe")), order_id=order, conversation_id=talk,
        )  # fmt: skip


def said(world: World) -> None:
    """What is written beside orders: personal data, promises and deeds, freight, invoices, listings."""
    rng = world.rng
    for row in world.rows.get("messages", []):
        if rng.random() < 0.4:
            row["pii_kinds"] = rng.sample(("mobile", "address", "bank_card"), rng.choice((1, 2)))
        if row["role"] == "agent" and rng.random() < 0.4:
            world.add(
                "promises", message_id=row["message_id"], conversation_id=row["conversation_id"], sent_at=row["sent_at"], agent_id=row.get("agent_id"),
                about=rng.choice(("ship", "refund", "reship", "compensation")), due_at=world.later(row["sent_at"], (1, 24, 48)), phrase="today",
            )  # fmt: skip
    for row in world.rows.get("orders", []):
        row |= {name: value for name, value in (
            ("freight_cny", world.maybe(Decimal(rng.choice(("0.00", "0.00", "8.00"))), 0.8)), ("finished_at", world.maybe(world.later(row["created_at"], (24, 48)), 0.7)),
        ) if value is not None}  # fmt: skip
        if rng.random() < 0.5:
            world.add("shipments", order_id=row["order_id"], shipped_at=world.later(row["created_at"]), created_at=row["created_at"])
    for talk in world.rows.get("conversations", []):
        kept = [row for row in world.rows.get("orders", []) if row["order_id"] == talk.get("order_id")]
        for promised in world.rows.get("promises", []):
            if kept and promised["conversation_id"] == talk["conversation_id"] and rng.random() < 0.2:
                promised["due_at"] = kept[0]["exported_at"]
            if kept and promised["conversation_id"] == talk["conversation_id"] and rng.random() < 0.5:
                kept[0]["shipped_at"] = rng.choice((promised["due_at"], promised["sent_at"], promised["due_at"] + timedelta(seconds=1)))
    for row in world.rows.get("complaints", []):
        if rng.random() < 0.5:
            row["concept"] = "invoice"
            ended = [o["finished_at"] for o in world.rows["orders"] if o["order_id"] == row.get("order_id") and "finished_at" in o]
            row["raised_at"] = rng.choice((row["raised_at"], *(at + timedelta(hours=rng.choice((24, 48))) for at in ended)))
    for _ in range(rng.randrange(4)):
        item, at = world.id("i"), world.moment()
        world.add(
            "listings", item_id=item, captured_at=at, title=rng.choice((None, "杯子", "杯子 包邮", "杯子 不包邮")), price_cny=world.maybe(Decimal("10.00"), 0.8),
            lowest_sku_cny=world.maybe(Decimal(rng.choice(("4.99", "5.00", "10.00"))), 0.8), freight_cny=world.maybe(Decimal(rng.choice(("0.00", "5.00", "5.01", "10.00", "10.01"))), 0.8),
            free_shipping=world.maybe(rng.random() < 0.5, 0.7),
        )  # fmt: skip
        for start in range(rng.choice((0, 0, 1, 2))):
            world.add(
                "hits", conversation_id=item, message_id=item, sent_at=at, role="listing", start=start, end=start + 1, matched_text="no",
                lexicon=rng.choice(("abuse", "refuse_to_ship")), term=rng.choice(("x", "y")), tier=rng.choice(("forbidden", "sensitive")), whole_message=False,
            )  # fmt: skip


def histories(world: World) -> None:
    """Findings of one or two kinds, days and weeks apart: what is counted over rolling days and months."""
    rng, now = world.rng, world.moment()
    last = datetime.combine(world.first, datetime.min.time()) + timedelta(days=world.days)
    concepts = rng.sample(("abuse", "contempt", "stalling"), rng.choice((1, 1, 2)))
    while now < last:
        world.add(
            "annotations", annotation_id=world.id("n"), concept=rng.choice(concepts), happened_at=now,
            passed=rng.random() < 0.1, severity=rng.choice((None, "general", "severe")),
        )  # fmt: skip
        now = world.later(now, tuple(24 * days for days in APART))


def make(seed: int, stores: int, first: date, days: int, kinds: tuple[Any, ...], platforms: tuple[str, ...] = ("jd",)) -> Rows:
    """Many stores in one set of rows."""
    together: Rows = {}
    for number in range(stores):
        rng = Random(f"{seed}/{number}")
        world = World(f"{rng.choice(platforms)}/w{number}", rng, first, days)
        for kind in kinds:
            if rng.random() < 0.93:
                kind(world)
        for table, rows in world.rows.items():
            together.setdefault(table, []).extend(rows)
    return together
