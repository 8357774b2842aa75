"""Which days a change of an unpartitioned model matters to, so that a new bot does not recompute ten years.

Such a model is rebuilt as a whole. A file footprints/<model>.sql of the SQLMesh project says what follows from its
changed rows: a query over `changed` (rows that came, went or differ, old and new) and over models, which gives `day`,
and `via` where the change matters only to those who read that model too. Without the file every change concerns all.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from oso_dagster.runner.ledger import Change
from oso_dagster.spans import merged
from oso_lake.calendar import Window

CHANGED = "changed"


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


def changes_of(rows: Sequence[tuple[Any, ...]]) -> tuple[Change, ...] | None:
    """What the rows of a footprint say; None when a row's day is unknown, which concerns every day."""
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
