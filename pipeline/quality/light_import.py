"""Import Great Expectations without what the gates never use: half of its start is data sources and charts of others."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_SOURCES = "great_expectations.datasource.fluent."
_USED = ("invalid_datasource", "pandas_datasource")  # the counts are judged as a frame in memory
_READERS = "dynamic_pandas"  # makes a model for each kind of file that pandas reads


def import_great_expectations() -> Any:
    """Return the package; for a process of its own, since it leaves marks on the interpreter."""
    gc.disable()  # a fifth of the start is looking for garbage among classes that stay
    for unused in ("altair", "scipy.stats"):
        _put_off(unused)
    sys.meta_path.insert(0, _OtherSources())
    return importlib.import_module("great_expectations")


def _put_off(name: str) -> None:
    """Let a module load when something is first asked of it."""

    def load(attribute: str) -> Any:
        del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    sys.modules[name] = module = ModuleType(name)
    module.__getattr__ = load  # type: ignore[method-assign]


class _OtherSources(MetaPathFinder, Loader):
    """Find the data sources of databases, clouds, files and Spark as modules of empty classes: none is at hand then."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        name = fullname.removeprefix(_SOURCES)
        other = name != fullname and name not in _USED and (name.endswith("_datasource") or name in ("fabric", _READERS))
        return ModuleSpec(fullname, self) if other else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        module.__getattr__ = _nothing if spec.name.endswith(_READERS) else _empty_class  # type: ignore[method-assign]
        return module

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def _nothing(name: str) -> Callable[..., dict[str, type]]:
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *_, **__: {}


def _empty_class(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (), {})
