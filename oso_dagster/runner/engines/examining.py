"""One query that measures what a model's window holds and counts what breaks each of its audits.

SQLMesh asks for each audit by itself, after the columns of the table; here its audits are rendered as it does, and
counted side by side.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from sqlmesh.core.engine_adapter import EngineAdapter
    from sqlmesh.core.model.definition import AuditResult
    from sqlmesh.core.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """An audit of a model, its arguments, and the query for the rows that break it; None when it is skipped."""

    audit: Any
    arguments: dict[Any, Any]
    query: exp.Query | None = None
    is_blocking: bool = True

    def result(self, model: Any, count: int | None) -> "AuditResult":
        """As SQLMesh tells it."""
        from sqlmesh.core.model.definition import AuditResult

        return AuditResult(
            audit=self.audit,
            audit_args=self.arguments,
            model=model,
            count=count,
            query=self.query,
            skipped=self.query is None,
            blocking=self.is_blocking,
        )


def examined(
    adapter: "EngineAdapter", snapshot: "Snapshot", measuring: exp.Select, arguments: Mapping[str, Any]
) -> "tuple[tuple[Any, ...], Sequence[AuditResult]]":
    """The row of `measuring`, whose columns have names, and what SQLMesh's `audit` with `arguments` tells."""
    audits = list(_asked(adapter, snapshot, arguments))
    queries = [one.query for one in audits if one.query is not None]
    measured = [exp.column(name, table="measured") for name in measuring.named_selects]
    counts = [exp.column("broken", table=f"audit_{number}") for number in range(len(queries))]
    query = exp.select(*measured, *counts).from_(measuring.subquery("measured"))
    for number, one in enumerate(queries):
        counted = exp.select(exp.alias_(exp.Count(this=exp.Star()), "broken")).from_(one.subquery("audit"))
        query = query.join(counted.subquery(f"audit_{number}"), join_type="cross")
    row = tuple(adapter.fetchone(query, quote_identifiers=True) or ())
    told = iter(row[len(measured) :])
    model = snapshot.model_or_none
    results = [one.result(model, None if one.query is None else next(told)) for one in audits]
    return row[: len(measured)], results


def _asked(adapter: "EngineAdapter", snapshot: "Snapshot", arguments: Mapping[str, Any]) -> Iterator[_Asked]:
    from sqlmesh.core.macros import RuntimeStage

    for audit, given in snapshot.node.audits_with_args:
        if audit.skip:
            yield _Asked(audit=audit, arguments=given)
            continue
        # what the model says of it wins
        said = given.pop("blocking", None)
        options: dict[str, Any] = {"engine_adapter": adapter, "runtime_stage": RuntimeStage.AUDITING}
        query: Any = snapshot.model.render_audit_query(audit, **options, **given, **arguments)
        yield _Asked(
            audit=audit, arguments=given, query=query, is_blocking=said == exp.true() if said else audit.blocking
        )
