"""Judge every text once: what was said before, in this table or an earlier one, is known already."""

from __future__ import annotations

import polars as pl

from pipeline.text.find import Finder
from pipeline.text.scan import Scan
from pipeline.text.wanted import find_wanted

_KNOWN = 1_000_000  # texts whose hits are kept, each as 8 bytes
_AT_ONCE = 50_000  # texts: what is between the scan and the hits is large
# A number of six digits and more says nothing but its length: texts that differ in an order number are one.
_LONG_NUMBER = "[0-9]{6,}"
HITS = {"key": pl.UInt64, "no": pl.UInt32, "start": pl.Int64, "end": pl.Int64, "whole_message": pl.Boolean}


def keyed(texts: pl.DataFrame) -> pl.DataFrame:
    """Add the column key to column text: equal for texts that differ in one long number at most."""
    text = pl.col("text")
    numbered = text.str.contains(_LONG_NUMBER)
    plain = texts.filter(~numbered).with_columns(key=text.hash())
    rest = texts.filter(numbered).with_columns(
        key=text.str.replace(_LONG_NUMBER, "\0").hash() ^ text.str.len_bytes().hash()
    )
    return pl.concat([plain, rest])


class Judged:
    """The hits of texts by their key; contexts and roles of single messages are the caller's business."""

    def __init__(self, finder: Finder) -> None:
        self._finder, self.scan = finder, Scan(finder)
        self._keys = pl.DataFrame(schema={"key": pl.UInt64})
        self._hits = pl.DataFrame(schema=HITS)

    def hits(self, texts: pl.DataFrame) -> pl.DataFrame:
        """The hits (columns HITS) of all texts known, these (columns key, text) among them."""
        fresh = texts.filter(pl.col("key").is_first_distinct()).join(self._keys, on="key", how="anti")
        if self._keys.height + fresh.height > _KNOWN:
            known = texts.select("key").join(self._keys, on="key", how="semi").unique()
            self._keys = known
            self._hits = self._hits.join(known, on="key", how="semi")
        self._keys = pl.concat([self._keys, fresh.select("key")])
        parts = [self._judge(part) for part in fresh.iter_slices(_AT_ONCE)]
        self._hits = pl.concat([self._hits, *(hits for part in parts for hits in part)])
        return self._hits

    def _judge(self, fresh: pl.DataFrame) -> list[pl.DataFrame]:
        passed = self.scan.of(fresh["text"])
        looked_at = list(passed.forms)
        texts, keys = fresh["text"].gather(looked_at).to_list(), fresh["key"].gather(looked_at).to_list()
        found = self._finder.find(dict(zip(texts, passed.forms.values(), strict=True)))
        risks = [
            (key, hit.term, hit.start, hit.end, hit.whole)
            for key, text in zip(keys, texts, strict=True) for hit in found.get(text, ())
        ]  # fmt: skip
        lexicons = self._finder.lexicons
        return [
            pl.DataFrame(risks, schema=HITS, orient="row"),
            *(
                find_wanted(fresh[rows], lexicons.lexicons[name], lexicons).select(
                    pl.col(column).cast(kind) for column, kind in HITS.items()
                )
                for name, rows in passed.wanted.items()
            ),
        ]
