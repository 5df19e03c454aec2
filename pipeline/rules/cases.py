"""Read the worked cases of a pack: tiny facts in, the verdict and penalty that must come out."""

from __future__ import annotations

from pathlib import Path

from pipeline.problems import Problem
from pipeline.rules.model import Case
from pipeline.rules.yamlfile import read_yaml


def read_cases(path: Path, root: Path) -> tuple[list[Case], list[Problem]]:
    """Return the cases of one cases.yaml and what is wrong with them."""
    value, problems = read_yaml(path, root)
    del value
    return [], problems
