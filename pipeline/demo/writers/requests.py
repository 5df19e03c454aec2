"""The after-sales requests of a shop as columns of text, for the platforms' own layouts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from pipeline.demo.clock import NEVER
from pipeline.demo.desk import RETURN, Request
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Store
from pipeline.demo.writers.view import nicknames, stamps, yuan


class RequestView:
    """Columns of text, one value a request."""

    def __init__(
        self, store: Store, orders: Orders, requests: Sequence[Request], made_at: dt.datetime
    ) -> None:
        self.store, self.orders, self.requests = store, orders, requests
        self.made_at = made_at
        self.stamp = f"{made_at:%Y%m%d%H%M%S}"
        self.row = np.array([request.order for request in requests], dtype=np.int64)

    def ids(self) -> pl.Series:
        """Request numbers."""
        first = 140_000_000_000_000 + self.store.number * 1_000_000_000
        return pl.Series([str(first + request.number * 7_919) for request in self.requests], dtype=pl.String)

    def order_ids(self) -> pl.Series:
        """Order numbers."""
        return pl.Series(self.orders.ids, dtype=pl.String).gather(self.row)

    def buyers(self) -> pl.Series:
        """What the platform calls the buyer."""
        return nicknames(self.store, self.orders.buyer[self.row])

    def goods(self) -> pl.Series:
        """The name of the goods."""
        names = pl.Series([name for name, _ in self.store.category.goods])
        return names.gather(self.orders.goods[self.row])

    def paid_at(self) -> pl.Series:
        """When the order was paid."""
        return stamps(self.orders.paid[self.row])

    def paid(self) -> pl.Series:
        """What was paid for the order."""
        return yuan(self.orders.paid_fen[self.row])

    def money(self, form: str = "{}") -> pl.Series:
        """What is to be refunded."""
        return yuan(np.array([request.refund_fen for request in self.requests], dtype=np.int64), form)

    def time(self, name: str, form: str = "%Y-%m-%d %H:%M:%S", empty: str = "") -> pl.Series:
        """One of the times of the requests."""
        return stamps(
            np.array([getattr(request, name) for request in self.requests], dtype=np.int64), form, empty
        )

    def each(self, returned: str, shipped: str, unshipped: str) -> pl.Series:
        """One word for a return, one for a refund after shipping, one for a refund before it."""
        words = [
            unshipped if request.stage == "not_shipped" else returned if request.kind == RETURN else shipped
            for request in self.requests
        ]
        return pl.Series(words, dtype=pl.String)

    def state(self, done: str, agreed: str, waiting: str) -> pl.Series:
        """One word for each state of the request."""
        words = [
            done if request.refunded != NEVER else agreed if request.agreed != NEVER else waiting
            for request in self.requests
        ]
        return pl.Series(words, dtype=pl.String)

    def hours(self) -> pl.Series:
        """Hours from the request to the refund, empty while it is open."""
        took = [(r.refunded - r.requested) / 3600 if r.refunded != NEVER else None for r in self.requests]
        return pl.Series([f"{hours:.2f}" if hours else "" for hours in took], dtype=pl.String)

    def same(self, text: str) -> pl.Series:
        """The same text in every row."""
        return pl.repeat(text, len(self.requests), dtype=pl.String, eager=True)
