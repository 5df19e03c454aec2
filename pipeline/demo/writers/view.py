"""What an export made at some moment knows of the orders, as columns of text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.demo.clock import DAY, NEVER, Ints, seconds
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Store
from pipeline.demo.talk.goods import CARRIERS, CITIES, GIVEN, STREETS, SURNAMES

UNPAID, TO_SHIP, SHIPPED, DONE, CLOSED, COD_TO_SHIP = range(6)


@dataclass(frozen=True)
class View:
    """One shop's orders as an export sees them."""

    store: Store
    orders: Orders
    status: Ints
    made_at: dt.datetime

    def __len__(self) -> int:
        return len(self.orders)

    def ids(self, form: str = "{}") -> pl.Series:
        """Order numbers, wrapped as the platform does: '\\t{}', "'{}", '="{}"'."""
        return _form(pl.Series(self.orders.ids, dtype=pl.String), form)

    def time(self, name: str, form: str = "%Y-%m-%d %H:%M:%S", empty: str = "") -> pl.Series:
        """One of the times of the orders, in the platform's own form."""
        return stamps(getattr(self.orders, name), form, empty)

    def yuan(self, fen: Ints, form: str = "{}") -> pl.Series:
        """Money with two decimals."""
        return yuan(fen, form)

    def pick(self, words: tuple[str, ...], index: Ints) -> pl.Series:
        """One of some words for each order."""
        return pl.Series(list(words), dtype=pl.String).gather(index)

    @property
    def goods(self) -> pl.Series:
        """The name of the goods."""
        return self.pick(tuple(name for name, _ in self.store.category.goods), self.orders.goods)

    @property
    def variant(self) -> pl.Series:
        """The variant bought."""
        return self.pick(self.store.category.variants, self.orders.variant)

    @property
    def carrier(self) -> pl.Series:
        """The carrier's name, empty before shipping."""
        return self._sent(self.pick(tuple(name for name, _ in CARRIERS), self.orders.carrier))

    @property
    def tracking(self) -> pl.Series:
        """The waybill number, empty before shipping."""
        return self._sent(pl.Series(self.orders.tracking, dtype=pl.String))

    def region(self, level: int) -> pl.Series:
        """Province, city or district."""
        return self.pick(tuple(city[level] for city in CITIES), self.orders.city)

    @property
    def address(self) -> pl.Series:
        """Street and number, made up."""
        street = self.pick(STREETS, self.orders.buyer % len(STREETS))
        number = pl.Series((self.orders.buyer * 37 % 599 + 1).astype(str))
        return self.region(0) + self.region(1) + self.region(2) + street + number + "号"

    @property
    def receiver(self) -> pl.Series:
        """The receiver's name, made up."""
        return self.pick(tuple(SURNAMES), self.orders.buyer % len(SURNAMES)) + self.pick(
            GIVEN, self.orders.buyer % len(GIVEN)
        )

    @property
    def phone(self) -> pl.Series:
        """The receiver's phone number, made up."""
        return pl.Series((13_800_000_000 + self.orders.buyer * 7_654_321 % 100_000_000).astype(str))

    def quantity(self) -> pl.Series:
        """Pieces."""
        return pl.Series(self.orders.quantity.astype(str))

    def goods_fen(self) -> Ints:
        """What the goods alone cost."""
        return self.orders.paid_fen - self.orders.freight

    def paid_or_nothing(self) -> pl.Series:
        """What was paid, 0.00 before payment."""
        return yuan(np.where((self.orders.paid == NEVER) & ~self.orders.cod, 0, self.orders.paid_fen))

    def refunded_before_shipping(self, yes: str, no: str) -> pl.Series:
        """One word for orders that were paid and closed, another for all others."""
        return _words((self.status == CLOSED) & (self.orders.paid != NEVER), yes, no)

    def never_paid(self) -> pl.Series:
        """Closed before payment."""
        return pl.Series((self.status == CLOSED) & (self.orders.paid == NEVER))

    def number(self, first: int, step: int = 1) -> pl.Series:
        """A number of the goods, as platforms give one to each."""
        return pl.Series((first + self.orders.goods * step).astype(str))

    def masked_name(self, tail: str = "**") -> pl.Series:
        """The receiver's name as platforms mask it."""
        return self.receiver.str.slice(0, 1) + tail

    def masked_phone(self) -> pl.Series:
        """The receiver's phone as platforms mask it."""
        return self.phone.str.slice(0, 3) + "****" + self.phone.str.slice(7)

    def same(self, text: str) -> pl.Series:
        """The same text in every row."""
        return pl.repeat(text, len(self), dtype=pl.String, eager=True)

    def _sent(self, text: pl.Series) -> pl.Series:
        return text.set(pl.Series(self.orders.shipped == NEVER), "")


def view_at(store: Store, orders: Orders, made_at: dt.datetime) -> View:
    """Forget what happened after the export was made, and say how each order stood."""
    now = seconds(made_at)
    known = int(np.searchsorted(orders.created, now, side="right"))
    cut = {name: getattr(orders, name)[:known] for name in vars(orders)}
    for name in ("paid", "shipped", "picked", "delivered", "finished", "closed"):
        cut[name] = np.where(cut[name] > now, NEVER, cut[name])
    cut["closed_by"] = np.where(cut["closed"] == NEVER, "", cut["closed_by"])
    seen = replace(orders, **cut)
    status = np.where(seen.cod, COD_TO_SHIP, np.where(seen.paid == NEVER, UNPAID, TO_SHIP))
    status = np.where(seen.shipped != NEVER, SHIPPED, status)
    status = np.where(seen.finished != NEVER, DONE, status)
    status = np.where(seen.closed != NEVER, CLOSED, status)
    return View(store, seen, status, made_at)


def stamps(times: Ints, form: str = "%Y-%m-%d %H:%M:%S", empty: str = "") -> pl.Series:
    """Times as text; NEVER is empty. ``excel`` writes 2023/1/5 9:05 as spreadsheets do."""
    series = pl.Series(times, dtype=pl.Int64).set(pl.Series(times == NEVER), None)
    moments = pl.from_epoch(series, time_unit="s")
    if form == "excel":
        frame = moments.to_frame("t")
        parts = [pl.col("t").dt.year(), pl.col("t").dt.month(), pl.col("t").dt.day(), pl.col("t").dt.hour()]
        text = frame.select(pl.format("{}/{}/{} {}:{}", *parts, pl.col("t").dt.strftime("%M:%S"))).to_series()
    else:
        text = moments.dt.strftime(form)
    return text.fill_null(empty)


def yuan(fen: Ints, form: str = "{}") -> pl.Series:
    """Fen as yuan with two decimals, wrapped as the platform does: '¥{}', '{}元'."""
    whole = pl.Series((fen // 100).astype(str))
    return _form(whole + "." + pl.Series((fen % 100).astype(str)).str.zfill(2), form)


def nicknames(store: Store, buyers: Ints) -> pl.Series:
    """What the platform calls a buyer; the same buyer has the same name in every file of the shop."""
    form, first, step = {
        "taobao": ("tb{}", 10_000_000, 7_907),
        "tmall": ("t_{}_00", 130_000_000, 7_907),
        "jd": ("jd_{}", 4_400_000_000, 104_729),
        "pinduoduo": ("{}", 30_000_000_000, 104_729),
        "douyin": ("用户{}", 3_100_000_000_000, 1_299_709),
        "kuaishou": ("快手用户{}", 1_700_000_000, 15_485),
        "suning": ("{}***su", 1_390_000, 13),
    }[store.platform]
    numbers = first + store.number * 3_000_017 + buyers * step
    return _form(pl.Series(numbers.astype(str)), form)


def day_of(times: Ints) -> Ints:
    """Whole days since 1970."""
    return times // DAY


def _words(which: npt.NDArray[np.bool_], yes: str, no: str) -> pl.Series:
    return pl.Series(np.where(which, yes, no).tolist(), dtype=pl.String)


def _form(text: pl.Series, form: str) -> pl.Series:
    before, after = form.split("{}")
    return before + text + after if before or after else text
