"""Run every check over whole packs: the list of them, in the order in which findings are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.problems import Problem
from pipeline.rules import checks_complete, checks_evidence, checks_rules
from pipeline.rules.model import Packs

Check = Callable[[Packs], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    checks_rules.ids_name_a_served_code,
    checks_rules.codes_are_served_by_the_folder,
    checks_rules.points_classes_are_declared,
    checks_rules.names_resolve,
    checks_rules.chains_are_in_order,
    checks_rules.dates_make_sense,
    checks_rules.parts_are_whole,
    checks_rules.windows_are_stated,
    checks_rules.what_is_written_is_judged,
    checks_rules.bands_can_be_reached,
    checks_rules.penalties_can_be_reached,
    checks_rules.severities_come_from_bands,
    checks_rules.recurrences_resolve,
    checks_evidence.statements_resolve,
    checks_evidence.dates_are_in_evidence,
    checks_evidence.fields_are_supported,
    checks_evidence.supports_name_fields,
    checks_evidence.assumptions_name_fields,
    checks_evidence.evidence_speaks_of_the_platform,
    checks_evidence.every_statement_is_used_or_excused,
    checks_evidence.citations_resolve,
    checks_complete.manifests_name_their_codes,
    checks_complete.counts_agree,
    checks_complete.one_exact_rule_at_a_time,
    checks_complete.rules_have_cases,
    checks_complete.cases_resolve,
    checks_complete.coverage_is_whole,
    checks_complete.combinations_resolve,
)


def check_packs(packs: Packs) -> list[Problem]:
    """Return what every check finds, each finding once."""
    return list(dict.fromkeys(problem for check in CHECKS for problem in check(packs)))
