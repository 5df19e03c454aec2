"""Write one row per store: what guize.toml says about it; unknown stays null."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.config import Config
from pipeline.ingest.files import write_parquet
from pipeline.tables import by_name


def write_stores(facts: Path, config: Config, store_ids: Sequence[str]) -> None:
    """Bring the store rows up to date; a file is rewritten only when something changed."""
    known = {store.store_id: store for store in config.stores}
    schema = by_name()["stores"].polars_schema()
    for store_id in store_ids:
        platform, name = store_id.split("/", 1)
        store = known.get(store_id)
        row = {
            "store_id": store_id, "platform": platform, "name": store.name if store else None,
            "store_group": store.group if store else None, "opened_on": store.opened_on if store else None,
            "seller_type": store.seller_type if store else None, "shop_type": store.shop_type if store else None,
            "category": store.category if store else None,
        }  # fmt: skip
        frame = pl.DataFrame([row], schema=schema)
        path = facts / "stores" / f"platform={platform}" / f"store={name}" / "part.parquet"
        if not path.exists() or not pl.read_parquet(path).equals(frame):
            write_parquet(frame, path)
