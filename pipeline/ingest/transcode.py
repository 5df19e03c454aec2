"""Turn blocks of bytes into utf-8: glibc's iconv where there is one (it runs beside Python), else codecs."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

_FAILED = ctypes.c_size_t(-1).value


def to_utf8(block: bytes, encoding: str) -> bytes:
    """The block as utf-8; bytes that are no character become U+FFFD, as in every viewer."""
    if encoding == "utf-8":
        return block
    if encoding == "gb18030" and (quick := _iconv(block)) is not None:
        return quick
    return block.decode(encoding, "replace").encode()


def _iconv(block: bytes) -> bytes | None:
    library = _library()
    if library is None or not block:
        return None
    handle = library.iconv_open(b"UTF-8", b"GB18030")
    if handle in (None, ctypes.c_void_p(-1).value):
        return None
    out = ctypes.create_string_buffer(len(block) * 3 // 2 + 64)
    source = ctypes.cast(ctypes.c_char_p(block), ctypes.c_void_p)
    target = ctypes.cast(out, ctypes.c_void_p)
    left, room = ctypes.c_size_t(len(block)), ctypes.c_size_t(len(out))
    try:
        done = library.iconv(
            ctypes.c_void_p(handle), ctypes.byref(source), ctypes.byref(left), ctypes.byref(target), ctypes.byref(room)
        )
    finally:
        library.iconv_close(ctypes.c_void_p(handle))
    if done == _FAILED or left.value:
        return None
    return ctypes.string_at(out, len(out) - room.value)


@cache
def _library() -> Any:
    """glibc with iconv, or None (Windows, musl, macOS without it)."""
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version.restype = ctypes.c_char_p
        library.gnu_get_libc_version()
        library.iconv_open.restype = ctypes.c_void_p
        library.iconv.restype = ctypes.c_size_t
        library.iconv_close.argtypes = [ctypes.c_void_p]
    except (OSError, AttributeError, TypeError):
        return None
    return library
