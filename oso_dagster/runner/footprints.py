"""Which days a change of an unpartitioned model matters to, so that a new bot does not recompute ten years.

Such a model is rebuilt as a whole. A file footprints/<model>.sql of the SQLMesh project says what follows from its
changed rows: a query over `changed` (rows that came, went or differ, old and new) and over models, which gives `day`,
and `via` where the change matters only to those who read that model too. Without the file every change concerns all.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from oso_dagster.runner.ledger import Change
from oso_dagster.runner.session import Session
from oso_dagster.spans import merged
from oso_lake.calendar import Window

CHANGED = "changed"
BEFORE = "metrics_rows_before"


class FootprintError(ValueError):
    """A footprint file is not what it must be; the message names the file."""


def checked(text: str, path: Path) -> str:
    """`text` without comments; raises FootprintError unless it is one query over `changed` that gives day (and via)."""
    from sqlglot import exp, parse
    from sqlglot.errors import ParseError

    try:
        statements = parse(text, dialect="duckdb")
    except ParseError as error:
        raise FootprintError(f"{path}: {error}") from error
    query = statements[0] if len(statements) == 1 else None
    if not isinstance(query, exp.Query):
        raise FootprintError(f"{path}: expected one query")
    if CHANGED not in {table.name for table in query.find_all(exp.Table) if not table.db}:
        raise FootprintError(f"{path}: the query must read `{CHANGED}`, the rows that differ")
    if query.named_selects not in (["day"], ["day", "via"]):
        raise FootprintError(f"{path}: the query must give day, or day and via, not {', '.join(query.named_selects)}")
    return query.sql("duckdb", comments=False)


@contextmanager
def kept_rows(session: Session, name: str) -> Generator[None]:
    """Keep the rows of `name` as they are now beside it while the block runs."""
    execute = session.context.engine_adapter.cursor.execute
    execute(f"create or replace temp table {BEFORE} as select * from {session.physical_table(name)}")  # noqa: S608 - names are the manifest's
    try:
        yield
    finally:
        execute(f"drop table if exists temp.{BEFORE}")
        execute(f"drop table if exists temp.{CHANGED}")


def changes_since(session: Session, name: str, footprint: str) -> tuple[Change, ...] | None:
    """Days that differ from the kept rows; None when a row's day is unknown, which concerns every day."""
    execute = session.context.engine_adapter.cursor.execute
    table = session.physical_table(name)
    execute(
        f"create or replace temp table {CHANGED} as "
        f"(from {BEFORE} except all from {table}) union all (from {table} except all from {BEFORE})"
    )
    rows = session.context.engine_adapter.fetchall(footprint)
    return _changes(rows)


def _changes(rows: Sequence[tuple[Any, ...]]) -> tuple[Change, ...] | None:
    days: dict[str, set[date]] = {}
    for day, *via in rows:
        if day is None:
            return None
        days.setdefault(via[0] if via else "", set()).add(day)
    return tuple(
        Change(window=window, via=via)
        for via, found in sorted(days.items())
        for window in merged(Window(day, day + timedelta(days=1)) for day in found)
    )
