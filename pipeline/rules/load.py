"""Load the rule packs: read every file, build the rules that are sound, refuse what is not."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.cache import cached
from pipeline.problems import Problem, RulesInvalid
from pipeline.rules.build import LikeFirst, build_rule
from pipeline.rules.cases import read_cases
from pipeline.rules.checks import check_packs
from pipeline.rules.findings import finding
from pipeline.rules.forms import FormChecker
from pipeline.rules.measure_params import check_body
from pipeline.rules.model import Case, Packs, Registry, Rule, Statement
from pipeline.rules.register import read_register
from pipeline.rules.registry import read_registry
from pipeline.rules.yamlfile import Map, read_yaml, refuse_path

SHARED_FOLDERS = ("registry", "lexicons")


def sound_packs(folder: Path) -> Packs:
    """What `load_packs` returns for packs without a fault, kept between runs.

    Raises:
        RulesInvalid: as load_packs does; faulty packs are not kept.
    """
    root = folder.resolve()
    code = [*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "problems.py"]
    own = hashlib.sha256(b"".join(file.read_bytes() for file in code))
    own.update(f"{root} {fingerprint(root)}".encode())
    return cached("packs", own.hexdigest()[:16], lambda: load_packs(root), Packs)


def load_packs(folder: Path, strict: bool = True) -> Packs:
    """Read the packs below a folder.

    Args:
        folder: the folder that holds registry/, sources.yaml, lexicons/ and one folder per pack.
        strict: raise on any problem; otherwise keep the sound rules and carry the problems along.

    Raises:
        RulesInvalid: with every problem found, each naming file, line, rule, key and the mend.
    """
    root = folder.resolve()
    problems: list[Problem] = []
    registry, found = read_registry(root)
    problems += found
    sources, found = _read_sources(root)
    problems += found
    folders = _pack_folders(root)
    statements, found = _read_registers(folders, root)
    problems += found
    lexicons, manifests, exports = {}, {}, {}
    for path in sorted((root / "lexicons").glob("*.yaml")):
        lexicon, found = read_yaml(path, root)
        problems += found
        if isinstance(lexicon, Map):
            lexicons[path.stem] = lexicon
    rules: dict[str, Rule] = {}
    cases: list[Case] = []
    for pack in folders:
        manifests[pack.name], found = _read_manifest(pack / "pack.yaml", root)
        problems += found
        if (pack / "exports.yaml").exists():
            layouts, found = read_yaml(pack / "exports.yaml", root)
            # Ingest owns this form, where null means a heading that is known and dropped.
            problems += [problem for problem in found if problem.code != "null_value"]
            exports[pack.name] = layouts if isinstance(layouts, Map) else Map(1)
        for path in sorted((pack / "rules").glob("*.yaml")):
            read_here, found = read_rules(path, root, registry)
            problems += found
            for rule in read_here:
                if rule.id in rules:
                    first = f"{rules[rule.id].file}:{rules[rule.id].line}"
                    where = f"{rule.file}:{rule.line}"
                    problems.append(finding("duplicate_id", where, what="rule", name=rule.id, first=first))
                else:
                    rules[rule.id] = rule
        if (pack / "cases.yaml").exists():
            read, found = read_cases(pack / "cases.yaml", root)
            cases += read
            problems += found
    packs = Packs(
        root=root,
        registry=registry,
        sources=sources,
        statements=statements,
        lexicons=lexicons,
        manifests=manifests,
        exports=exports,
        rules=rules,
        cases=tuple(cases),
        fingerprint=fingerprint(root),
    )
    problems += check_packs(packs)
    if strict and problems:
        raise RulesInvalid(*problems)
    object.__setattr__(packs, "problems", tuple(problems))
    return packs


def fingerprint(root: Path) -> str:
    """Hash every file of the packs by name and content."""
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".csv")):
        if refuse_path(path, root) is None:
            digest.update(str(path.relative_to(root)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _pack_folders(root: Path) -> list[Path]:
    return sorted(
        path
        for path in root.iterdir()
        if path.is_dir() and path.name not in SHARED_FOLDERS and path.name[0] not in "._"
    )


def _read_sources(root: Path) -> tuple[dict[str, Map], list[Problem]]:
    entries, problems = read_yaml(root / "sources.yaml", root)
    checker = FormChecker("sources.yaml", problems.append)
    sources: dict[str, Map] = {}
    for entry in entries if isinstance(entries, list) else []:
        line = getattr(entry, "line", 1)
        name = entry.get("id", "?") if isinstance(entry, Map) else "?"
        if not checker.form("source", entry, line, str(name)):
            continue
        if name in sources:
            first = f"sources.yaml:{sources[name].line}"
            problems.append(
                finding("duplicate_id", f"sources.yaml:{line}", what="source", name=name, first=first)
            )
        else:
            sources[name] = entry
    return sources, problems


def _read_manifest(path: Path, root: Path) -> tuple[Map, list[Problem]]:
    """The pack.yaml of a folder with those of its keys that are sound."""
    manifest, problems = read_yaml(path, root)
    if manifest is None:
        return Map(1), problems
    checker = FormChecker(str(path.relative_to(root)), problems.append)
    checker.form("manifest", manifest, 1, "pack")
    return checker.sound_part("manifest", manifest) if isinstance(manifest, Map) else Map(1), problems


def _read_registers(folders: list[Path], root: Path) -> tuple[dict[str, Statement], list[Problem]]:
    statements: dict[str, Statement] = {}
    problems: list[Problem] = []
    for pack in folders:
        read, found = read_register(pack / "evidence.csv", root)
        problems += found
        for statement in read:
            if statement.id in statements:
                first = statements[statement.id].where
                problems.append(
                    finding("duplicate_id", statement.where, what="statement", name=statement.id, first=first)
                )
            else:
                statements[statement.id] = statement
    return statements, problems


def read_rules(path: Path, root: Path, registry: Registry) -> tuple[list[Rule], list[Problem]]:
    """Return the sound rules of one file and what is wrong with the others."""
    file = str(path.relative_to(root))
    entries, problems = read_yaml(path, root)
    if entries is None:
        return [], problems
    checker = FormChecker(file, problems.append, registry)
    rules: list[Rule] = []
    if not isinstance(entries, list):
        checker.kind("list:form:rule", entries, 1, path.stem)
        return rules, problems
    for entry in entries:
        rule_id = entry.get("id") if isinstance(entry, Map) else None
        name = rule_id if isinstance(rule_id, str) else "?"
        before = checker.count
        if not checker.form("rule", entry, getattr(entry, "line", 1), name):
            continue
        try:
            rule = build_rule(entry, path.parent.parent.name, file)
        except LikeFirst as like:
            problems.append(finding("like_first", f"{file}:{like.line} {name}"))
            continue
        check_body(rule, checker, registry)
        if checker.count == before:
            rules.append(rule)
    return rules, problems
