"""What the truth is told in: breaches with their effects, and how they fold into rows."""

from __future__ import annotations

from dataclasses import dataclass, field

CONFIRMED, CONTINGENT, AVERTED = "confirmed", "contingent", "averted"
# Heavier first; only what occurs in the rules covered here.
_HEAVY = (
    "removal",
    "account_sealed",
    "suspension",
    "delist_and_listing_ban",
    "shop_hidden",
    "marketing_limit",
    "exam",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One consequence; None is an amount that no source states. Money is in fen, sanctions in days."""

    certainty: str
    kind: str  # money | points | sanction | warning
    code: str = ""
    low: int | float | None = None
    high: int | float | None = None


@dataclass(slots=True)
class Breach:
    """One expected breach of one rule."""

    store_id: str
    pack: str
    rule_id: str
    occurred: int
    kind: str
    track: str = "in_force"
    order_id: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    needs_text: bool = False
    unsettled: bool = False  # the window is not wholly inside the data
    has_penalties: bool = False
    effects: list[Effect] = field(default_factory=list)  # what it costs by itself
    summed: list[Effect] | None = (
        None  # what it adds to the sums after caps and beside other rules, if not the same
    )

    @property
    def counted(self) -> list[Effect]:
        """Its effects as they enter the sums."""
        return self.effects if self.summed is None else self.summed

    @property
    def home(self) -> bool:
        """Whether the rule binds this shop."""
        return self.pack in ("law", self.store_id.partition("/")[0])

    @property
    def certainty(self) -> str:
        """The surest of its effects; without any penalty the breach itself is certain."""
        if self.effects:
            found = {effect.certainty for effect in self.effects}
            return CONFIRMED if CONFIRMED in found else CONTINGENT
        if self.has_penalties:
            return CONFIRMED if not self.unsettled else CONTINGENT
        return CONTINGENT if self.unsettled else CONFIRMED

    def row(self) -> dict[str, object]:
        """The breach as a row of truth.parquet, with the effects of its own certainty."""
        own = [effect for effect in self.effects if effect.certainty == self.certainty]
        points_class = first_class(own)
        sanction = heaviest(own)
        return {
            "store_id": self.store_id,
            "pack": self.pack,
            "home": self.home,
            "rule_id": self.rule_id,
            "track": self.track,
            "occurred_at": self.occurred,
            "day": self.occurred // 86_400,
            "order_id": self.order_id,
            "conversation_id": self.conversation_id,
            "message_id": self.message_id,
            "kind": self.kind,
            "needs_text": self.needs_text,
            "certainty": self.certainty,
            "money_low_cny": add(own, "money", "low"),
            "money_high_cny": add(own, "money", "high"),
            "points_class": points_class,
            "points_low": add(own, "points", "low", points_class),
            "points_high": add(own, "points", "high", points_class),
            "sanction": sanction.code if sanction else None,
            "sanction_days_low": sanction.low if sanction else None,
            "sanction_days_high": sanction.high if sanction else None,
        }


def first_class(effects: list[Effect]) -> str | None:
    """The first points class among some effects."""
    return min((effect.code for effect in effects if effect.kind == "points"), default=None)


def heaviest(effects: list[Effect]) -> Effect | None:
    """The sanction that weighs most."""
    return min((e for e in effects if e.kind == "sanction"), key=lambda e: _HEAVY.index(e.code), default=None)


def add(effects: list[Effect], kind: str, end: str, code: str | None = None) -> int | float | None:
    """The sum of one end of some effects; None if there is none or one of them is unknown."""
    values = [getattr(e, end) for e in effects if e.kind == kind and (code is None or e.code == code)]
    return None if not values or None in values else sum(values)
