"""Messages that come in no table: one shape for what every chat reader finds, hashed and masked on the way in."""

from __future__ import annotations

import polars as pl

from pipeline.ingest.findings import QUARANTINE
from pipeline.ingest.masking import mask_texts
from pipeline.ingest.parse import Owner, Parsed
from pipeline.ingest.people import hash_people

SPOKEN = pl.Schema({
    "source_row": pl.Int64(), "conversation_id": pl.String(), "message_id": pl.String(), "message_seq": pl.Int64(),
    "sent_at": pl.Datetime("us"), "role": pl.String(), "assisted": pl.Boolean(), "agent_id": pl.String(), "buyer": pl.String(),
    "kind": pl.String(), "text": pl.String(), "order_id": pl.String(),
})  # fmt: skip


def own_messages(spoken: pl.DataFrame, owner: Owner, quarantine: pl.DataFrame | None = None, skipped: int = 0) -> Parsed:
    """Turn a frame with (some of) the columns ``SPOKEN`` into messages; rows that lack time or speaker are quarantined."""
    frame = spoken.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in SPOKEN.items() if name not in spoken.columns)
    frame = frame.select(pl.col(name).cast(dtype) for name, dtype in SPOKEN.items())
    bad = [] if quarantine is None else [quarantine]
    for column, heading in (("sent_at", "时间"), ("role", "发送方")):
        lacks = frame.filter(pl.col(column).is_null()).get_column("source_row")
        if lacks.len():
            bad.append(_finding(lacks, heading))
    frame = frame.drop_nulls(["sent_at", "role"])
    text, kinds = mask_texts(frame.get_column("text"))
    buyer = hash_people(frame.get_column("buyer").str.strip_chars(), owner.key, owner.realm)
    frame = frame.drop("buyer", "text").with_columns(
        text.alias("text"), kinds.alias("pii_kinds"), buyer.alias("buyer_key"),
    )  # fmt: skip
    homeless = frame.filter(pl.col("conversation_id").is_null() & pl.col("buyer_key").is_null()).get_column("source_row")
    if homeless.len():
        bad.append(_finding(homeless, "买家"))
        frame = frame.filter(pl.col("conversation_id").is_not_null() | pl.col("buyer_key").is_not_null())
    findings = pl.concat(bad) if bad else pl.DataFrame(schema=QUARANTINE)
    read = frame.height + findings.get_column("row").n_unique()
    return Parsed({"messages": frame}, findings.cast(QUARANTINE), read, skipped)


def _finding(rows: pl.Series, column: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"row": rows, "column": [column] * rows.len(), "value": [None] * rows.len(), "reason": ["missing_key"] * rows.len()}, schema=QUARANTINE
    )
