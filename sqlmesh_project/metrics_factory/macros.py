"""The macros of metric SQL, first phase: everything that depends on the variant is resolved when the model is made.

What depends on the window becomes a node of `reading` and `clocks`, which is rendered into SQLMesh's own `@start_date`
and `@end_date` and so resolved when the model runs. A macro may stand where an expression, a table or an alias stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlmesh.core.dialect import MacroFunc, MacroVar

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import (
    DAY_UNITS,
    MONTH_UNITS,
    Bucket,
    IntervalLength,
    SampleDate,
    relative_bucket,
    relative_sample_date,
)
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.errors import SqlMistake, suggestion
from sqlmesh_project.metrics_factory.reading import MetricsEnd, MetricsStart, owner

PEER = "metrics_peer"
BY_HAND = "metrics_entity_by_hand"


@dataclass
class Resolution:
    """What the macros of one variant said: the peers it reads, the metrics it names, the windows it looks back."""

    metric: str
    variant: Variant
    variables: Mapping[str, object]
    peer_name: Callable[[str, Variant], str]
    peers: set[tuple[str, Variant]] = field(default_factory=set)
    # in the order of the SQL: macros are resolved backwards, so each goes before the others
    metric_names: list[str] = field(default_factory=list)
    has_unknown_names: bool = False
    previous_windows: int = 0

    def variable(self, name: str, node: exp.Expr) -> exp.Expr:
        """The value of `@name`."""
        builtin = {
            "entity_type": self.variant.entity_type,
            "time_aggregation": self.variant.suffix if not self.variant.is_rolling else None,
            "rolling_window": self.variant.window,
            "rolling_unit": self.variant.unit,
        }
        values = {**builtin, **self.variables}
        if name not in values:
            hint = suggestion(name, [*values])
            raise SqlMistake(f"unknown variable @{name}{hint}; declare it in `vars`", node)
        return exp.convert(values[name])


def resolve_macros(query: exp.Query, resolution: Resolution) -> None:
    """Resolve, in place, every macro of `query`; innermost first, since macros may be arguments of macros."""
    for node in reversed(list(query.find_all(MacroVar, MacroFunc))):
        if isinstance(node, MacroVar):
            _place_variable(node, resolution.variable(node.name, node))
            continue
        call = node.this
        name = call.name.lower() if isinstance(call, exp.Anonymous) else type(call).__name__
        if name == "oso_id":
            continue  # the project's macro: SQLMesh resolves it
        macro = _MACROS.get(name)
        if macro is None:
            raise SqlMistake(f"unknown macro @{name}{suggestion(name, list(_MACROS))}", node)
        _place(node, macro(_Call(node=node, name=name, arguments=call.expressions), resolution))


@dataclass(frozen=True)
class _Call:
    node: exp.Expr
    name: str
    arguments: list[exp.Expr]

    def values(self, *names: str, required: int = 0) -> dict[str, exp.Expr]:
        """Arguments by name; a NULL counts as missing."""
        given: dict[str, exp.Expr] = {}
        for position, argument in enumerate(self.arguments):
            if isinstance(argument, exp.PropertyEQ):
                key, value = argument.this.name, argument.expression
            elif position < len(names):
                key, value = names[position], argument
            else:
                raise SqlMistake(f"@{self.name} takes {len(names)} arguments: {', '.join(names)}", self.node)
            if key not in names:
                raise SqlMistake(f"@{self.name} has no argument {key!r}{suggestion(key, names)}", self.node)
            if not isinstance(value, exp.Null):
                given[key] = value
        missing = [name for name in names[:required] if name not in given]
        if missing:
            raise SqlMistake(f"@{self.name} needs {', '.join(missing)}", self.node)
        return given

    def integer(self, value: exp.Expr) -> int:
        try:
            return int(value.sql().replace(" ", ""))
        except ValueError:
            raise SqlMistake(f"@{self.name} needs a whole number, not {value.sql()}", self.node) from None


def _sample_date(call: _Call, _: Resolution) -> exp.Expr:
    return Bucket(this=call.values("col").get("col"))


def _start(call: _Call, _: Resolution) -> exp.Expr:
    return MetricsStart(this=_sql_type(call))


def _end(call: _Call, _: Resolution) -> exp.Expr:
    return MetricsEnd(this=_sql_type(call))


def _sql_type(call: _Call) -> exp.Expr:
    given = call.values("type").get("type")
    return exp.Literal.string(given.name.upper() if given is not None else "DATE")


def _metric_name(call: _Call, resolution: Resolution) -> exp.Expr:
    given = call.values("name").get("name")
    suffix = resolution.variant.suffix
    if given is None:
        given = exp.Literal.string(resolution.metric)
    if isinstance(given, exp.Literal):
        resolution.metric_names.insert(0, given.name)
        return exp.Literal.string(f"{given.name}_{suffix}")
    named = _constants_named(given) if isinstance(given, exp.Column) else []
    resolution.metric_names[:0] = named
    resolution.has_unknown_names |= not named
    return exp.DPipe(this=given, expression=exp.Literal.string(f"_{suffix}"))


def _constants_named(column: exp.Column) -> list[str]:
    """String constants that the query gives under the name of `column`: the metrics it can emit."""
    named = [a.this for a in column.root().find_all(exp.Alias) if a.alias == column.name]
    return [text for value in named for text in _string_values(value)]


def _string_values(value: exp.Expr | None) -> list[str]:
    if isinstance(value, exp.Literal) and value.is_string:
        return [value.name]
    if isinstance(value, exp.Paren | exp.Cast):
        return _string_values(value.this)
    if isinstance(value, exp.Case):
        results = [branch.args.get("true") for branch in value.args["ifs"]] + [value.args.get("default")]
        return [text for result in results for text in _string_values(result)]
    if isinstance(value, exp.If):
        return _string_values(value.args.get("true")) + _string_values(value.args.get("false"))
    return []


def _interval_length(call: _Call, resolution: Resolution) -> exp.Expr:
    given = call.values("col", "unit", required=2)
    unit = given["unit"].name.lower()
    if unit not in {**DAY_UNITS, **MONTH_UNITS}:
        raise SqlMistake(f"@{call.name}: unknown unit {unit!r}", call.node)
    return IntervalLength(this=given["col"], unit=exp.var(unit))


def _relative(call: _Call, resolution: Resolution) -> exp.Expr:
    """The sample date `index` windows from `base`; of a query over buckets, whose window is NULL, `index` buckets."""
    given = call.values("base", "window", "unit", "index", required=1)
    if "index" not in given:
        raise SqlMistake(f"@{call.name} needs index", call.node)
    base, index, grain = given["base"], call.integer(given["index"]), resolution.variant.grain
    resolution.previous_windows = max(resolution.previous_windows, abs(index))
    if isinstance(base, MetricsEnd):
        if index > 0:
            raise SqlMistake(f"@{call.name} cannot look ahead of its window: index {index}", call.node)
        base = SampleDate(this=base.this)
    if not resolution.variant.is_rolling:
        if grain is None or "window" in given or "unit" in given:
            raise SqlMistake(
                f"@{call.name} compares rolling windows, or buckets where @rolling_window and @rolling_unit are NULL: "
                f"this has no meaning in {resolution.variant.suffix}",
                call.node,
            )
        return relative_bucket(grain, base, index)
    if "window" not in given or "unit" not in given:
        raise SqlMistake(f"@{call.name} needs base, window, unit and index", call.node)
    if index and grain is not Grain.DAILY:
        raise SqlMistake(
            f"@{call.name} finds the window before by its last day, and with another cron than daily that day has no "
            "row: set cron='@daily' in rolling, or compare index 0 alone",
            call.node,
        )
    unit = given["unit"].name.lower()
    if unit not in {**DAY_UNITS, **MONTH_UNITS}:
        raise SqlMistake(f"@{call.name}: unknown unit {unit!r}", call.node)
    return relative_sample_date(base, call.integer(given["window"]), unit, index)


def _peer_ref(call: _Call, resolution: Resolution) -> exp.Expr:
    given = call.values("name", "entity_type", "window", "unit", "time_aggregation", required=1)
    own = resolution.variant
    entity = given["entity_type"].name if "entity_type" in given else own.entity_type
    aggregation = given["time_aggregation"].name if "time_aggregation" in given else None
    if "window" in given:
        unit = given["unit"].name if "unit" in given else own.unit or "day"
        variant = Variant(entity_type=entity, grain=Grain.DAILY, window=call.integer(given["window"]), unit=unit)
        if own.is_rolling:
            variant = Variant(entity_type=entity, grain=own.grain, window=variant.window, unit=unit)
    elif aggregation is not None and aggregation != own.suffix:
        variant = Variant(entity_type=entity, grain=_grain(aggregation, call))
    else:
        variant = Variant(entity_type=entity, grain=own.grain, window=own.window, unit=own.unit)
    try:
        name = resolution.peer_name(given["name"].name, variant)
    except LookupError as error:
        raise SqlMistake(f"@{call.name}: {error.args[0]}", call.node) from None
    resolution.peers.add((given["name"].name, variant))
    table = exp.to_table(name)
    table.meta[PEER] = variant.entity_type
    return table


def _grain(name: str, call: _Call) -> Grain | None:
    if name == "over_all_time":
        return None
    try:
        return Grain(name)
    except ValueError:
        raise SqlMistake(f"@{call.name}: unknown time aggregation {name!r}", call.node) from None


def _entity_col(call: _Call, resolution: Resolution) -> exp.Expr:
    given = call.values("format_str", "table_alias", "include_column_alias", required=1)
    _mark_by_hand(call.node)
    name = _formatted(given["format_str"], resolution)
    column = exp.column(name, table=given["table_alias"].name if "table_alias" in given else None)
    wanted = given.get("include_column_alias")
    return exp.alias_(column, name) if isinstance(wanted, exp.Boolean) and wanted.this else column


def _entity_alias(call: _Call, resolution: Resolution) -> exp.Expr:
    given = call.values("expression", "format_str", required=2)
    _mark_by_hand(call.node)
    return exp.alias_(given["expression"], _formatted(given["format_str"], resolution))


def _entity_table(call: _Call, resolution: Resolution) -> exp.Expr:
    given = call.values("format_str", required=1)
    _mark_by_hand(call.node)
    return exp.to_table(_formatted(given["format_str"], resolution))


def _formatted(template: exp.Expr, resolution: Resolution) -> str:
    return template.name.replace("{entity_type}", resolution.variant.entity_type)


def _mark_by_hand(node: exp.Expr) -> None:
    select = owner(node)
    if select is not None:
        select.meta[BY_HAND] = True


def _place(node: exp.Expr, value: exp.Expr) -> None:
    if node.arg_key == "alias":
        node.replace(exp.to_identifier(value.name))
    elif isinstance(value, exp.Table) and isinstance(node.parent, exp.Table):
        alias = node.parent.args.get("alias")
        if alias is not None:
            value.set("alias", alias.copy())
        node.parent.replace(value)
    elif (isinstance(value, exp.Alias) and isinstance(node.parent, exp.Alias)) or (
        isinstance(value, exp.Alias) and not isinstance(node.parent, exp.Select)
    ):
        node.replace(value.this)
    else:
        node.replace(value)


def _place_variable(node: MacroVar, value: exp.Expr) -> None:
    parent = node.parent
    if isinstance(value, exp.Array | exp.Tuple) and isinstance(parent, exp.In):
        parent.set("field", None)
        parent.set("expressions", [e.copy() for e in value.expressions])
    elif (
        isinstance(value, exp.Array | exp.Tuple) and isinstance(parent, exp.Paren) and isinstance(parent.parent, exp.In)
    ):
        _place_variable_in(parent.parent, value)
    elif node.arg_key == "alias":
        node.replace(exp.to_identifier(value.name))
    else:
        node.replace(value)


def _place_variable_in(membership: exp.In, value: exp.Expr) -> None:
    membership.set("field", None)
    membership.set("expressions", [e.copy() for e in value.expressions])


_MACROS: dict[str, Callable[[_Call, Resolution], exp.Expr]] = {
    "metrics_sample_date": _sample_date,
    "metrics_start": _start,
    "metrics_end": _end,
    "metric_name": _metric_name,
    "metrics_name": _metric_name,
    "metrics_sample_interval_length": _interval_length,
    "metrics_peer_ref": _peer_ref,
    "metrics_entity_type_col": _entity_col,
    "metrics_entity_type_alias": _entity_alias,
    "metrics_entity_type_table": _entity_table,
    "relative_window_sample_date": _relative,
}
