"""Say which packs forbid what a lexicon finds, and what it would cost there today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from pipeline.cache import cached


@dataclass(frozen=True, slots=True)
class Cost:
    """What one rule in force says of it; pack is a judging code, the price in words."""

    pack: str
    rule_id: str
    zh: str
    en: str


Costs = Callable[[str, str], list[Cost]]  # of a concept and a lexicon


def costs_of(packs: Path, today: date) -> Costs:
    """Read the packs once (and keep the result between runs) and answer what each word would cost.

    A rule speaks of a word when it lists the word's lexicon, or forbids the word's concept.
    """
    digest = sha256(today.isoformat().encode())
    for file in sorted(packs.glob("*/**/*.yaml")):
        if file.parent.name != "lexicons" and file.name != "cases.yaml":
            digest.update(file.relative_to(packs).as_posix().encode() + file.read_bytes())
    table: dict[str, list[Cost]] = cached(
        "costs", digest.hexdigest()[:16], lambda: _table(packs, today), dict
    )

    def of(concept: str, lexicon: str) -> list[Cost]:
        found = {cost.rule_id + cost.pack: cost for cost in table.get(f"lexicon {lexicon}", [])}
        found |= {cost.rule_id + cost.pack: cost for cost in table.get(f"concept {concept}", [])}
        return sorted(found.values(), key=lambda cost: (cost.pack, cost.rule_id))

    return of


def _table(packs: Path, today: date) -> dict[str, list[Cost]]:
    from pipeline.rules.load import load_packs
    from pipeline.rules.timeline import bindings
    from pipeline.rules.words import penalties_words

    loaded = load_packs(packs, strict=False)
    table: dict[str, list[Cost]] = {}
    for binding in bindings(loaded):
        if binding.track != "in_force" or not binding.effective_from <= today < binding.effective_to:
            continue
        lexicons = binding.version.part("params").get("lexicons", [])
        keys = [f"lexicon {name}" for name in lexicons]
        if not lexicons and binding.rule.kind == "prohibition":
            keys = [f"concept {binding.rule.concept}"]
        zh, en = penalties_words(binding.version, loaded.registry)
        for key in keys:
            table.setdefault(key, []).append(Cost(binding.pack, binding.rule.id, zh, en))
    return table
