"""Make the sample shop by shop: decide, write the exports, judge the decisions."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.demo.chats import Talks, decide_talks
from pipeline.demo.desk import (
    Complaint,
    Listing,
    Presence,
    Request,
    decide_complaints,
    decide_listings,
    decide_presence,
    decide_requests,
)
from pipeline.demo.messages import Messages, write_down
from pipeline.demo.orders import Orders, decide_orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.talk.pool import Pool, build_pool
from pipeline.demo.writers.platforms import write_orders, write_requests
from pipeline.demo.writers.talks import write_talks
from pipeline.demo.writers.templates import (
    write_complaints,
    write_listings,
    write_logistics,
    write_presence,
    write_tracking,
)
from pipeline.demo.writers.view import view_at
from pipeline.problems import GuizeError, Problem

_SIGN = "# 示例店铺的补充资料；导出里没有这些信息"


@dataclass(frozen=True)
class World:
    """Everything decided about one shop."""

    plan: Plan
    store: Store
    orders: Orders
    talks: Talks
    messages: Messages
    pool: Pool
    requests: list[Request]
    complaints: list[Complaint]
    presence: list[Presence]
    listings: list[Listing]


def decide(plan: Plan, store: Store) -> World:
    """Decide all that happens in one shop; the same plan and seed decide the same."""
    rng = np.random.default_rng([plan.seed, store.number])
    orders = decide_orders(plan, store, rng)
    talks = decide_talks(plan, store, orders, rng)
    pool = build_pool(store.category, plan.seed * 1000 + store.number)
    messages = write_down(store, talks, pool, rng)
    requests = decide_requests(plan, store, orders, rng)
    complaints = decide_complaints(plan, store, orders, talks, messages, rng)
    presence = decide_presence(plan, store, rng)
    listings = decide_listings(store)
    return World(plan, store, orders, talks, messages, pool, requests, complaints, presence, listings)


def write_exports(folder: Path, world: World) -> list[Path]:
    """Write every export of one shop under ``<folder>/<platform>/<store>``."""
    plan, store, orders = world.plan, world.store, world.orders
    home = folder / store.platform / store.folder
    paths: list[Path] = []
    if store.early_export:
        early = plan.start + dt.timedelta(days=plan.days // 2, hours=9, minutes=12)
        paths += write_orders(home, view_at(store, orders, early))
    now = view_at(store, orders, plan.exported_at)
    paths += write_orders(home, now)
    if store.logistics:
        paths += [write_logistics(home, now), write_tracking(home, now)]
    paths += write_talks(home, plan, store, orders, world.talks, world.messages, world.pool)
    paths += write_requests(home, plan, store, orders, world.requests)
    paths += write_complaints(home, plan, store, orders, world.complaints)
    paths += write_presence(home, plan, store, world.presence)
    paths += write_listings(home, plan, store, world.listings)
    return paths


def clear(folder: Path) -> None:
    """Take away an earlier sample; what is not one is left alone.

    Raises:
        GuizeError: the folder holds exports that no sample wrote.
    """
    if not (folder / "exports").exists():
        return
    config = folder / "guize.toml"
    if not config.exists() or not config.read_text(encoding="utf-8").startswith(_SIGN):
        raise GuizeError(
            Problem(
                "demo-folder",
                str(folder),
                "这里已有不是示例的导出",
                "there are exports here that are no sample",
                "换一个文件夹：guize demo 别处",
                "choose another folder: guize demo ELSEWHERE",
            )
        )
    shutil.rmtree(folder / "exports")
    for name in ("truth.parquet", "truth_totals.parquet"):
        (folder / name).unlink(missing_ok=True)


def write_config(folder: Path, plan: Plan) -> Path:
    """A guize.toml that says what no export tells about the shops."""
    lines = [_SIGN, "[warehouse]", 'path = "./warehouse"', ""]
    for store in plan.stores:
        lines += [
            "[[stores]]",
            f'id = "{store.store_id}"',
            f'name = "{store.name}"',
            f"opened_on = {store.opened_on}",
            'seller_type = "专业卖家"',
            'shop_type = "企业店"',
            f'category = "{store.category.name}"',
            "",
        ]
    path = folder / "guize.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def generate(folder: Path, plan: Plan, tell: Callable[[World, list[Path]], None]) -> None:
    """Write the whole sample, one shop in memory at a time; ``tell`` hears of each shop when it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder, plan)
    for store in plan.stores:
        world = decide(plan, store)
        tell(world, write_exports(folder / "exports", world))
