"""Writes facts as FROM and WHERE: events, joins, CTEs or subqueries, as a metric's author would."""

from dataclasses import dataclass, field

from metric_columns import columns, leaves
from metric_expressions import Expressions, literal
from metric_shapes import (
    Combined,
    Events,
    Facts,
    Filtered,
    Grouped,
    Joined,
    Kept,
    Labelled,
    MetricCase,
    Numbered,
    Paired,
    Peer,
)
from metric_terms import InWindow
from metric_world import SOURCES

NAMES = {
    "source": "event_source",
    "key": "to_artifact_id",
    "actor": "from_artifact_id",
    "kind": "event_type",
    "day": "active_day",
    "sample": "metrics_sample_date",
}


@dataclass(kw_only=True)
class Open:
    """A SELECT that still lacks its projections: where columns come from, and what holds."""

    relation: str
    columns: dict[str, str]
    where: list[str] = field(default_factory=list)

    @property
    def tail(self) -> str:
        """FROM and WHERE."""
        return f"FROM {self.relation}" + (f"\nWHERE {' AND '.join(self.where)}" if self.where else "")


class FactsWriter:
    """Writes the facts of one file; those that need a SELECT of their own become CTEs or subqueries."""

    def __init__(self, case: MetricCase) -> None:
        self.case = case
        self.spelling = case.spelling
        self.expressions = Expressions(case)
        self.ctes: list[str] = []
        self.aliases = 0

    def open(self, facts: Facts) -> Open:
        """FROM and WHERE of `facts`."""
        match facts:
            case Events():
                return self.events(facts)
            case Paired():
                return self.paired(facts)
            case Filtered(inner, where):
                opened = self.open(inner)
                text = self.expressions.condition(where, opened.columns)
                return Open(relation=opened.relation, columns=opened.columns, where=[*opened.where, text])
            case Kept(inner, names, distinct):
                return self.kept(self.open(inner), names, distinct=distinct)
            case Labelled():
                return self.labelled(facts)
            case Combined():
                return self.combined(facts)
            case Numbered():
                return self.numbered(facts)
            case Grouped():
                return self.grouped(facts)
            case Joined():
                return self.joined(facts)
            case Peer():
                return self.peer(facts)

    def alias(self, prefix: str) -> str:
        self.aliases += 1
        return f"{prefix}{self.aliases}"

    def events(self, facts: Events) -> Open:
        source = SOURCES[facts.source]
        alias = self.alias("e")
        time = f"{alias}.{source.time}"
        known = {
            "at": time,
            "day": self.expressions.as_date(time) if facts.source == "exact" else time,
            "source": f"{alias}.event_source",
            "key": f"{alias}.to_artifact_id",
            "artifact": f"{alias}.to_artifact_id",
            "actor": f"{alias}.from_artifact_id",
            "kind": f"{alias}.event_type",
            "amount": f"{alias}.amount",
            "quantity": f"{alias}.quantity",
        }
        where = []
        if facts.within:
            where.append(self.expressions.condition(InWindow("at"), known))
        if facts.where is not None:
            where.append(self.expressions.condition(facts.where, known))
        return Open(relation=f"{source.table} AS {alias}", columns=known, where=where)

    def paired(self, facts: Paired) -> Open:
        left, right = self.open(facts.left), self.open(facts.right)
        on = [f"{right.columns[c]} = {left.columns[c]}" for c in ("artifact", *facts.on)]
        if facts.order:
            on.append(f"{right.columns['at']} {facts.order} {left.columns['at']}")
        others = {f"other_{name}": right.columns[name] for name in ("at", "actor", "amount")}
        return Open(
            relation=f"{left.relation}\nJOIN {right.relation} ON {' AND '.join(on)}",
            columns={**left.columns, **others},
            where=[*left.where, *right.where],
        )

    def close(self, select: str, names: dict[str, str]) -> Open:
        """A finished SELECT as something to read from; `names` are abstract names and those it gives."""
        alias = self.alias("c")
        if self.spelling.nesting == "cte":
            self.ctes.append(f"{alias} AS (\n{select}\n)")
            relation = alias
        else:
            relation = f"(\n{select}\n) AS {alias}"
        return Open(relation=relation, columns={name: f"{alias}.{given}" for name, given in names.items()})

    def kept(self, opened: Open, names: tuple[str, ...], *, distinct: bool) -> Open:
        given = {name: self.name_of(name) for name in names}
        listed = ", ".join(f"{self.value(opened, name)} AS {given[name]}" for name in names)
        return self.close(f"SELECT {'DISTINCT ' if distinct else ''}{listed}\n{opened.tail}", given)

    def name_of(self, column: str) -> str:
        if column == "at":
            return SOURCES[leaves(self.case.final.facts)[0].source].time
        return NAMES.get(column, column)

    def value(self, opened: Open, name: str) -> str:
        """A column, or the sample date of the time that stands there."""
        if name == "sample" and "sample" not in opened.columns:
            return f"@metrics_sample_date({opened.columns['at']})"
        return opened.columns[name]

    def all_columns(self, facts: Facts) -> list[str]:
        return [name for name in columns(facts) if name != "artifact"]

    def labelled(self, facts: Labelled) -> Open:
        opened = self.open(facts.facts)
        names = self.all_columns(facts.facts)
        when = self.expressions.condition(facts.when, opened.columns)
        label = f"CASE WHEN {when} THEN {literal(facts.yes)} ELSE {literal(facts.no)} END AS label"
        listed = ", ".join(f"{opened.columns[name]} AS {self.name_of(name)}" for name in names)
        return self.close(
            f"SELECT {listed}, {label}\n{opened.tail}",
            {name: self.name_of(name) for name in names} | {"label": "label"},
        )

    def combined(self, facts: Combined) -> Open:
        word = {"union_all": "UNION ALL", "union": "UNION", "except": "EXCEPT", "intersect": "INTERSECT"}[facts.op]
        if self.spelling.dialect == "clickhouse" and facts.op != "union_all":
            word += " DISTINCT"
        sides = []
        for side in (facts.left, facts.right):
            if not isinstance(side, Kept):
                raise TypeError("a set operation takes Kept facts")
            opened = self.open(side.facts)
            listed = ", ".join(f"{self.value(opened, name)} AS {self.name_of(name)}" for name in side.columns)
            sides.append(f"SELECT {'DISTINCT ' if side.distinct else ''}{listed}\n{opened.tail}")
        names = {name: self.name_of(name) for name in columns(facts.left)}
        return self.close(f"\n{word}\n".join(sides), names)

    def numbered(self, facts: Numbered) -> Open:
        opened = self.open(facts.facts)
        names = self.all_columns(facts.facts)
        partition = ", ".join(opened.columns[name] for name in facts.by)
        order = [name for name in ("at", "actor", "kind", "amount", "quantity") if name in opened.columns]
        if facts.function != "row_number":
            order = order[:1]
        ordered = ", ".join(
            f"{opened.columns[name]} {'DESC' if facts.descending and name == 'at' else 'ASC'} NULLS LAST"
            for name in order
        )
        window = f"PARTITION BY {partition}"
        call = {"count": "COUNT(*)", "sum": f"SUM({opened.columns.get('amount')})"}.get(facts.function)
        if call is None:
            call, window = f"{facts.function.upper()}()", f"{window} ORDER BY {ordered}"
        listed = ", ".join(f"{opened.columns[name]} AS {self.name_of(name)}" for name in names)
        return self.close(
            f"SELECT {listed}, {call} OVER ({window}) AS number\n{opened.tail}",
            {name: self.name_of(name) for name in names} | {"number": "number"},
        )

    def grouped(self, facts: Grouped) -> Open:
        opened = self.open(facts.facts)
        given = {name: self.name_of(name) for name in facts.by}
        listed = [f"{self.value(opened, name)} AS {given[name]}" for name in facts.by]
        listed += [f"{self.expressions.measure(measure, opened.columns)} AS {name}" for name, measure in facts.measures]
        if self.spelling.grouping in {"ordinals", "reversed"}:
            terms = ", ".join(str(index + 1) for index in range(len(facts.by)))
        else:
            terms = ", ".join(given[name] for name in facts.by)
        having = ""
        if facts.having:
            compared = self.expressions.measure(facts.having.measure, opened.columns)
            having = f"\nHAVING {compared} {facts.having.op} {literal(facts.having.value)}"
        select = f"SELECT {', '.join(listed)}\n{opened.tail}\nGROUP BY {terms}{having}"
        return self.close(select, given | {name: name for name, _ in facts.measures})

    def closed(self, facts: Facts) -> Open:
        """Facts as a CTE or subquery, which an outer join can take."""
        if isinstance(facts, Kept | Labelled | Combined | Numbered | Grouped | Joined):
            return self.open(facts)
        return self.kept(self.open(facts), tuple(self.all_columns(facts)), distinct=False)

    def joined(self, facts: Joined) -> Open:
        if facts.kind in {"semi", "anti"}:
            return self.semijoined(facts, self.open(facts.left), self.open(facts.right))
        left, right = self.closed(facts.left), self.closed(facts.right)
        mine, theirs = self.all_columns(facts.left), self.all_columns(facts.right)
        listed, names = [], {}
        for name in dict.fromkeys([*mine, *theirs]):
            given = names[name] = self.name_of(name)
            if name in facts.on and self.spelling.using:
                listed.append(given)
            elif name in facts.on and facts.kind == "full":
                listed.append(f"COALESCE({left.columns[name]}, {right.columns[name]}) AS {given}")
            else:
                listed.append(f"{(left if name in mine else right).columns[name]} AS {given}")
        if self.spelling.using:
            on = f"USING ({', '.join(self.name_of(name) for name in facts.on)})"
        else:
            on = "ON " + " AND ".join(f"{left.columns[name]} = {right.columns[name]}" for name in facts.on)
        kind = {"inner": "JOIN", "left": "LEFT JOIN", "full": "FULL JOIN"}[facts.kind]
        return self.close(f"SELECT {', '.join(listed)}\nFROM {left.relation}\n{kind} {right.relation} {on}", names)

    def semijoined(self, facts: Joined, left: Open, right: Open) -> Open:
        word = "NOT " if facts.kind == "anti" else ""
        if facts.on == ("key",) and (self.spelling.using or isinstance(facts.right, Events)):
            # an entity is always known, so IN and EXISTS agree
            test = f"{left.columns['key']} {word}IN (SELECT {right.columns['key']} {right.tail})"
        else:
            on = [f"{right.columns[name]} = {left.columns[name]}" for name in facts.on]
            matched = Open(relation=right.relation, columns={}, where=[*right.where, *on])
            test = f"{word}EXISTS (SELECT 1 {matched.tail})"
        return Open(relation=left.relation, columns=left.columns, where=[*left.where, test])

    def peer(self, facts: Peer) -> Open:
        alias = self.alias("p")
        arguments = facts.metric.name
        if facts.which not in {"same", "previous"}:
            arguments += f", time_aggregation := {literal(facts.which)}"
        elif self.case.timing.rolling and self.spelling.using:
            arguments += ", window := @rolling_window, unit := @rolling_unit"
        known = {name: f"{alias}.{NAMES.get(name, name)}" for name in columns(facts)}
        opened = Open(relation=f"@metrics_peer_ref({arguments}) AS {alias}", columns=known)
        sample = known["sample"]
        if facts.which == "previous":
            before = "@relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)"
            opened.where.append(f"{sample} = {before}")
        elif self.case.timing.rolling and facts.bounded:
            opened.where.append(f"{sample} = @metrics_end('DATE')")
        elif facts.bounded:
            opened.where.append(self.expressions.condition(InWindow("sample"), known))
        return opened
