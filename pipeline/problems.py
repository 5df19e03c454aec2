"""What went wrong, where, and how to mend it: the one shape of every error a user reads."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.lang import say


@dataclass(frozen=True)
class Problem:
    """One finding: a stable code, the place, what is wrong and the mend, in both languages."""

    code: str
    where: str  # file, line or row, column, key: as much as is known
    zh: str
    en: str
    mend_zh: str
    mend_en: str

    def __str__(self) -> str:
        what, mend = say(self.zh, self.en), say(self.mend_zh, self.mend_en)
        return f"{self.where}: {what} [{self.code}]\n  {say('改法', 'mend')}: {mend}"


class GuizeError(Exception):
    """Stops a command; carries every problem found and the exit code of design section 9."""

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class RulesInvalid(GuizeError):
    """The packs do not load (exit code 3)."""

    exit_code = 3


class FilesRefused(GuizeError):
    """Some exports could not be read (exit code 1)."""

    exit_code = 1


class GateFailed(GuizeError):
    """A quality gate found wrong rows; nothing is published (exit code 4)."""

    exit_code = 4


class WarehouseLocked(GuizeError):
    """Another run holds the lock (exit code 5)."""

    exit_code = 5
