"""Checks over whole packs: each a small function that yields what it finds."""

from __future__ import annotations

from pipeline.problems import Problem
from pipeline.rules.model import Packs


def check_packs(packs: Packs) -> list[Problem]:
    """Run every check."""
    return []
