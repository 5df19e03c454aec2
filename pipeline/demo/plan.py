"""Decide which shops the sample has, how large each is and how it behaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from pipeline.demo.talk.goods import CATEGORIES, Category

PLATFORMS = ("douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning")
ChatFile = Literal["table", "qianniu", "pinduoduo_json", "jd_json"]


@dataclass(frozen=True)
class Spell:
    """Days (numbers from the first day, end exclusive) in which the desk is short of people."""

    first: int
    last: int
    slow: float  # share of rounds that wait more than three minutes


@dataclass(frozen=True)
class Store:
    """One shop. Rates are shares of its rounds, conversations or orders; counts are planted one by one."""

    platform: str
    folder: str
    name: str
    category: Category
    number: int
    opened_on: dt.date
    conversations: int
    orders: int
    agents: tuple[str, ...]
    weight: float = 1.0
    slow: float = 0.01  # rounds that wait more than three minutes
    lazy: float = 0.03  # rounds that wait 33 to 170 seconds
    ignored: float = 0.003  # last rounds that nobody answers
    robot: bool = True
    chat_file: ChatFile = "table"
    logistics: bool = True  # a logistics file accompanies the orders
    early_export: bool = False  # an older export of the orders lies beside the last one
    spells: tuple[Spell, ...] = ()
    unserved: int = 0
    late: dict[str, int] = field(default_factory=dict)  # planted kind -> orders
    refunds: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)  # abuse, lure, close_trade, extreme -> messages
    absolute_titles: int = 0  # listings whose title no advertisement may have
    complaints: float = 0.5  # share of planted insults about which the buyer complains

    @property
    def numbers_talks(self) -> bool:
        """Whether the chat export numbers its conversations."""
        return self.chat_file in ("table", "jd_json")

    @property
    def store_id(self) -> str:
        """Platform and folder, the id used everywhere."""
        return f"{self.platform}/{self.folder}"


@dataclass(frozen=True)
class Plan:
    """The whole sample: its days and its shops."""

    first_day: dt.date
    days: int
    seed: int
    stores: tuple[Store, ...]

    @property
    def start(self) -> dt.datetime:
        """Midnight at which the sample begins."""
        return dt.datetime.combine(self.first_day, dt.time())

    @property
    def end(self) -> dt.datetime:
        """Midnight after the last day."""
        return self.start + dt.timedelta(days=self.days)

    @property
    def listed_at(self) -> dt.datetime:
        """When the lists of goods were made: on the last morning."""
        return self.end - dt.timedelta(hours=14)

    @property
    def exported_at(self) -> dt.datetime:
        """When the last exports were made: late on the last day, so that every day is whole."""
        return self.end - dt.timedelta(seconds=1)


AGENTS = ("小美", "阿杰", "青青", "大鹏", "橙子", "小鹿", "一诺", "阿宁", "可乐", "糖糖", "木木", "小北")
MESSAGES_PER_CONVERSATION = 10.7
MESSAGES_PER_ORDER = 10.0

# What each of the first twelve shops is there to show: (platform, category, own settings).
_CAST: tuple[tuple[str, int, dict[str, object]], ...] = (
    (
        "douyin",
        0,
        {
            "weight": 1.4,
            "late": {"late": 14, "late_pickup": 6, "open_late": 2, "edge_ok": 1, "edge_late": 1},
            "lines": {"abuse": 3, "lure": 6},
            "unserved": 4,
            "early_export": True,
            "refunds": {"slow_answer": 3},
        },
    ),
    (
        "douyin",
        1,
        {
            "weight": 1.0,
            "late": {"late": 5},
            "lines": {"abuse": 4, "extreme": 2},
            "absolute_titles": 1,
            "unserved": 16,
            "slow": 0.03,
            "complaints": 1.0,
        },
    ),
    (
        "taobao",
        2,
        {
            "weight": 1.2,
            "late": {"late": 12, "late_pickup": 4, "open_late": 2, "edge_ok": 1, "edge_late": 1},
            "lines": {"abuse": 7, "close_trade": 2},
            "spells": (Spell(18, 45, 0.55),),
            "early_export": True,
            "ignored": 0.03,
            "complaints": 1.0,
        },
    ),
    (
        "taobao",
        3,
        {
            "weight": 0.7,
            "logistics": False,
            "chat_file": "qianniu",
            "robot": False,
            "complaints": 0.0,
            "late": {"late": 4},
            "lines": {"abuse": 2, "extreme": 2},
        },
    ),
    (
        "tmall",
        4,
        {
            "weight": 1.2,
            "late": {"late": 6, "late_pickup": 6, "open_late": 1, "edge_ok": 1, "edge_late": 1},
            "lines": {"abuse": 3, "close_trade": 5, "extreme": 3},
            "refunds": {"slow_refund": 6, "slow_answer": 2},
        },
    ),
    (
        "jd",
        5,
        {
            "weight": 1.2,
            "late": {"late": 8, "late_pickup": 8, "open_late": 1, "cod_late": 2, "edge_late": 1},
            "lines": {"lure": 4, "abuse": 2},
            "lazy": 0.45,
            "slow": 0.04,
        },
    ),
    (
        "jd",
        6,
        {
            "weight": 0.8,
            "chat_file": "jd_json",
            "robot": False,
            "complaints": 0.0,
            "late": {"late": 3},
            "lines": {"abuse": 2, "lure": 1},
        },
    ),
    (
        "pinduoduo",
        7,
        {
            "weight": 1.2,
            "late": {"late": 10, "late_pickup": 8, "open_late": 2},
            "lines": {"abuse": 6, "lure": 2},
            "spells": (Spell(33, 39, 0.85),),
            "early_export": True,
        },
    ),
    (
        "pinduoduo",
        8,
        {
            "weight": 0.7,
            "chat_file": "pinduoduo_json",
            "robot": False,
            "complaints": 0.0,
            "late": {"late": 12, "late_pickup": 4},
            "lines": {"abuse": 1},
        },
    ),
    (
        "kuaishou",
        9,
        {
            "weight": 0.8,
            "late": {"late": 6, "late_pickup": 4, "edge_ok": 1, "edge_late": 1},
            "lines": {"lure": 7, "abuse": 1},
            "refunds": {"slow_answer": 6, "slow_refund": 2},
        },
    ),
    (
        "kuaishou",
        10,
        {
            "weight": 0.9,
            "late": {"late": 5},
            "spells": (Spell(10, 17, 0.7),),
            "lines": {"extreme": 3},
            "absolute_titles": 1,
        },
    ),
    (
        "suning",
        11,
        {
            "weight": 0.7,
            "late": {"late": 4, "late_pickup": 5},
            "spells": (Spell(3, 33, 0.8),),
            "refunds": {"never": 2, "slow_refund": 2},
            "lines": {"abuse": 1, "extreme": 1},
            "absolute_titles": 1,
        },
    ),
)
_TOTAL_WEIGHT = 11.8  # the sum of the weights above


def make_plan(stores: int, days: int, messages: int, seed: int, until: dt.date) -> Plan:
    """Cast the shops and share the messages out among them.

    More than twelve shops repeat the cast under new folder names; planted counts grow with the
    number of messages, so that a large sample is not a clean one.
    """
    cast = [_CAST[number % len(_CAST)] for number in range(stores)]
    weights = [float(settings.get("weight", 1.0)) for _, _, settings in cast]  # type: ignore[arg-type]
    growth = max(1.0, messages / 60_000 * _TOTAL_WEIGHT / sum(weights))
    seen: dict[str, int] = {}
    made = []
    for number, ((platform, category, settings), weight) in enumerate(zip(cast, weights, strict=True)):
        seen[platform] = seen.get(platform, 0) + 1
        share = messages * weight / sum(weights)
        goods = CATEGORIES[category]
        desk = max(3, min(len(AGENTS), 2 + round(share / days / 60)))
        made.append(
            Store(
                platform=platform,
                folder=f"{platform}-{seen[platform]}",
                name=f"{goods.name}示例店{number + 1}",
                category=goods,
                number=number,
                opened_on=dt.date(2019 + number % 5, 1 + number % 12, 8),
                conversations=max(20, round(share / MESSAGES_PER_CONVERSATION)),
                orders=max(30, round(share / MESSAGES_PER_ORDER)),
                agents=tuple(AGENTS[(number + place) % len(AGENTS)] for place in range(desk)),
                **_grown(settings, growth),  # type: ignore[arg-type]
            )
        )
    first_day = until - dt.timedelta(days=days - 1)
    return Plan(first_day, days, seed, tuple(made))


def _grown(settings: dict[str, object], growth: float) -> dict[str, object]:
    """The settings with every planted count multiplied by growth."""
    grown: dict[str, object] = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            grown[key] = {kind: round(count * growth) for kind, count in value.items()}
        elif key == "unserved" and isinstance(value, int):
            grown[key] = round(value * growth)
        else:
            grown[key] = value
    return grown
