"""Replace people by keyed hashes: HMAC-SHA-256 under a key that stays outside the warehouse."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import polars as pl

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
    unique = people.unique().drop_nulls()
    if unique.is_empty():
        return people.cast(pl.String)
    hashed = pl.Series("hashed", _hashed(unique.to_list(), key, f"{realm}:".encode()), dtype=pl.String)
    table = pl.DataFrame([unique.alias("person"), hashed])
    return people.alias("person").to_frame().join(table, on="person", how="left", maintain_order="left").get_column("hashed")


def _hashed(people: list[str], key: bytes, prefix: bytes) -> list[str]:
    """HMAC-SHA-256 (RFC 2104) of prefix and person, with the key blocks and the prefix hashed once."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    inner.update(prefix)
    begin, finish = inner.copy, outer.copy
    found = []
    for person in people:
        first = begin()
        first.update(person.encode())
        second = finish()
        second.update(first.digest())
        found.append(second.hexdigest()[:_LENGTH])
    return found
