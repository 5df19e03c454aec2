"""Columns that say few things often: held as numbers of their texts (Enum), so that each text is read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl
import pyarrow as pa

_LARGE, _SAMPLE = 4_000, 256  # rows of a block
_FEW = 50  # texts whose type is kept for the next block


def is_few(texts: int, rows: int, sample: bool = False) -> bool:
    """Whether so many different texts are few among so many rows (of a sample: promise to be)."""
    return texts * (8 if sample else 4) <= rows


def held(texts: pl.Series, at: pl.Series) -> pl.Series:
    """The column whose rows say the texts with these numbers (null: nothing); held as numbers where no two texts are alike."""
    dtype = _enum(tuple(texts.to_list())) if texts.len() <= _FEW else None if texts.n_unique() < texts.len() else pl.Enum(texts)
    return texts.gather(at) if dtype is None else at.cast(pl.UInt32).cat.to(dtype)


@lru_cache(1_000)
def _enum(texts: tuple[str, ...]) -> pl.Enum | None:
    """The type of these texts, the same block after block; None where some are alike."""
    return pl.Enum(texts) if len(set(texts)) == len(texts) else None


def hold(chunk: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """A large block with those text columns held as numbers that say few things often, as its first rows let expect."""
    texts = [name for name in names if chunk.schema[name] == pl.String]
    if chunk.height < _LARGE or not texts:
        return chunk
    sample = chunk.head(_SAMPLE).select(pl.col(texts).n_unique()).row(0, named=True)
    columns = []
    for name in texts:
        if is_few(sample[name], _SAMPLE, sample=True):
            told = chunk.get_column(name).to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
            if is_few(len(told.dictionary), chunk.height):
                columns.append(of_dictionary(told).alias(name))
    return chunk.with_columns(columns)


def of_dictionary(told: pa.DictionaryArray) -> pl.Series:
    """The column of an Arrow dictionary of texts."""
    return held(pl.Series(pl.from_arrow(told.dictionary), dtype=pl.String), pl.Series(pl.from_arrow(told.indices)))


def texts_in(dtype: pl.DataType) -> pl.Series | None:
    """The texts of a column held as numbers; None for any other."""
    return dtype.categories if isinstance(dtype, pl.Enum) else None


def plain(name: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """A column as text, however it is held."""
    return pl.col(name) if schema[name] == pl.String else pl.col(name).cast(pl.String)
