"""What surrounds a metric's own SELECT in its model: the columns of the contract, cast, and the window's filter."""

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import WINDOW_DATE, cast, end_date, start_date
from sqlmesh_project.metrics_factory.clocks import HistoryClock
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY, output_key
from sqlmesh_project.metrics_factory.strategies import Strategy

ROWS = "metrics_rows"


def columns(entity_type: str) -> dict[str, str]:
    """Columns of a metric model and their types, in order."""
    return {
        "metrics_sample_date": "DATE",
        "event_source": "VARCHAR",
        output_key(entity_type): "VARCHAR",
        "from_artifact_id": "VARCHAR",
        "metric": "VARCHAR",
        "amount": "DOUBLE",
    }


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds a metric's own SELECT: the window it is filtered to and the columns it gives."""

    variant: Variant
    incremental: bool
    first: date

    def wrap(self, query: exp.Query, strategy: Strategy) -> exp.Select:
        """`SELECT` the contract's columns, cast, from `query`, for rows of the window."""
        key = self._key_column(query)
        kinds = columns(self.variant.entity_type)
        own = {output_key(self.variant.entity_type): key}
        casts = [exp.alias_(cast(exp.column(own.get(name, name)), kind), name) for name, kind in kinds.items()]
        clause = query.args.get("with_")
        query.set("with_", None)
        outer = exp.select(*casts).from_(exp.to_table(ROWS))
        outer = self._filter(outer, strategy)
        expressions = [*strategy.ctes(), *(clause.expressions if clause is not None else [])]
        expressions.append(exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(ROWS))))
        recursive = bool(clause is not None and clause.recursive)
        outer.set("with_", exp.With(expressions=expressions, recursive=recursive))
        return outer

    def _key_column(self, query: exp.Query) -> str:
        given = {projection.alias_or_name.lower() for projection in query.selects}
        wanted = output_key(self.variant.entity_type)
        key = next((name for name in (wanted, SOURCE_KEY) if name in given), None)
        needed = ["metrics_sample_date", "event_source", "from_artifact_id", "metric", "amount"]
        missing = [name for name in needed if name not in given] + ([] if key else [SOURCE_KEY])
        if missing or key is None:
            raise SqlMistake(f"the outermost SELECT lacks {', '.join(missing)}", query)
        return key

    def _filter(self, query: exp.Select, strategy: Strategy) -> exp.Select:
        sample_date = exp.column("metrics_sample_date")
        if self.variant.grain is None:
            return query
        if not self.incremental:
            end = HistoryClock(self.first, self.variant.grain).end()
            query = query.where(exp.LT(this=sample_date, expression=end), copy=False)
        else:
            query = query.where(exp.GTE(this=sample_date, expression=start_date()), copy=False)
            query = query.where(exp.LTE(this=sample_date.copy(), expression=end_date()), copy=False)
        if strategy.is_dated:
            query = query.where(exp.EQ(this=sample_date.copy(), expression=exp.column(WINDOW_DATE)), copy=False)
        return query
