"""Find what an exported file is by its content, whatever its name says."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Literal

import polars as pl

from pipeline.ingest.limits import MAX_PACKED_BYTES
from pipeline.problems import FilesRefused, Problem

Kind = Literal["text", "xlsx", "xls", "html", "json", "zip"]
_MAGIC = {
    b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"GIF8": "GIF", b"%PDF": "PDF", b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip", b"\x1f\x8b": "gzip", b"RIFF": "RIFF", b"BM": "BMP", b"SQLite format": "SQLite",
    b"PAR1": "Parquet", b"\x7fELF": "ELF", b"MZ": "EXE",
}  # fmt: skip
_JSON = re.compile(rb'\s*(?:\{\s*["}]|\[\s*[{\["\]])')
_HTML = re.compile(rb"^\s*(?:<!doctype html|<html|<table|<meta|<head|<style|<\?xml[^>]*>\s*(?:<\?[^>]*>\s*)*<(?:html|table|workbook))", re.I)


def sniff(head: bytes, where: str, tail: bytes = b"") -> Kind:
    """Name the kind of a file from its first bytes (64 kB do).

    Raises:
        FilesRefused: pictures, archives nobody exports, encrypted workbooks, files with NUL bytes, nothing at all.
    """
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise refuse("empty", where, "文件是空的", "the file is empty", "重新导出", "export it again")
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    for magic, name in _MAGIC.items():
        if head.startswith(magic) and (len(magic) > 2 or b"\x00" in head[:512]):
            raise refuse(
                "not-an-export", where, f"这是 {name} 文件，不是导出的表格", f"this is a {name} file, not an exported table",
                "放入后台导出的 csv、xlsx、txt 或 json", "put in the csv, xlsx, txt or json that the back office exports",
            )  # fmt: skip
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text"
    if b"\x00" in head:
        raise refuse(
            "nul-bytes", where, "内容含 NUL 字节，不是文本表格", "it holds NUL bytes and is not a text table",
            "重新导出；若下载中断过，请删除后再下载", "export it again; an interrupted download looks like this",
        )  # fmt: skip
    return "json" if _JSON.match(head.removeprefix(b"\xef\xbb\xbf")) else "text"


def workbook_kind(data: bytes, where: str) -> Literal["xls"]:
    """Check that an OLE2 file is a readable workbook.

    Raises:
        FilesRefused: encrypted, or another kind of OLE2 file.
    """
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        raise refuse(
            "encrypted", where, "文件设有打开密码", "the file is protected by a password",
            "用 WPS 或 Excel 打开，输入密码，另存为时清除密码（文件 › 信息 › 保护工作簿 › 用密码进行加密 › 清空），再放回",
            "open it in WPS or Excel with its password, clear the password (File › Info › Protect Workbook › "
            "Encrypt with Password › leave empty), save, and put it back",
        )  # fmt: skip
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise refuse(
            "not-an-export", where, "不是表格文件（旧版 Office 的其他文档）", "an old Office document that is no workbook",
            "放入后台导出的 csv 或 xlsx", "put in the csv or xlsx that the back office exports",
        )  # fmt: skip
    return "xls"


def is_workbook(data: bytes, where: str) -> bool:
    """Whether a zip is an xlsx workbook (else it is an archive of files).

    Raises:
        FilesRefused: a zip that cannot be opened.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.replace("\\", "/").startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error) as error:
        raise refuse(
            "broken-zip", where, f"压缩包或 xlsx 已损坏（{error}）", f"the zip or xlsx is broken ({error})",
            "重新下载或重新导出", "download or export it again",
        ) from error  # fmt: skip


def encoding_of(path_or_bytes: Path | bytes) -> str:
    """utf-16 by its mark, utf-8 when all of it is valid utf-8, else gb18030 (the superset of GBK)."""
    stream: io.BufferedIOBase = io.BytesIO(path_or_bytes) if isinstance(path_or_bytes, bytes) else path_or_bytes.open("rb")
    with stream:
        block = stream.read(1 << 22)
        if block[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        kept = b""
        while block:
            data = kept + block
            end = _last_whole(data)
            if not _is_utf8(data[:end]):
                return "gb18030"
            kept = data[end:]
            block = stream.read(1 << 22)
        if not _is_utf8(kept):
            return "gb18030"
    return "utf-8"


def _last_whole(data: bytes) -> int:
    """Where the last character of utf-8 that may go on behind ``data`` begins."""
    for back in range(1, min(4, len(data)) + 1):
        if data[-back] >= 0xC0:
            return len(data) - back
        if data[-back] < 0x80:
            break
    return len(data)


def _is_utf8(data: bytes) -> bool:
    """Whether all of it is utf-8, found without making a text of it."""
    try:
        pl.Series([data], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True


def load(path: Path, where: str) -> bytes:
    """A file read in one piece.

    Raises:
        FilesRefused: larger than such a file may be.
    """
    if path.stat().st_size > MAX_PACKED_BYTES:
        raise refuse(
            "too-large", where, "文件超过 1 GB，不能整体读入", "the file is over 1 GB and cannot be read in one piece",
            "按月分段导出", "export it month by month",
        )  # fmt: skip
    return path.read_bytes()


def refuse(code: str, where: str, zh: str, en: str, mend_zh: str, mend_en: str) -> FilesRefused:
    """The error of a file that cannot be read."""
    return FilesRefused(Problem(code, where, zh, en, mend_zh, mend_en))
