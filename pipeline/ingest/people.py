"""Replace people by keyed hashes: HMAC-SHA-256 under a key that stays outside the warehouse."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipeline.problems import GuizeError, Problem

_LENGTH = 32  # hex digits kept: 128 bits, beyond any chance of two buyers meeting


def load_key(path: Path) -> bytes:
    """The local key; made at the first run, readable by its owner alone.

    Raises:
        GuizeError: the file is empty or its folder cannot be written.
    """
    path = path.expanduser()
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
        key = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise GuizeError(_problem(path, f"读写不了（{error}）", f"it cannot be read or made ({error})")) from error
    if len(key) < 16:
        raise GuizeError(_problem(path, "密钥不足 16 个字符", "the key has fewer than 16 characters"))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return key.encode()


def _problem(path: Path, zh: str, en: str) -> Problem:
    return Problem("key", str(path), zh, en, "在 guize.toml 的 [privacy] key_file 写一个可写的位置；删去坏的密钥后重读导出",
                   "name a writable place in guize.toml, [privacy] key_file; delete a broken key and read the exports again")  # fmt: skip


def hash_people(people: pl.Series, key: bytes, realm: str) -> pl.Series:
    """Buyer ids as keyed hashes; the same person of one realm (platform) always becomes the same text."""
    told = people.cast(pl.String).to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
    if len(told.dictionary) == 0:
        return people.cast(pl.String)
    unique = pl.Series(pl.from_arrow(told.dictionary)).cast(pl.Binary).to_list()
    return _hashed(unique, key, f"{realm}:".encode()).gather(pl.Series(pl.from_arrow(told.indices)))


def _hashed(people: list[bytes], key: bytes, prefix: bytes) -> pl.Series:
    """HMAC-SHA-256 (RFC 2104) of prefix and person in hex, with the key blocks and the prefix hashed once."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    inner.update(prefix)
    begin, finish = inner.copy, outer.copy
    found = []
    for person in people:
        first = begin()
        first.update(person)
        second = finish()
        second.update(first.digest())
        found.append(second.digest()[: _LENGTH // 2])
    # All digests are written in hex at once: each has as many digits.
    digits = pa.py_buffer(b"".join(found).hex().encode())
    places = pa.py_buffer(np.arange(len(found) + 1, dtype=np.int64) * _LENGTH)
    return pl.Series(pl.from_arrow(pa.Array.from_buffers(pa.large_string(), len(found), [None, places, digits])))
