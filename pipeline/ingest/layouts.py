"""The layouts of exports.yaml: which headings state which column of which table, and what their values mean."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from pipeline.ingest.headings import candidates, normalise
from pipeline.problems import GuizeError, Problem
from pipeline.tables import FACTS

Grade = Literal["seen", "partial", "assumed", "ours"]
TABLES = {table.name: table for table in FACTS}
# Columns that a reader fills but no export states.
_MADE = {"store_id", "platform", "source_file", "source_row", "ingested_run", "exported_at", "pii_kinds", "seq", "round"}
# Beside a table's own columns: what only the reader needs, on the way to other tables.
EXTRA = {
    "messages": {"is_offline_message": "bool", "message_seq": "int"},
    "orders": {"item_price_cny": "money", "item_discount_cny": "money"},
}


@dataclass(frozen=True, eq=False)
class Source:
    """Where one canonical column comes from: headings by preference, and how its values are read."""

    column: str
    type: str
    headings: tuple[str, ...]
    extract: str | None = None
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Layout:
    """One kind of export of one platform."""

    id: str
    title_zh: str
    title_en: str
    grade: Grade
    needs: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]
    tables: Mapping[str, tuple[Source, ...]]
    one_row_per: Literal["record", "item"]
    ids: Mapping[str, str]
    month_from: str | None
    headings: tuple[str, ...]
    example: tuple[str, ...] = ()
    unused_zh: str = ""  # why a file of this layout is known and not read
    unused_en: str = ""
    how_zh: str = ""
    how_en: str = ""
    sources_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    reader: str = ""  # a reader of its own; such a layout is not found by headings
    expand: bool = False  # the text column holds whole transcripts
    speaker_account: bool = False  # the account column names the speaker, buyers too

    @property
    def primary(self) -> str:
        """The table whose statements decide what became of each input row."""
        return next(iter(self.tables), "—")


@dataclass(frozen=True)
class Match:
    """A layout found: the heading's row and, per normalised heading, its positions."""

    layout: Layout
    row: int
    at: Mapping[str, tuple[int, ...]]
    width: int


class UnknownLayout(GuizeError):
    """The headings fit no layout."""

    exit_code = 1


def load_layouts(packs: Path, platform: str, version: str | None = None) -> list[Layout]:
    """The layouts that serve a platform's exports: its own pack's first, then the shared ones.

    ``version`` is their ``layouts_version`` where it is known.
    """
    return list(_load(packs, platform, version or layouts_version(packs)))


def layouts_version(packs: Path) -> str:
    """The content of every layout file as one hash: bad rows are read again once it changes."""
    files = [*sorted(packs.glob("*/exports.yaml")), packs / "registry" / "export_common.yaml", packs / "registry" / "platforms.yaml"]
    return _hash(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files if path.exists()))


@cache
def _hash(files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.blake2b()
    for path, _, _ in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _yaml(path: Path) -> Any:
    state = path.stat()
    return _yaml_of(path, state.st_mtime_ns, state.st_size)


@cache
def _yaml_of(path: Path, changed: int, size: int) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text("utf-8"), Loader=loader)


@cache
def _load(packs: Path, platform: str, version: str) -> tuple[Layout, ...]:
    registry = _yaml(packs / "registry" / "platforms.yaml")
    folder = (registry.get(platform) or {}).get("folder", platform)
    found: list[Layout] = []
    values: dict[str, Any] = {}
    files = [packs / folder / "exports.yaml", packs / "registry" / "export_common.yaml"]
    read = [(path, _yaml(path)) for path in files if path.exists()]
    for _, data in read:
        for name, mapping in (data.get("values") or {}).items():
            values.setdefault(name, mapping)
    # A template may be filled with the platform's own words.
    for shared, endings in (("order_status", ("_order",)), ("aftersale_status", ("_aftersale", "_refund", "_service"))):
        for name in [name for name in values if name.endswith(endings)]:
            values[shared] = {**values.get(shared, {}), **{key: value for key, value in values[name].items() if key not in values.get(shared, {})}}
    concepts = packs / "registry" / "concepts.yaml"
    if concepts.exists() and "concept" in values:
        named = _yaml(concepts)
        if lost := sorted({id_ for id_ in values["concept"].values() if id_} - set(named)):
            raise _bad("values.concept", f"registry/concepts.yaml 里没有 {lost[0]}", f"registry/concepts.yaml has no {lost[0]}")
        values["concept"] = {**{entry["zh"]: id_ for id_, entry in named.items()}, **{id_: id_ for id_ in named}, **values["concept"]}
    for path, data in read:
        found += [_layout(entry, values, path) for entry in data["layouts"]]
    return tuple(found)


def _layout(entry: dict[str, Any], values: dict[str, Any], path: Path) -> Layout:
    where = f"{path.parent.name}/{path.name}: {entry.get('id')}"
    tables: dict[str, tuple[Source, ...]] = {}
    for name, columns in entry["tables"].items():
        table = TABLES.get(name)
        if table is None:
            raise _bad(where, f"没有 {name} 这张表", f"there is no table {name}")
        types = {column.name: column.type for column in table.columns} | EXTRA.get(name, {})
        sources = []
        for column, spec in columns.items():
            if column not in types or column in _MADE:
                raise _bad(where, f"{name} 没有可导入的列 {column}", f"{name} has no column {column} to fill")
            spec = {"from": spec} if isinstance(spec, list) else dict(spec)
            mapping = spec.pop("values", None)
            mapping = values.get(mapping, mapping) if isinstance(mapping, str) else mapping
            if isinstance(mapping, str):
                raise _bad(where, f"没有取值表 {mapping}", f"there is no value map {mapping}")
            headings = tuple(normalise(heading) for heading in spec.pop("from"))
            extract = spec.pop("extract", None)
            if spec:
                raise _bad(where, f"不认识的键 {sorted(spec)}", f"unknown keys {sorted(spec)}")
            sources.append(Source(column, types[column], headings, extract, mapping))
        tables[name] = tuple(sources)
    return Layout(
        id=entry["id"], title_zh=entry["title"]["zh"], title_en=entry["title"]["en"], grade=entry["grade"],
        needs=tuple(tuple(need.split("|")) for need in entry.get("needs", [])),
        marks=tuple(tuple(normalise(mark) for mark in marks.split("|")) for marks in entry.get("marks", [])),
        without=tuple(normalise(heading) for heading in entry.get("without", [])),
        tables=tables, one_row_per=entry.get("one_row_per", "record"), ids=entry.get("ids", {}),
        month_from=entry.get("month_from"), headings=tuple(entry.get("headings", [])),
        reader=entry.get("reader", ""), speaker_account=entry.get("speaker_account", False),
        expand=entry.get("expand", False), example=tuple(entry.get("example", [])), how_zh=(entry.get("how") or {}).get("zh", ""), how_en=(entry.get("how") or {}).get("en", ""),
        sources_of=_sources_of(tables), known=_known(entry, tables),
        unused_zh=(entry.get("unused") or {}).get("zh", ""), unused_en=(entry.get("unused") or {}).get("en", ""),
    )  # fmt: skip


def _known(entry: Mapping[str, Any], tables: Mapping[str, tuple[Source, ...]]) -> frozenset[str]:
    """The headings that speak for a layout: those it reads; of a layout that is not read, all."""
    if entry.get("unused"):
        return frozenset(normalise(heading) for heading in entry["headings"])
    return frozenset(heading for known in _sources_of(tables).values() for heading in known)


def _sources_of(tables: Mapping[str, tuple[Source, ...]]) -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for sources in tables.values():
        for source in sources:
            known[source.column] = tuple(dict.fromkeys(known.get(source.column, ()) + source.headings))
    return known


def _bad(where: str, zh: str, en: str) -> GuizeError:
    return GuizeError(Problem("bad-layout", where, zh, en, "修改 exports.yaml", "mend exports.yaml"))


def find_layout(rows: Sequence[Sequence[str | None]], layouts: Sequence[Layout], where: str) -> Match:
    """Return the layout that explains most headings of a sheet's first rows.

    Raises:
        UnknownLayout: with the headings seen and the nearest layout's missing ones.
    """
    best: tuple[int, int, Match] | None = None
    nearest: tuple[float, Layout, list[str], list[str]] | None = None
    known = frozenset().union(*(layout.known for layout in layouts if not layout.reader))
    for row, names in candidates(rows):
        if known.isdisjoint(map(normalise, names)):
            continue
        at: dict[str, tuple[int, ...]] = {}
        for position, name in enumerate(names):
            key = normalise(name)
            if key:
                at[key] = (*at.get(key, ()), position)
        for rank, layout in enumerate(layouts):
            if layout.reader or not layout.known & at.keys():
                continue
            missing = _missing(layout, at)
            explained = len(layout.known & at.keys())
            if not missing:
                score = (explained, -rank, Match(layout, row, at, len(names)))
                if best is None or score[:2] > best[:2]:
                    best = score
            elif nearest is None or explained / (1 + len(missing)) > nearest[0]:
                nearest = (explained / (1 + len(missing)), layout, missing, [name for name in names if name])
    if best is not None:
        return best[2]
    raise UnknownLayout(_unknown(nearest, rows, where))


def _missing(layout: Layout, at: Mapping[str, tuple[int, ...]]) -> list[str]:
    missing = []
    for need in layout.needs:
        options = [heading for column in need for heading in layout.sources_of.get(column, ())]
        if not any(heading in at for heading in options):
            missing.append(" / ".join(dict.fromkeys(options)))
    missing += [" / ".join(marks) for marks in layout.marks if not any(mark in at for mark in marks)]
    missing += [f"≠ {heading}" for heading in layout.without if heading in at]
    return missing


def _unknown(
    nearest: tuple[float, Layout, list[str], list[str]] | None, rows: Sequence[Sequence[str | None]], where: str
) -> Problem:
    seen = nearest[3] if nearest else [cell for row in rows[:1] for cell in row if cell]
    shown = "、".join(re.sub(r"\s+", " ", name)[:20] for name in seen[:12]) or "（空）"
    if nearest is None or nearest[0] <= 0.34:
        return Problem(
            "unknown-layout", where, f"表头不属于任何已知导出：{shown}", f"the headings fit no known export: {shown}",
            "对照 docs/zh/exports.md 选择导出项，或用 guize init 写出的模板",
            "see docs/en/exports.md for what to export, or fill a template that guize init writes",
        )  # fmt: skip
    lacking = "；".join(nearest[2])
    return Problem(
        "unknown-layout", where,
        f"表头不属于任何已知导出：{shown}；最接近“{nearest[1].title_zh}”，还缺：{lacking}",
        f"the headings fit no known export: {shown}; nearest is “{nearest[1].title_en}”, which also needs: {lacking}",
        "在后台勾选缺少的列后重新导出", "export again with the missing columns chosen",
    )  # fmt: skip
