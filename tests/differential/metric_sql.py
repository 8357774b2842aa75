"""Writes a described metric as its author would: SQL for artifacts, with the factory's macros, in a dialect.

The spelling (CTEs or subqueries, ordinals or names, four ways to write bounds, ...) varies and changes no meaning.
"""

import re
from dataclasses import dataclass

from metric_expressions import literal
from metric_facts_sql import FactsWriter, Open
from metric_shapes import Facts, Filtered, Final, MetricCase, Peer
from metric_terms import Measure

WORDS = re.compile(r"\b(SELECT|DISTINCT|FROM|WHERE|GROUP BY|AS|JOIN|ON|AND|CASE|WHEN|THEN|END|COUNT|SUM|WITH)\b")


@dataclass(frozen=True, kw_only=True)
class AuthorSql:
    """The text of a metric file, and the vars of its entry."""

    text: str
    variables: dict[str, list[str]]


def author_sql(case: MetricCase) -> AuthorSql:
    """`case` as a metric file for artifacts."""
    writer = _Writer(case)
    text = writer.file(case.final)
    if case.spelling.lower:
        text = WORDS.sub(lambda word: word.group().lower(), text)
    return AuthorSql(text=text, variables=writer.expressions.variables)


class _Writer(FactsWriter):
    """Writes one file."""

    def file(self, final: Final) -> str:
        opened = self.open(final.facts)
        # several names are several SELECTs over the same facts
        parts = [self.outermost(final, opened, name, measure) for name, measure in final.measures]
        body = "\nUNION ALL\n".join(parts)
        return (f"WITH {', '.join(self.ctes)}\n" if self.ctes else "") + body + "\n"

    def outermost(self, final: Final, opened: Open, name: str | None, measure: Measure) -> str:
        known = opened.columns
        sample = self.sample_date(final, known)
        given = literal(f"{self.case.name}_{name}") if name else ""
        metric = f"@metric_name({known[final.named_by] if final.named_by else given})"
        source = "'ALL'" if final.one_source else known["source"]
        actor = known["actor"] if final.by_actor else "''"
        key, key_term = self.key(final, known)
        projections = [
            f"{sample} AS metrics_sample_date", f"{source} AS event_source", key, f"{actor} AS from_artifact_id",
            f"{metric} AS metric", f"{self.expressions.measure(measure, known)} AS amount",
        ]  # fmt: skip
        terms = {
            "ordinals": "1, 2, 3, 4, 5",
            "names": f"metric, from_artifact_id, {key_term}, event_source, metrics_sample_date",
            "mixed": f"1, metric, {key_term}, from_artifact_id, event_source,",
            "reversed": "event_source, from_artifact_id, 5, 3, metrics_sample_date",
        }[self.spelling.grouping]
        having = ""
        if final.having:
            compared = self.expressions.measure(final.having.measure, known)
            having = f"\nHAVING {compared} {final.having.op} {literal(final.having.value)}"
        return f"SELECT {', '.join(projections)}\n{opened.tail}\nGROUP BY {terms}{having}"

    def key(self, final: Final, known: dict[str, str]) -> tuple[str, str]:
        """The entity's projection, and how GROUP BY names it."""
        column = known["key"]
        # the macro is for SELECTs that read no events themselves
        if self.spelling.entity_macro and "." in column and _peer_below(final.facts) is not None:
            alias = column.split(".")[0]
            call = f"@metrics_entity_type_col('to_{{entity_type}}_id', table_alias := {alias}"
            return f"{call}, include_column_alias := true)", f"{call})"
        return f"{column} AS to_artifact_id", "to_artifact_id"

    def sample_date(self, final: Final, known: dict[str, str]) -> str:
        peer = _peer_below(final.facts)
        if peer is not None and not peer.bounded:
            return known["sample"]
        if self.case.timing.rolling:
            spelled = {"end": "@metrics_end('DATE')", "bare": "@metrics_sample_date()"}.get(self.spelling.sample)
            if spelled:
                return spelled
        if "sample" in known:
            # buckets of another grain have sample dates of their own
            is_own = peer is None or peer.which == "same"
            return known["sample"] if is_own and self.spelling.plain else f"@metrics_sample_date({known['sample']})"
        for name in ("at", "first_at"):
            if name in known:
                return f"@metrics_sample_date({known[name]})"
        return "@metrics_sample_date()"


def _peer_below(facts: Facts) -> Peer | None:
    """The peer that facts are rows of, filtered or not."""
    while isinstance(facts, Filtered):
        facts = facts.facts
    return facts if isinstance(facts, Peer) else None
