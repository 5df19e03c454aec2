"""Open an exported file, whatever it is, as the tables and transcripts it holds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.ingest import limits
from pipeline.ingest.chatjson import parse_json, read_chat_json, table_of
from pipeline.ingest.delimited import read_delimited
from pipeline.ingest.layouts import Layout, Match, UnknownLayout, find_layout
from pipeline.ingest.sheet import Sheet, from_rows
from pipeline.ingest.sniff import encoding_of, is_workbook, load, refuse, sniff, workbook_kind
from pipeline.ingest.transcode import to_utf8
from pipeline.ingest.transcripts import Talk, is_transcript, read_transcript
from pipeline.ingest.workbook import read_html, read_xls, read_xlsx
from pipeline.problems import GuizeError

MAX_TRANSCRIPT = 300_000_000


@dataclass(frozen=True)
class Piece:
    """One table (``sheet`` with its ``match``) or one transcript (``talk``, with its layout's id) of a file."""

    name: str
    sheet: Sheet | None = None
    match: Match | None = None
    talk: Talk | None = None
    layout_id: str = ""


def open_file(path: Path, where: str, layouts: Sequence[Layout], general: bool = False) -> Iterator[Piece]:
    """The pieces of a file that fit a layout.

    Raises:
        FilesRefused, UnknownLayout: nothing in it can be read, with the reason and the mend.
        NotPlain: while rows are read; open it again with ``general``.
    """
    with path.open("rb") as opened:
        head = opened.read(65_536)
    if sniff(head, where) == "text":
        yield _text(path, where, layouts)
    else:
        yield from _packed(load(path, where), where, layouts, general)


def _packed(data: bytes, where: str, layouts: Sequence[Layout], general: bool) -> Iterator[Piece]:
    kind = sniff(data[:65_536], where)
    if kind == "zip" and is_workbook(data, where):
        yield from _fitting(read_xlsx(data, where, general), where, layouts)
    elif kind == "zip":
        yield from _members(data, where, layouts, general)
    elif kind == "xls":
        workbook_kind(data, where)
        yield from _fitting(read_xls(data, where), where, layouts)
    elif kind == "html":
        yield from _fitting(read_html(data, where), where, layouts)
    elif kind == "json":
        yield from _json(data, where, layouts)
    else:
        yield _text(data, where, layouts)


def _json(data: bytes, where: str, layouts: Sequence[Layout]) -> Iterator[Piece]:
    content = parse_json(data, where)
    chat = read_chat_json(content)
    if chat is not None and any(layout.id == chat[0] for layout in layouts):
        yield Piece("", talk=Talk(chat[1]), layout_id=chat[0])
        return
    rows = table_of(content)
    if rows is None:
        raise refuse(
            "unknown-layout", where, "这种 JSON 不是已知的聊天记录或模板", "this JSON is no known chat list and no template",
            "见 docs/zh/exports.md 中的聊天格式", "see the chat formats in docs/en/exports.md",
        )  # fmt: skip
    yield from _fitting([from_rows("", rows)], where, layouts)


def _text(source: Path | bytes, where: str, layouts: Sequence[Layout]) -> Piece:
    """A table under the separator that fits, else a transcript."""
    encoding = encoding_of(source)
    first: UnknownLayout | None = None
    for sheet in read_delimited(source, "", encoding, where):
        try:
            return Piece("", sheet, find_layout(sheet.head, layouts, where))
        except UnknownLayout as error:
            first = first or error
    reader = next((layout.id for layout in layouts if layout.reader == "transcript"), None)
    if reader is not None:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as opened:
            head = to_utf8(opened.read(65_536), encoding).decode("utf-8", "replace").lstrip("\ufeff")
            if is_transcript(head):
                opened.seek(0)
                whole = opened.read(MAX_TRANSCRIPT + 1)
                if len(whole) > MAX_TRANSCRIPT:
                    raise refuse("too-large", where, "聊天文本超过 300 MB", "the transcript is over 300 MB", "按月分段保存", "save it month by month")
                text = to_utf8(whole, encoding).decode("utf-8", "replace").lstrip("\ufeff")
                return Piece("", talk=read_transcript(text), layout_id=reader)
    assert first is not None
    raise first


def _fitting(sheets: Sequence[Sheet], where: str, layouts: Sequence[Layout]) -> Iterator[Piece]:
    """The sheets that fit; covers and notes beside them are left out; if none fits, the file is refused."""
    fits: list[tuple[Sheet, Match]] = []
    errors: list[GuizeError] = []
    for sheet in sheets:
        try:
            fits.append((sheet, find_layout(sheet.head, layouts, f"{where} [{sheet.name}]" if len(sheets) > 1 else where)))
        except UnknownLayout as error:
            errors.append(error)
    if not fits:
        if errors:
            raise errors[0]
        raise refuse("empty", where, "文件里没有表格", "there is no table in the file", "重新导出", "export it again")
    for sheet, match in fits:
        yield Piece(sheet.name if len(fits) > 1 else "", sheet, match)


def _members(data: bytes, where: str, layouts: Sequence[Layout], general: bool) -> Iterator[Piece]:
    """The files of a zip, read in memory: their path names are names, never places."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX")]
        if len(members) > limits.MAX_MEMBERS:
            raise refuse("zip-bomb", where, "压缩包里文件过多", "too many files in the zip", "只放导出的文件", "zip only the exports")
        for info in members:
            if info.flag_bits & 1:
                raise refuse(
                    "encrypted", where, "压缩包设有密码", "the zip is protected by a password",
                    "用密码解压后，把里面的文件放进来", "unpack it with its password and put in the files themselves",
                )  # fmt: skip
            room = min(limits.MAX_PACKED_BYTES, max(50_000_000, len(data) * limits.MAX_RATIO)) - total
            try:
                with archive.open(info) as member:
                    # The declared size may lie: what is unpacked is bounded all the same.
                    content = None if info.file_size > room else member.read(room + 1)
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
                raise refuse(
                    "broken-zip", where, f"压缩包已损坏（{error}）", f"the zip is broken ({error})", "重新下载", "download it again"
                ) from error
            if content is None or len(content) > room:
                raise refuse(
                    "zip-bomb", where, "解压后大得离谱，不予读取", "it unpacks to an absurd size and is not read",
                    "核对来源；若确为导出，解压后放入", "check where it comes from; if it is an export, unpack it first",
                )  # fmt: skip
            total += len(content)
            name = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
            inside = f"{where} [{name}]"
            if content[:4] == b"PK\x03\x04" and not is_workbook(content, inside):
                raise refuse("nested-zip", inside, "压缩包里还有压缩包", "a zip inside the zip", "解压后放入", "unpack it first")
            for piece in _packed(content, inside, layouts, general):
                yield replace(piece, name=f"{name}/{piece.name}".rstrip("/"))
