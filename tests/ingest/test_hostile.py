"""Files that mean harm or are broken: bounded memory, a clear error, and the other files are read."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
import zlib

import pytest

from pipeline.ingest import limits

from .world import World, csv_bytes, table_rows, xlsx_bytes

NAMES = ["订单号", "订单状态", "下单时间", "实付金额"]
CELLS = {"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00", "实付金额": "5"}
SHEET = "xl/worksheets/sheet1.xml"


def refused(world: World, name: str, content: bytes | str) -> str:
    """The code with which a file is refused; a good file beside it is read all the same."""
    world.put("suning/good/ok.csv", csv_bytes(NAMES, CELLS))
    world.put(f"suning/s/{name}", content)
    report = world.read()
    assert len(report.refused) == 1, report.refused
    problem = report.refused[0]
    assert problem.where.startswith(f"suning/s/{name}") and problem.mend_zh and problem.mend_en and str(problem)
    assert world.facts("orders")["store_id"].unique().to_list() == ["suning/good"]
    assert report.files.filter(report.files["status"] == "refused")["read"].to_list() == [0]
    return problem.code


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return out.getvalue()


def sheet_xml(cells: str) -> bytes:
    return f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'.encode()


GOOD = xlsx_bytes(table_rows(NAMES, CELLS))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 100, "not-an-export"),
        ("a.csv", b"", "empty"), ("a.csv", b"\xef\xbb\xbf\r\n \r\n", "empty"), ("a.csv", b"%PDF-1.7 x", "not-an-export"),
        ("a.csv", "甲,乙,丙\n1,2,3\n".encode(), "unknown-layout"), ("a.csv", "订单号,买家\n1,2\n".encode(), "unknown-layout"),
        ("a.csv", "订单号,订单状态,下单时间\n1,\x00,2025\n".encode(), "nul-bytes"), ("a.xlsx", GOOD[:-200], "broken-zip"), ("a.xlsx", GOOD[:200], "broken-zip"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 500, "broken-zip"), ("a.json", b'{"a": [1, 2', "broken-json"), ("a.json", b"[" * 100_000, "broken-json"),
        ("a.json", b'{"a": {"b": 1}}', "unknown-layout"), ("a.txt", "随便写写".encode(), "unknown-layout"), ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, "not-an-export"),
        ("a.xls", "<html><body>没有表格</body></html>".encode(), "empty"), ("a.gz", b"\x1f\x8b\x08" + b"\x00" * 50, "not-an-export"), ("a.csv", b"\xff\xfe\x00", "unknown-layout"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600, "encrypted"),
        ("a.csv", (",".join(f"列{n}" for n in range(2_500)) + "\n1\n").encode(), "too-wide"),
        ("a.xlsx", with_part(GOOD, SHEET, sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="ZZZ2"><v>1</v></c></row>')), "too-wide"),
        ("a.xlsx", with_part(GOOD, SHEET, sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999"><c r="B99999999"><v>1</v></c></row>')), "too-wide"),
        ("a.xlsx", with_part(GOOD, SHEET, b"<worksheet><sheetData><row><c><v>"), "unknown-layout"),
    ],
)  # fmt: skip
def test_broken_files_are_named_and_the_rest_is_read(world: World, name: str, content: bytes, code: str) -> None:
    got = refused(world, name, content)
    assert got == code or (code == "unknown-layout" and got in ("broken-workbook", "empty"))


def test_the_error_of_an_encrypted_workbook_says_how_to_save_it(world: World) -> None:
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, locked = io.BytesIO(GOOD), io.BytesIO()
    file = OOXMLFile(plain)
    file.encrypt("secret", locked)
    assert msoffcrypto.OfficeFile(io.BytesIO(locked.getvalue())).is_encrypted()
    world.put("kuaishou/k/订单.xlsx", locked.getvalue())
    problem = world.read().refused[0]
    assert problem.code == "encrypted" and "清除密码" in problem.mend_zh and "clear the password" in problem.mend_en


def bomb(name: str, size: int, fill: bytes = b" ") -> bytes:
    """A zip whose one member unpacks to ``size`` bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as member:
        piece = fill * 1_000_000
        for _ in range(size // 1_000_000):
            member.write(piece)
    return buffer.getvalue()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_zip_bombs_stop_early(world: World) -> None:
    packed = bomb("a.csv", 600_000_000)
    assert len(packed) < 1_000_000
    before = peak_mb()
    assert refused(world, "a.zip", packed) == "zip-bomb"
    assert peak_mb() - before < 400


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml"])
def test_a_workbook_bomb_stops_early(world: World, part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != part:
                new.writestr(info.filename, old.read(info))
                continue
            content = old.read(info)
            cut = content.rindex(b"</sheetData>" if part == SHEET else b"</sst>")
            with new.open(part, "w", force_zip64=True) as member:
                member.write(content[:cut])
                for _ in range(400):
                    member.write(b"<row r=\"9\"></row>" * 60_000 if part == SHEET else b"<si><t>" + b"x" * 999_986 + b"</t></si>")
                member.write(content[cut:])
    before = peak_mb()
    assert refused(world, "a.xlsx", out.getvalue()) in ("zip-bomb", "broken-workbook")
    assert peak_mb() - before < 400


def test_a_bomb_in_a_part_that_nobody_reads_does_no_harm(world: World) -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x.bin", "w", force_zip64=True) as member:
        for _ in range(300):
            member.write(b"0" * 1_000_000)
    before = peak_mb()
    world.loaded("suning/s/a.xlsx", out.getvalue())
    assert world.facts("orders").height == 1 and peak_mb() - before < 200


def test_sizes_that_the_archive_lies_about(world: World) -> None:
    """The declared size is small, the deflated data is not: what is unpacked counts, not what is said."""
    data = b"x" * 60_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    name, small = b"a.csv", 10
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, zlib.crc32(data[:10]), len(body), small, len(name), 0) + name + body
    central = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, zlib.crc32(data[:10]), len(body), small, len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    assert refused(world, "a.zip", local + central + end) in ("zip-bomb", "unknown-layout", "broken-zip")


def test_a_zip_inside_a_zip_and_a_locked_zip(world: World) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.csv", "a")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("in.zip", inner.getvalue())
    assert refused(world, "a.zip", outer.getvalue()) == "nested-zip"


def test_a_locked_zip(world: World) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.csv", "a")
    raw = bytearray(inner.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    assert refused(world, "a.zip", bytes(raw)) == "encrypted"


def test_a_hundred_megabyte_cell(world: World) -> None:
    assert refused(world, "a.csv", csv_bytes(NAMES, CELLS) + b'"' + b"x" * 100_000_000 + b'"') == "record-too-long"


def test_a_large_cell_is_quarantined(world: World) -> None:
    names = ["会话ID", "发送方", "发送时间", "消息内容"]
    cells = {"会话ID": "1", "发送方": "买家", "发送时间": "2025-09-01 10:00:00"}
    world.put("suning/s/a.csv", csv_bytes(names, {**cells, "消息内容": "长" * (limits.MAX_CELL_BYTES // 2)}, {**cells, "消息内容": "短"}))
    assert world.read().totals() == {"read": 2, "loaded": 1, "superseded": 0, "quarantined": 1}
    assert world.quarantine()["code"].to_list() == ["too_long"]


def test_formulas_in_a_workbook_are_read_as_their_values(world: World) -> None:
    rows = table_rows([*NAMES, "商品名称", "单价"], {**CELLS, "商品名称": 'formula:=HYPERLINK("http://x","点我")', "单价": 3})
    world.loaded("suning/s/a.xlsx", xlsx_bytes(rows))
    assert "HYPERLINK" not in str(world.facts("order_items").rows())


def test_entities_in_html_are_not_expanded_from_outside(world: World, tmp_path: object) -> None:
    page = '<?xml version="1.0"?><!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><table><tr><td>订单号</td><td>订单状态</td><td>下单时间</td></tr><tr><td>&x;1</td><td>已发货</td><td>2025-09-01 10:00:00</td></tr></table>'
    world.put("suning/s/a.xls", page)
    world.read()
    assert "root:" not in str(world.facts("orders").rows())


def test_files_outside_a_store_folder_are_named(world: World) -> None:
    world.put("订单.csv", csv_bytes(NAMES, CELLS))
    world.put("amazon/x/订单.csv", csv_bytes(NAMES, CELLS))
    report = world.read()
    assert sorted(problem.where for problem in report.refused) == ["amazon/x/订单.csv", "订单.csv"]
    assert {problem.code for problem in report.refused} == {"no-store"}


def test_a_refused_file_is_named_again_until_it_is_mended(world: World) -> None:
    assert refused(world, "a.csv", "甲,乙\n1,2\n") == "unknown-layout"
    assert [problem.code for problem in world.read().refused] == ["unknown-layout"]
    world.put("suning/s/a.csv", csv_bytes(NAMES, {**CELLS, "订单号": "9"}))
    assert world.read().refused == []


@pytest.mark.parametrize("error", [ValueError("boom"), KeyError("boom"), MemoryError()])
def test_whatever_a_file_does_to_its_reader_the_others_are_read(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    from pipeline.ingest import readfile

    real = readfile.parse_sheet

    def breaks(sheet: object, match: object, owner: object) -> object:
        if owner.source_file.endswith("bad.csv"):  # type: ignore[attr-defined]
            raise error
        return real(sheet, match, owner)  # type: ignore[arg-type]

    monkeypatch.setattr(readfile, "parse_sheet", breaks)
    assert refused(world, "bad.csv", csv_bytes(NAMES, CELLS)) == "unreadable"
