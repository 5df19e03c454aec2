"""What the exports of one shop tell, said in plain Python: the ground on which the judge stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.demo.chats import AGENT, BUYER, NOBODY, ROBOT
from pipeline.demo.clock import NEVER, seconds
from pipeline.demo.desk import RETURN
from pipeline.demo.generate import World
from pipeline.demo.writers.talks import talk_ids
from pipeline.demo.writers.view import CLOSED, TO_SHIP, UNPAID, view_at

# Which back offices write these columns; the others leave the fact unknown.
_TELL_PROMISE = {"douyin", "pinduoduo", "kuaishou"}
_TELL_SHIPPING = {"tmall", "pinduoduo", "douyin", "kuaishou", "suning"}
_TELL_REFUNDED = {"taobao", "tmall", "douyin", "kuaishou", "suning"}
_TELL_AGREED = {"jd", "douyin", "kuaishou", "suning"}
_TELL_NO_PRESALE = {"douyin"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One order that was paid or is paid on delivery; None is what no export tells."""

    order_id: str
    created: int
    paid: int | None
    cod: bool
    promised: int | None
    shipped: int | None
    picked: int | None
    waiting: bool  # the back office says that it is still to be shipped
    closed: bool
    presale_known: bool
    paid_fen: int
    kind: str


@dataclass(frozen=True, slots=True)
class Request:
    """One after-sales request."""

    order_id: str
    kind: str
    stage: str
    requested: int
    handled: int | None
    refunded: int | None
    refund_told: bool  # the export has a column for the refund's time
    handling_told: bool
    planted: str


@dataclass(slots=True)
class Ask:
    """One buyer message and how long it waited."""

    asked: int
    opens_round: bool
    to_human: int | None = None
    to_any: int | None = None


@dataclass(slots=True)
class Talk:
    """One conversation."""

    number: str | None
    buyer: int
    order_id: str | None
    order_paid: int | None
    assigned: bool
    planted: str
    asks: list[Ask] = field(default_factory=list)
    served: bool = False  # a person wrote something
    by_robot: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an agent that breaks a rule of wording."""

    what: str
    said: int
    talk: Talk
    order_id: str | None
    message_id: str | None
    complained: bool


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a shop."""

    store_id: str
    platform: str
    first_day: int  # whole days since 1970 on which there is chat
    last_day: int
    made_at: int
    ships_known: bool
    picks_known: bool
    parcels: list[Parcel]
    late_complaints: frozenset[str]  # orders about whose lateness a buyer complained
    requests: list[Request]
    talks: list[Talk]
    lines: list[Line]
    absolute_titles: tuple[str, ...]  # listings whose title no advertisement may have
    listed_at: int


def known_of(world: World) -> Known:
    """Read a world the way its exports show it."""
    plan, store = world.plan, world.store
    talks, lines = _talks(world)
    days = [ask.asked // 86_400 for talk in talks for ask in talk.asks]
    return Known(
        store_id=store.store_id,
        platform=store.platform,
        first_day=min(days),
        last_day=seconds(plan.end) // 86_400 - 1,
        made_at=seconds(plan.exported_at),
        ships_known=store.platform in _TELL_SHIPPING or store.logistics,
        picks_known=store.logistics,
        parcels=list(_parcels(world)),
        late_complaints=frozenset(
            world.orders.ids[c.order] for c in world.complaints if c.concept == "late_shipment"
        ),
        requests=list(_requests(world)),
        talks=talks,
        lines=lines,
        absolute_titles=tuple(listing.item_id for listing in world.listings if listing.absolute),
        listed_at=seconds(plan.listed_at),
    )


def _time(value: int) -> int | None:
    return None if value == NEVER else value


def _parcels(world: World) -> Iterator[Parcel]:
    store = world.store
    view = view_at(store, world.orders, world.plan.exported_at)
    orders = view.orders
    ships = store.platform in _TELL_SHIPPING or store.logistics
    promises = store.platform in _TELL_PROMISE
    rows = zip(
        orders.ids,
        orders.created.tolist(),
        orders.paid.tolist(),
        orders.cod.tolist(),
        orders.promised.tolist(),
        orders.shipped.tolist(),
        orders.picked.tolist(),
        view.status.tolist(),
        orders.paid_fen.tolist(),
        orders.kind.tolist(),
        strict=True,
    )
    for order_id, created, paid, cod, promised, shipped, picked, status, fen, kind in rows:
        if status == UNPAID or (paid == NEVER and not cod):
            continue
        yield Parcel(
            order_id,
            created,
            _time(paid),
            cod,
            _time(promised) if promises else None,
            _time(shipped) if ships else None,
            _time(picked) if store.logistics else None,
            status == TO_SHIP or (cod and shipped == NEVER),
            status == CLOSED,
            store.platform in _TELL_NO_PRESALE,
            fen,
            kind,
        )


def _requests(world: World) -> Iterator[Request]:
    platform = world.store.platform
    for request in world.requests:
        refunded = _time(request.refunded) if platform in _TELL_REFUNDED else None
        agreed = _time(request.agreed) if platform in _TELL_AGREED else None
        returned = request.kind == RETURN and platform in ("taobao", "tmall")
        stage = "not_shipped" if request.stage == "not_shipped" else "returned" if returned else "received"
        yield Request(
            world.orders.ids[request.order],
            request.kind,
            stage,
            request.requested,
            agreed if agreed is not None else refunded,
            refunded,
            platform in _TELL_REFUNDED,
            platform in _TELL_AGREED | _TELL_REFUNDED,
            request.planted,
        )


def _talks(world: World) -> tuple[list[Talk], list[Line]]:
    """Conversations with the wait of every question, and the sentences that should not have been said."""
    store, decided, messages, orders = world.store, world.talks, world.messages, world.orders
    numbers = talk_ids(world.plan, store, decided).to_list() if store.numbers_talks else None
    told = (
        store.chat_file == "table"
    )  # the JSON and text exports say nothing of orders and of who was assigned
    talks = []
    for place, (buyer, order) in enumerate(zip(decided.buyer.tolist(), decided.order.tolist(), strict=True)):
        about = order if told else NOBODY
        talks.append(
            Talk(
                numbers[place] if numbers else None,
                buyer,
                orders.ids[about] if about != NOBODY else None,
                _time(int(orders.paid[about])) if about != NOBODY else None,
                (told or store.chat_file == "jd_json") and not bool(decided.robot_only[place]),
                "unserved" if decided.unserved[place] else "",
            )
        )
    complained = {complaint.talk for complaint in world.complaints if complaint.talk != NOBODY}
    lines: list[Line] = []
    waiting: list[Ask] = []
    last_talk, last_speaker = -1, AGENT
    uuid = store.chat_file in ("jd_json", "pinduoduo_json")
    rows = zip(
        messages.talk.tolist(),
        messages.sent.tolist(),
        messages.role.tolist(),
        messages.line.tolist(),
        strict=True,
    )
    for place, (number, sent, role, line) in enumerate(rows):
        if number != last_talk:
            waiting, last_talk, last_speaker = [], number, AGENT
        talk = talks[number]
        if role == BUYER:
            ask = Ask(sent, opens_round=last_speaker != BUYER)
            talk.asks.append(ask)
            waiting.append(ask)
        elif role in (AGENT, ROBOT):
            for ask in waiting:
                if ask.to_any is None:
                    ask.to_any = sent - ask.asked
                if role == AGENT:
                    ask.to_human = sent - ask.asked
            if role == AGENT:
                waiting = []
                talk.served = True
            else:
                talk.by_robot = True
        if role in (BUYER, AGENT, ROBOT):
            last_speaker = role
        if line:
            lines.append(
                Line(
                    line,
                    sent,
                    talk,
                    talk.order_id,
                    _message_id(world, place) if uuid else None,
                    number in complained,
                )
            )
    return talks, lines


def _message_id(world: World, place: int) -> str:
    if world.store.chat_file == "jd_json":
        return f"{world.store.folder}-{place:08d}"
    return f"{1_700_000_000_000 + place * 13}"
