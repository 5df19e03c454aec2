"""Lay out what the commands of `guize rules` print: lists, one rule, differences, coverage."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.lang import lang, say
from pipeline.rules.checks_evidence import used_statements
from pipeline.rules.compile_registers import coverage_rows
from pipeline.rules.model import Packs, Rule, Version
from pipeline.rules.output import Sheet
from pipeline.rules.rule_words import assumed_words, rule_words
from pipeline.rules.timeline import version_grade
from pipeline.rules.unknowns import UNKNOWNS, unknown_rules

_TRACKS = {
    "in_force": ("现行", "in force"),
    "training": ("培训", "training"),
    "draft": ("征求意见", "draft"),
    "trial": ("试行", "trial"),
}


def list_sheet(packs: Packs) -> Sheet:
    """Every rule in one line."""
    headings = [
        say("规则", "rule"),
        say("名称", "title"),
        say("概念", "concept"),
        say("种类", "kind"),
        say("适用", "applies to"),
        say("量法", "measure"),
        say("版本", "versions"),
        say("最近起日", "newest"),
        say("轨道", "tracks"),
    ]
    rows, records = [], []
    for rule in sorted(packs.rules.values(), key=lambda rule: rule.id):
        tracks = list(dict.fromkeys(version.track for version in rule.versions))
        starts = [version.start for version in rule.versions if version.start]
        measures = list(dict.fromkeys(version.measure or "—" for version in rule.versions))
        rows.append(
            [
                rule.id,
                say(rule.title_zh, rule.title_en),
                packs.registry.concepts[rule.concept][lang()],
                rule.kind,
                " ".join(rule.applies_to),
                " ".join(measures),
                len(rule.versions),
                str(max(starts, default=say("不详", "unknown"))),
                " ".join(say(*_TRACKS[track]) for track in tracks),
            ]
        )
        records.append(
            {
                "rule_id": rule.id,
                "title_zh": rule.title_zh,
                "title_en": rule.title_en,
                "concept": rule.concept,
                "kind": rule.kind,
                "relation": rule.relation,
                "applies_to": list(rule.applies_to),
                "measures": measures,
                "versions": len(rule.versions),
                "newest": max(starts, default=None),
                "tracks": tracks,
            }
        )
    return Sheet(say(f"规则 {len(rows)} 条", f"{len(rows)} rules"), headings, rows, (), records)


def rule_sheet(packs: Packs, rule: Rule) -> Sheet:
    """One rule: a line per version with its words, assumptions and sources."""
    headings = [
        say("版本", "version"),
        say("起", "since"),
        say("条文", "in words"),
        say("假定", "assumed"),
        say("证据", "evidence"),
    ]
    rows, records = [], []
    for version in rule.versions:
        text, assumed = rule_words(rule, version, packs.registry), assumed_words(version, packs.registry)
        grade = version_grade(version, packs)
        statements = _statements(packs, version)
        rows.append(
            [
                f"#{version.no} {say(*_TRACKS[version.track])}",
                _since(version),
                say(*text),
                say(*assumed) or "—",
                f"{grade}\n" + "\n".join(statement["said"] for statement in statements),
            ]
        )
        records.append(
            {
                "rule_id": rule.id,
                "version": version.no,
                "track": version.track,
                "from": version.from_date,
                "seen": [str(day) for day in version.seen],
                "to": version.end,
                "text_zh": text[0],
                "text_en": text[1],
                "assumed_zh": assumed[0],
                "assumed_en": assumed[1],
                "grade": grade,
                "evidence": [
                    {key: value for key, value in entry.items() if key != "said"} for entry in statements
                ],
            }
        )
    concept = packs.registry.concepts[rule.concept][lang()]
    notes = [
        say(
            f"概念 {concept}（{rule.concept}，{rule.relation}），适用于 {'、'.join(rule.applies_to)}",
            f"concept {concept} ({rule.concept}, {rule.relation}), applies to {', '.join(rule.applies_to)}",
        ),
        say(f"写在 {rule.file}:{rule.line}", f"written in {rule.file}:{rule.line}"),
    ]
    return Sheet(f"{say(rule.title_zh, rule.title_en)} · {rule.id}", headings, rows, notes, records)


def diff_sheet(found: list[dict[str, Any]]) -> Sheet:
    """Every difference between two editions."""
    headings = [
        say("变化", "what"),
        say("编号", "id"),
        say("版本", "version"),
        say("字段", "field"),
        say("原", "old"),
        say("新", "new"),
        say("方向", "direction"),
    ]
    words = {
        "rule_added": ("新增规则", "rule added"),
        "rule_removed": ("删去规则", "rule removed"),
        "rule_changed": ("规则改动", "rule changed"),
        "version_added": ("新增版本", "version added"),
        "version_removed": ("删去版本", "version removed"),
        "version_changed": ("版本改动", "version changed"),
        "statement_added": ("新增证据", "statement added"),
        "statement_removed": ("删去证据", "statement removed"),
        "statement_changed": ("证据改动", "statement changed"),
        "stricter": ("变严", "stricter"),
        "looser": ("变松", "looser"),
        "other": ("其他", "other"),
    }
    rows = [
        [
            say(*words[row["what"]]),
            row["id"],
            row["version"],
            row["field"],
            row["old"],
            row["new"],
            say(*words[row["direction"]]) if row["direction"] else "",
        ]
        for row in found
    ]
    title = say(f"{len(rows)} 处不同", f"{len(rows)} differences")
    return Sheet(title, headings, rows, (), found)


def coverage_sheet(packs: Packs) -> Sheet:
    """Per pack folder the statements used and excused; per code the cells of the coverage table."""
    used = used_statements(packs)
    headings = [
        say("规则包", "pack"),
        say("规则", "rules"),
        say("版本", "versions"),
        say("案例", "cases"),
        say("证据：已用", "statements used"),
        say("有因不用", "excused"),
        say("合计", "total"),
        say("不用的原因", "why excused"),
    ]
    rows: list[list[Any]] = []
    for folder in [*packs.manifests, None]:
        statements = [s for s in packs.statements.values() if folder in (None, s.folder)]
        rules = [rule for rule in packs.rules.values() if folder in (None, rule.folder)]
        excused = Counter(s.use for s in statements if s.use != "rule")
        rows.append(
            [
                folder or say("合计", "all"),
                len(rules),
                sum(len(rule.versions) for rule in rules),
                sum(case.folder == folder or folder is None for case in packs.cases),
                sum(s.id in used for s in statements),
                sum(excused.values()),
                len(statements),
                " ".join(f"{reason} {count}" for reason, count in excused.most_common()),
            ]
        )
    cells = Counter((cell["pack"], cell["status"]) for cell in coverage_rows(packs))
    notes = [
        say(
            "概念覆盖（规则 / 查过没有 / 不适用 / 待查）：",
            "concepts (rule / searched, none / not applicable / to do):",
        )
    ]
    for code in packs.registry.codes:
        counts = [cells[code, status] for status in ("rule", "searched_none", "not_applicable", "todo")]
        name = packs.registry.platforms[code][lang()]
        notes.append(f"  {name}（{code}）: " + " / ".join(str(count) for count in counts))
    notes.append(say("现行规则里，来源没有说的：", "of the rules in force, what no source states:"))
    for code, gaps in unknown_rules(packs).items():
        said = [f"{say(*UNKNOWNS[kind])} {len(found)}" for kind, found in gaps.items() if found]
        notes.append(f"  {packs.registry.platforms[code][lang()]}（{code}）: " + say("；", "; ").join(said))
    total = rows[-1]
    added = sum(int(manifest.get("counts", {}).get("added", 0)) for manifest in packs.manifests.values())
    title = say(
        f"证据 {total[4]} 条已用 + {total[5]} 条有因不用 = {total[6]} 条（首批 {total[6] - added} 条，后来补了 {added} 条）",
        f"statements: {total[4]} used + {total[5]} excused = {total[6]}"
        f" ({total[6] - added} of the first register, {added} added since)",
    )
    return Sheet(title, headings, rows, notes)


def _since(version: Version) -> str:
    if version.from_date:
        said = str(version.from_date)
    elif version.seen:
        said = say(f"不详，首见 {min(version.seen)}", f"unknown, first seen {min(version.seen)}")
    else:
        said = say("不详", "unknown")
    if version.suspended:
        until = version.end or say("不详", "unknown")
        return said + say(f"\n处罚暂停至 {until}", f"\npenalties suspended until {until}")
    return said + (say(f"\n至 {version.end}", f"\nuntil {version.end}") if version.end else "")


def _statements(packs: Packs, version: Version) -> list[dict[str, Any]]:
    ids = dict.fromkeys(
        [cite.evidence for cite in version.cites] + [i for found in version.support.values() for i in found]
    )
    out = []
    for name in ids:
        statement = packs.statements.get(name)
        if statement is None:
            continue
        sources = []
        for source_id in statement.sources:
            source = packs.sources.get(source_id)
            if source is None:
                continue
            url = source.get("url")
            linked = url if isinstance(url, list) and not source.get("do_not_link") else []
            sources.append({"id": source_id, "title": source["title"][lang()], "urls": list(linked)})
        heading = say(
            f"{name}（{statement.grade}）{statement.zh}", f"{name} ({statement.grade}) {statement.en}"
        )
        said = heading + "".join(
            "\n  " + " ".join([say("《", "“") + source["title"] + say("》", "”"), *source["urls"]])
            for source in sources
        )
        out.append(
            {
                "id": name,
                "grade": statement.grade,
                "zh": statement.zh,
                "en": statement.en,
                "locator": statement.locator,
                "sources": sources,
                "said": said,
            }
        )
    return out
