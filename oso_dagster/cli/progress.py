"""Stages of a long command: a bar each on a terminal, plain lines where the output is a file or a log."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from oso_dagster.cli.output import console

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

LINE_EVERY_SECONDS = 10.0


class Report(Protocol):
    """What sources and the runner report: `done` of `total` `unit`, and what is at hand."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Stage:
    """One stage; call it with each report, and `note` what came out of it."""

    def __init__(self, title: str, show: Callable[[str, Report], None]) -> None:
        self.title = title
        self.outcome = ""
        self._show = show

    def __call__(self, report: Report) -> None:
        """Show a report."""
        self._show(self.title, report)

    def note(self, outcome: str) -> None:
        """What to say when the stage is done."""
        self.outcome = outcome


class Stages:
    """A context for the stages of one command, written to stderr so that stdout stays clean."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._line_at = 0.0

    def __enter__(self) -> "Stages":
        if self._console.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
            from rich.table import Column

            self._bars = Progress(
                TextColumn("{task.description:<8}", style="bold", table_column=Column(min_width=8, no_wrap=True)),
                BarColumn(bar_width=24, table_column=Column(min_width=24)),
                MofNCompleteColumn(table_column=Column(min_width=9, no_wrap=True, justify="right")),
                TimeElapsedColumn(table_column=Column(min_width=7, no_wrap=True)),
                TextColumn(
                    "{task.fields[detail]}",
                    style="dim",
                    table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
                ),
                console=self._console,
                expand=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    @contextmanager
    def stage(self, title: str) -> Generator[Stage]:
        """Show `title` from begin to end; what is noted and the seconds it took are said at its end."""
        began = time.monotonic()
        stage = Stage(title, self._show)
        if self._bars is not None:
            self._tasks[title] = self._bars.add_task(title, total=None, detail="")
        self._line_at = began
        yield stage
        seconds = time.monotonic() - began
        if self._bars is None:
            self._console.print(
                f"{title:<10} {stage.outcome or 'done'} ({seconds:.1f} s)", highlight=False, soft_wrap=True
            )
            return
        task = self._tasks[title]
        whole = next(t.total for t in self._bars.tasks if t.id == task) or 1
        self._bars.update(task, total=whole, completed=whole, detail=stage.outcome or "done")
        self._bars.stop_task(task)

    def _show(self, title: str, report: Report) -> None:
        if self._bars is not None:
            detail = f"{report.unit} {report.detail}".strip()
            self._bars.update(self._tasks[title], total=report.total or None, completed=report.done, detail=detail)
        elif time.monotonic() - self._line_at >= LINE_EVERY_SECONDS:
            self._line_at = time.monotonic()
            line = f"{title:<10} {report.done:,} of {report.total:,} {report.unit} {report.detail}"
            self._console.print(line.rstrip(), highlight=False, soft_wrap=True)
