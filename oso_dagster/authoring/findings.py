"""What lint finds: how bad it is, which rule, which metric, where, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """`error` fails, `warning` fails when strict, `note` never does."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong or worth knowing; `line` counts from 1."""

    severity: Severity
    rule: str
    message: str
    metric: str | None = None
    path: Path | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """`path:line`, the path relative to the working directory where it lies below it."""
        if self.path is None:
            return ""
        path = self.path
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        return f"{shown}:{self.line}" if self.line else str(shown)

    def __str__(self) -> str:
        whose = f"metric {self.metric!r}: " if self.metric and repr(self.metric) not in self.message else ""
        place = f"{self.place}: " if self.path else ""
        return f"{place}{self.severity.value} [{self.rule}] {whose}{self.message}"
