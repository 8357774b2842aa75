"""Reading published series from Python: `from oso_lake import Lake; Lake().query(sql, begin, end)`.

A query is plain SQL over the published tables; `begin` and `end` limit every time series in it to the sample dates
`[begin, end)`, also inside CTEs, subqueries and set operations. Nothing but one SELECT is admitted (`admission.py`)
and the connection reads nothing but the warehouse (`sandbox.py`).
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from oso_lake.admission import AdmittedQuery, admit, to_sql, unknown_column
from oso_lake.calendar import Window
from oso_lake.coverage import COVERAGE, CoveredWindow, covered_windows, describe, incomplete
from oso_lake.errors import IncompleteError, LakeError, QueryFailedError, UnknownNameError
from oso_lake.sandbox import Sandbox
from oso_lake.settings import Settings
from oso_lake.suggest import nearest_names

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from pyiceberg.table import Table

Day = date | datetime | str
# what a query does about windows that are not complete
OnMissing = Literal["stale", "error"]

CATALOGUE = "metrics_v0"
# one table of names for each entity type; an entity type without one is called by its ids
_DIRECTORY = "{}s_v1"
_SERIES = re.compile(r"timeseries_metrics_by_(\w+)_v0")
_EARLIEST, _LATEST = date.min, date.max


class Lake:
    """The published tables of one installation, for reading only. Keep one: it reuses its connection.

    With an `environment` beside production, the series of the models that were computed in it are its own, the others
    production's.
    """

    def __init__(self, settings: Settings | None = None, *, environment: str | None = None) -> None:
        self.settings = settings or Settings()
        self._sandbox = Sandbox(self.settings, environment)
        self._known_metrics: tuple[str, dict[str, str]] = ("", {})

    def query(
        self, sql: str, begin: Day | None = None, end: Day | None = None, *, on_missing: OnMissing = "stale"
    ) -> "pd.DataFrame":
        """Run one SELECT and return a pandas DataFrame; raises LakeError with a sentence that says what to change.

        Each published time series in it is limited to sample dates in `[begin, end)`; either side may be left out.
        Where both are given and the query names metrics, `attrs["coverage"]` lists their windows that are not fresh,
        in words; with `on_missing="error"` these raise IncompleteError, with "stale" what there is is given.
        """
        gaps = self._gaps(sql, begin, end) if begin is not None and end is not None else []
        if gaps and on_missing == "error":
            raise IncompleteError("; ".join(gaps))
        frame = self._run(sql, begin, end).df()
        frame.attrs["coverage"] = gaps
        return frame

    def coverage(
        self,
        metric: str,
        entity: str | None = None,
        begin: Day | None = None,
        end: Day | None = None,
        *,
        entity_type: str = "project",
    ) -> "pd.DataFrame":
        """One row a window of `metric` (a published name): sample_date, first_day, end_day, state, reason.

        A state is fresh, empty (computed, and nothing happened; of `entity` if one is named), stale, partial, failed or
        missing. Without dates, all that was ever asked of the pipeline. Raises UnknownNameError for a metric, an entity
        type or an entity that does not exist, LakeError for a metric over all time, which has no windows.
        """
        import pandas as pd

        windows = self.covered_windows(metric, entity, begin, end, entity_type=entity_type)
        return pd.DataFrame(
            {
                "sample_date": [one.sample_date for one in windows],
                "first_day": [one.window.start for one in windows],
                "end_day": [one.window.end for one in windows],
                "state": [one.state.value for one in windows],
                "reason": [one.reason for one in windows],
            }
        )

    def covered_windows(
        self,
        metric: str,
        entity: str | None = None,
        begin: Day | None = None,
        end: Day | None = None,
        *,
        entity_type: str = "project",
    ) -> list[CoveredWindow]:
        """As `coverage`, as a list of windows."""
        is_named = self._require_entity_type(entity_type)
        bounds = bounds_of(begin, end)
        known = self._metrics_by_name()
        self._require_metrics([metric], known)
        ranges = self._ranges(metric, entity_type)
        span = bounds or Window(ranges[0]["first_day"], ranges[-1]["end_day"])
        parameters: dict[str, object] = {"metric_id": known[metric]}
        condition = ""
        if entity is not None:
            self._require_entities(entity_type, [entity], is_named=is_named)
            table = _DIRECTORY.format(entity_type) if is_named else f"timeseries_metrics_by_{entity_type}_v0"
            condition = (
                f" AND {entity_type}_id IN (SELECT e.{entity_type}_id FROM {table} AS e"  # noqa: S608 - published tables
                f" WHERE {_name_sql(entity_type, is_named=is_named)} = $entity)"
            )
            parameters["entity"] = entity
        sql = (
            f"SELECT DISTINCT sample_date FROM timeseries_metrics_by_{entity_type}_v0"  # noqa: S608 - names are constants
            f" WHERE metric_id = $metric_id{condition}"
        )
        dates = frozenset(row[0] for row in self._run(sql, span.start, span.end, parameters).fetchall())
        return list(covered_windows(ranges, span, dates))

    def _ranges(self, metric: str, entity_type: str) -> "list[dict[str, Any]]":
        """What is published of the coverage of the model behind a metric, by first day."""
        sql = (
            "SELECT c.* FROM metric_coverage AS c WHERE c.model IN (SELECT UNNEST(m.models) FROM metrics_v0 AS m"
            " WHERE m.metric_name = $metric) AND contains(c.model, $entity_type) ORDER BY c.first_day"
        )
        parameters: dict[str, object] = {"metric": metric, "entity_type": f"_to_{entity_type}_"}
        rows = self._run(sql, None, None, parameters).to_arrow_table().to_pylist()
        if not rows:
            raise LakeError(
                f"nothing is known of windows of {metric!r} for {entity_type}s: it is over all time, is not made for "
                "them, or nothing has landed yet"
            )
        return rows

    def _gaps(self, sql: str, begin: Day | None, end: Day | None) -> list[str]:
        """In words, what is not complete in `[begin, end)` of the metrics and tables that `sql` names."""
        versions = self._sandbox.versions()
        query = admit(sql, versions)
        bounds = bounds_of(begin, end)
        if bounds is None or COVERAGE.table not in versions:
            return []
        names = self._metrics_by_name(versions)
        by_id = {metric_id: name for name, metric_id in names.items()}
        asked = {*query.metric_names, *(by_id[one] for one in query.metric_ids if one in by_id)}
        found = []
        for table in sorted(query.tables):
            if (match := _SERIES.fullmatch(table)) is None:
                continue
            entity_type = match[1]
            for name in sorted(asked.intersection(names)):
                gaps = list(incomplete(covered_windows(self._ranges(name, entity_type), bounds, None)))
                if gaps:
                    found.append(f"{name} of {entity_type}s: {describe(gaps)}")
        return found

    def arrow(self, sql: str, begin: Day | None = None, end: Day | None = None) -> "pa.Table":
        """As `query`, as an Arrow table."""
        return self._run(sql, begin, end).to_arrow_table()

    def polars(self, sql: str, begin: Day | None = None, end: Day | None = None) -> "pl.DataFrame":
        """As `query`, as a polars DataFrame."""
        return self._run(sql, begin, end).pl()

    def series(
        self,
        metric: str,
        entities: str | Sequence[str] = (),
        begin: Day | None = None,
        end: Day | None = None,
        *,
        entity_type: str = "project",
    ) -> "pd.DataFrame":
        """One metric as rows (sample_date, {entity_type}_name, amount), of the named entities or of all.

        Raises UnknownNameError for a metric, an entity type or an entity that does not exist.
        """
        is_named = self._require_entity_type(entity_type)
        names = (entities,) if isinstance(entities, str) else tuple(entities)
        known = self._metrics_by_name()
        self._require_metrics([metric], known)
        parameters: dict[str, object] = {"metric_id": known[metric], "names": list(names)}
        frame = self._run(_series_sql(entity_type, is_named=is_named), begin, end, parameters).df()
        # an entity without rows may still exist: only then its name is looked up
        if absent := set(names) - set(frame[f"{entity_type}_name"]):
            self._require_entities(entity_type, sorted(absent), is_named=is_named)
        return frame

    def metrics(self) -> "pd.DataFrame":
        """The catalogue: one row a metric id, ordered by name."""
        return self.query(f"SELECT * FROM {CATALOGUE} ORDER BY metric_name")  # noqa: S608 - constants only

    def tables(self) -> "pd.DataFrame":
        """Published tables: name, rows, columns, description."""
        import pandas as pd

        tables = {name: self._table(name) for name in sorted(self._sandbox.versions())}
        return pd.DataFrame(
            {
                "table": list(tables),
                "rows": [_row_count(table) for table in tables.values()],
                "columns": [", ".join(table.schema().column_names) for table in tables.values()],
                "description": [table.properties.get("comment", "") for table in tables.values()],
            }
        )

    def describe(self, table: str) -> "pd.DataFrame":
        """Columns of a published table: column, type, description."""
        import pandas as pd

        versions = self._sandbox.versions()
        name = table.lower().removeprefix("published.")
        if name not in versions:
            raise UnknownNameError("table", table, nearest_names(name, versions), "see Lake().tables()")
        fields = self._table(name).schema().fields
        return pd.DataFrame(
            {
                "column": [field.name for field in fields],
                "type": [str(field.field_type) for field in fields],
                "description": [field.doc or "" for field in fields],
            }
        )

    def close(self) -> None:
        """Give the connection back; the next query opens a new one."""
        self._sandbox.close()

    def _run(
        self, sql: str, begin: Day | None, end: Day | None, parameters: dict[str, object] | None = None
    ) -> duckdb.DuckDBPyConnection:
        bounds = bounds_of(begin, end)
        versions = self._sandbox.versions()
        query = admit(sql, versions)
        if query.metric_names or query.metric_ids:
            known = self._metrics_by_name(versions)
            self._require_metrics(query.metric_names, known)
            self._require_metrics(query.metric_ids, {metric_id: metric_id for metric_id in known.values()})
        cursor = self._sandbox.cursor({table: versions[table] for table in query.tables})
        try:
            return cursor.execute(to_sql(query, bounds), parameters)
        except duckdb.Error as error:
            raise self._explained(error, query) from error

    def _explained(self, error: duckdb.Error, query: AdmittedQuery) -> LakeError:
        columns = {table: [field.name for field in self._table(table).schema().fields] for table in query.tables}
        message = str(error)
        return unknown_column(message, columns) or QueryFailedError(
            re.split(r"\n\n|\nLINE ", message)[0].replace("\n", " ")
        )

    def _table(self, name: str) -> "Table":
        return self._sandbox.catalog().load_table(("published", name))

    def _metrics_by_name(self, versions: dict[str, str] | None = None) -> dict[str, str]:
        """Metric name to id, read once per version of the catalogue."""
        versions = versions or self._sandbox.versions()
        location = versions.get(CATALOGUE, "")
        if location and self._known_metrics[0] != location:
            cursor = self._sandbox.cursor({CATALOGUE: location})
            rows = cursor.execute(f"SELECT metric_name, metric_id FROM published.{CATALOGUE}").fetchall()  # noqa: S608
            self._known_metrics = (location, dict(rows))
        return self._known_metrics[1]

    def _require_metrics(self, named: Sequence[str] | frozenset[str], known: dict[str, str]) -> None:
        for name in sorted(named):
            if name not in known:
                raise UnknownNameError("metric", name, nearest_names(name, known), "see Lake().metrics()")

    def _require_entity_type(self, entity_type: str) -> bool:
        """Whether the entities have names; raises UnknownNameError when nothing is published of them."""
        published = self._sandbox.versions()
        entity_types = [match[1] for table in published if (match := _SERIES.fullmatch(table))]
        if entity_type not in entity_types:
            raise UnknownNameError("entity type", entity_type, tuple(sorted(entity_types)))
        return _DIRECTORY.format(entity_type) in published

    def _require_entities(self, entity_type: str, names: Sequence[str], *, is_named: bool) -> None:
        table = _DIRECTORY.format(entity_type) if is_named else f"timeseries_metrics_by_{entity_type}_v0"
        sql = f"SELECT DISTINCT {_name_sql(entity_type, is_named=is_named)} AS name FROM {table} AS e"  # noqa: S608
        known = {row[0] for row in self._run(sql, None, None).fetchall()}
        for name in names:
            if name not in known:
                raise UnknownNameError(entity_type, name, nearest_names(name, known))


def bounds_of(begin: Day | None, end: Day | None) -> Window | None:
    """The window `[begin, end)`; raises LakeError when a side is no day or nothing lies between them."""
    if begin is None and end is None:
        return None
    start, stop = (
        _EARLIEST if begin is None else _day(begin, "begin"),
        _LATEST if end is None else _day(end, "end"),
    )
    if start >= stop:
        raise LakeError(f"begin {start} is not before end {stop}: sample dates are read from begin to before end")
    return Window(start, stop)


def _day(value: Day, side: str) -> date:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise LakeError(f"{side} {value!r} is not a date YYYY-MM-DD") from None
    if not isinstance(moment, datetime):
        return moment
    if moment.time() != time.min:
        raise LakeError(f"{side} {value} is inside a day: sample dates are whole days, give a date")
    return moment.date()


def _row_count(table: "Table") -> int:
    snapshot = table.current_snapshot()
    summary = snapshot.summary if snapshot else None
    return int(summary["total-records"] or 0) if summary else 0


def _name_sql(entity_type: str, *, is_named: bool) -> str:
    if entity_type == "artifact":
        return "e.artifact_namespace || '/' || e.artifact_name"
    return f"e.{entity_type}_name" if is_named else f"e.{entity_type}_id"


def _series_sql(entity_type: str, *, is_named: bool) -> str:
    name, series = _name_sql(entity_type, is_named=is_named), f"timeseries_metrics_by_{entity_type}_v0"
    directory = _DIRECTORY.format(entity_type)
    relations = f"{series} AS s JOIN {directory} AS e USING ({entity_type}_id)" if is_named else f"{series} AS e"
    return f"""
        SELECT sample_date, {name} AS {entity_type}_name, amount
        FROM {relations}
        WHERE metric_id = $metric_id AND (len($names) = 0 OR list_contains($names, {name}))
        ORDER BY 1, 2
    """  # noqa: S608 - entity_type is part of the name of a published table, values are parameters
