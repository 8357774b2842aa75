"""Conditions and measures of a described metric as SQL text, in the words of a dialect."""

from metric_shapes import MetricCase
from metric_terms import (
    Aggregate,
    Arithmetic,
    Both,
    Compare,
    Condition,
    DaysOfWindow,
    Default,
    Either,
    InWindow,
    IsBot,
    IsNull,
    Measure,
    Number,
    OneOf,
    Seen,
    ShareOfWindow,
    SinceStart,
)
from metric_world import BOTS, SOURCES
from sqlglot import exp

Columns = dict[str, str]


def literal(value: str | float) -> str:
    """A value as a literal that every dialect reads."""
    if isinstance(value, str):
        return exp.Literal.string(value).sql()
    return f"({value})" if value < 0 else str(value)


class Expressions:
    """Writes expressions over the columns at hand, and gathers the vars that they need."""

    def __init__(self, case: MetricCase) -> None:
        self.spelling = case.spelling
        self.variables: dict[str, list[str]] = {}
        self.subqueries = 0

    def as_date(self, time: str) -> str:
        """The day of a timestamp."""
        spelled = {"duckdb": f"{time}::DATE", "clickhouse": f"toDate({time})"}
        return spelled.get(self.spelling.dialect, f"CAST({time} AS DATE)")

    def condition(self, condition: Condition, known: Columns) -> str:
        """`condition` as a boolean expression."""
        match condition:
            case None:
                return "TRUE"
            case Compare(column, op, value):
                return f"{known[column]} {op} {literal(value)}"
            case OneOf():
                return self._one_of(condition, known)
            case IsNull(column, negated):
                return f"{known[column]} IS {'NOT ' if negated else ''}NULL"
            case IsBot():
                return self._is_bot(condition, known)
            case Seen():
                return self._seen(condition, known)
            case InWindow(column):
                return self._in_window(known[column])
            case SinceStart(column, negated):
                return f"{known[column]} {'<' if negated else '>='} {self._bound('start')}"
            case ShareOfWindow(column, share):
                time = known.get("sample", known.get("at", ""))
                return f"{known[column]} / @metrics_sample_interval_length({time}, 'day') >= {share}"
            case Both(left, right):
                return f"{self._inner(left, known)} AND {self._inner(right, known)}"
            case Either(left, right):
                return f"({self._inner(left, known)} OR {self._inner(right, known)})"

    def _inner(self, condition: Condition, known: Columns) -> str:
        return self.condition(condition, known)

    def _one_of(self, condition: OneOf, known: Columns) -> str:
        word = "NOT IN" if condition.negated else "IN"
        if condition.given == "list":
            return f"{known[condition.column]} {word} ({', '.join(map(literal, condition.values))})"
        name = f"list_{len(self.variables)}"
        self.variables[name] = list(condition.values)
        return f"{known[condition.column]} {word} " + (f"@{name}" if condition.given == "variable" else f"(@{name})")

    def _is_bot(self, condition: IsBot, known: Columns) -> str:
        word = "NOT " if condition.negated else ""
        if condition.form == "exists":
            return f"{word}EXISTS (SELECT 1 FROM {BOTS} AS bots WHERE bots.artifact_id = {known['actor']})"
        return f"{known['actor']} {word}IN (SELECT artifact_id FROM {BOTS})"

    def _seen(self, condition: Seen, known: Columns) -> str:
        self.subqueries += 1
        alias, source = f"s{self.subqueries}", SOURCES[condition.source]
        inner = {
            "at": f"{alias}.{source.time}",
            "source": f"{alias}.event_source",
            "artifact": f"{alias}.to_artifact_id",
            "actor": f"{alias}.from_artifact_id",
            "kind": f"{alias}.event_type",
            "amount": f"{alias}.amount",
            "quantity": f"{alias}.quantity",
        }
        tests = [self._in_window(inner["at"])] if condition.within else []
        tests += [self.condition(condition.where, inner)] if condition.where is not None else []
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        word = "NOT IN" if condition.negated else "IN"
        return (
            f"{known[condition.column]} {word} (SELECT {inner[condition.column]} FROM {source.table} AS {alias}{where})"
        )

    def _bound(self, which: str) -> str:
        return f"@metrics_{which}('{self.spelling.bound_type}')"

    def _in_window(self, time: str) -> str:
        start, end = self._bound("start"), self._bound("end")
        return {
            "between": f"{time} BETWEEN {start} AND {end}",
            "half_open": f"{time} >= {start} AND {time} < {end}",
            "closed": f"{time} >= {start} AND {time} <= {end}",
            "flipped": f"{start} <= {time} AND {end} > {time}",
        }[self.spelling.bounds]

    def measure(self, measure: Measure, known: Columns) -> str:
        """`measure` as an expression over aggregates."""
        match measure:
            case Number(value):
                return literal(value)
            case DaysOfWindow(column):
                return f"MAX(@metrics_sample_interval_length({known[column]}, 'day'))"
            case Default(inner, value):
                return f"COALESCE({self.measure(inner, known)}, {literal(value)})"
            case Arithmetic(op, left, right):
                first, second = self.measure(left, known), self.measure(right, known)
                if op == "/" and not isinstance(right, DaysOfWindow | Number):
                    second = f"NULLIF({second}, 0)"
                return f"({first} {op} {second})"
            case Aggregate():
                return self._aggregate(measure, known)

    def _aggregate(self, measure: Aggregate, known: Columns) -> str:
        argument = known[measure.column] if measure.column else "*"
        distinct = "DISTINCT " if measure.distinct else ""
        if measure.only is None:
            return self._call(measure, f"{distinct}{argument}")
        test = self.condition(measure.only, known)
        if measure.form == "filter" and measure.otherwise is None:
            return f"{self._call(measure, f'{distinct}{argument}')} FILTER (WHERE {test})"
        if measure.form == "if" and measure.function == "count" and not measure.distinct and measure.column is None:
            return f"{'countIf' if self.spelling.dialect == 'clickhouse' else 'COUNT_IF'}({test})"
        value = "1" if measure.column is None else argument
        otherwise = "" if measure.otherwise is None else f" ELSE {literal(measure.otherwise)}"
        return self._call(measure, f"{distinct}CASE WHEN {test} THEN {value}{otherwise} END")

    def _call(self, measure: Aggregate, argument: str) -> str:
        if measure.function == "quantile":
            if measure.fraction == 0.5 and self.spelling.dialect != "trino":
                return f"MEDIAN({argument})"
            return {
                "trino": f"APPROX_PERCENTILE({argument}, {measure.fraction})",
                "duckdb": f"QUANTILE_CONT({argument}, {measure.fraction})",
                "clickhouse": f"quantileExact({measure.fraction})({argument})",
            }[self.spelling.dialect]
        if measure.form == "approximate" and measure.distinct and measure.only is None:
            name = {"trino": "APPROX_DISTINCT", "duckdb": "APPROX_COUNT_DISTINCT", "clickhouse": "uniq"}
            return f"{name[self.spelling.dialect]}({argument.removeprefix('DISTINCT ')})"
        return f"{measure.function.upper()}({argument})"
