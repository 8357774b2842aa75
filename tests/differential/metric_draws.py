"""Generated conditions and measures, over the columns at hand, and the last step of a metric."""

from hypothesis import strategies as st
from metric_columns import columns
from metric_shapes import Events, Facts, Final
from metric_terms import (
    Aggregate,
    Arithmetic,
    Both,
    Compare,
    Condition,
    DaysOfWindow,
    Default,
    Either,
    Having,
    IsBot,
    IsNull,
    Measure,
    Number,
    OneOf,
)
from metric_worlds import ACTORS, ARTIFACTS, KINDS, upto


@st.composite
def conditions(draw: st.DrawFn, known: dict[str, str], depth: int = 1) -> Condition:
    """A condition on the columns at hand."""
    leaves: list[st.SearchStrategy[Condition]] = [st.none()]
    if "kind" in known:
        leaves += [
            st.builds(Compare, st.just("kind"), st.sampled_from(("=", "<>")), st.sampled_from(KINDS)),
            st.builds(
                OneOf, st.just("kind"), st.sampled_from((KINDS[:2], KINDS[1:], KINDS[:1])), st.booleans(),
                st.sampled_from(("list", "variable", "in_parentheses")),
            ),
        ]  # fmt: skip
    if "actor" in known:
        leaves += [
            st.builds(IsBot, st.booleans(), st.sampled_from(("in", "exists"))),
            st.builds(IsNull, st.just("actor"), st.booleans()),
            st.builds(OneOf, st.just("actor"), st.just(ACTORS[:2]), st.booleans()),
        ]
    if "artifact" in known:
        leaves.append(st.builds(OneOf, st.just("artifact"), st.just(ARTIFACTS[1:3]), st.booleans()))
    numbers = [name for name, kind in known.items() if kind == "number"]
    if numbers:
        leaves += [
            st.builds(
                Compare, st.sampled_from(numbers), st.sampled_from(("<", "<=", ">", ">=", "=", "<>")),
                st.sampled_from((0, 1, 2, 0.5)),
            ),
            st.builds(IsNull, st.sampled_from(numbers), st.booleans()),
        ]  # fmt: skip
    found = draw(st.one_of(leaves))
    if depth and found is not None and draw(upto(3)) == 3:
        other = draw(conditions(known, depth=0))
        if other is not None:
            return draw(st.sampled_from((Both, Either)))(found, other)
    return found


@st.composite
def aggregates(draw: st.DrawFn, known: dict[str, str]) -> Aggregate:
    """One aggregate of the columns at hand."""
    numbers = [name for name, kind in known.items() if kind == "number"]
    countable = [name for name in known if name not in {"key", "source", "sample"}]
    only = draw(st.one_of(st.none(), conditions(known, depth=0)))
    form = draw(st.sampled_from(("case", "filter", "if", "approximate")))
    choices = ["rows", "distinct"] + (["number", "number", "share"] if numbers else [])
    match draw(st.sampled_from(choices)):
        case "rows":
            return Aggregate("count", None, only=only, form=form)
        case "distinct":
            return Aggregate("count", draw(st.sampled_from(countable)), distinct=True, only=only, form=form)
        case "share":
            return Aggregate("sum", draw(st.sampled_from(numbers)), only=only, otherwise=0 if only else None)
        case _:
            function = draw(st.sampled_from(("sum", "sum", "avg", "min", "max", "count", "quantile")))
            distinct = function in {"sum", "count", "avg"} and draw(upto(4)) == 4
            fraction = draw(st.sampled_from((0.5, 0.25, 0.9)))
            return Aggregate(
                function, draw(st.sampled_from(numbers)), distinct=distinct, only=only, form="case", fraction=fraction
            )


@st.composite
def measures(draw: st.DrawFn, known: dict[str, str]) -> Measure:
    """An aggregate, or a number computed from some."""
    first = draw(aggregates(known))
    match draw(st.sampled_from(("plain", "plain", "plain", "ratio", "sum", "share", "default"))):
        case "ratio":
            return Arithmetic("/", first, draw(aggregates(known)))
        case "sum":
            weighted = Arithmetic("*", Number(2), draw(aggregates(known)))
            return Arithmetic(draw(st.sampled_from(("+", "-"))), first, weighted)
        case "share" if "at" in known:
            return Arithmetic("/", first, DaysOfWindow("at"))
        case "default":
            return Default(first, 0)
        case _:
            return first


@st.composite
def havings(draw: st.DrawFn, known: dict[str, str]) -> Having | None:
    """Sometimes a condition on groups."""
    if draw(upto(3)) < 3:
        return None
    measure = draw(aggregates(known).filter(lambda found: found.function not in {"quantile", "avg"}))
    return Having(measure, draw(st.sampled_from((">", ">=", "<", "="))), draw(st.sampled_from((0, 1, 2))))


def final(draw: st.DrawFn, facts: Facts, known: dict[str, str] | None = None) -> Final:
    """Measures of `facts`, under one name, under two, or named by a column."""
    known = dict(known or columns(facts))
    named_by = None
    measures_ = [(None, draw(measures(known)))]
    kind = draw(st.sampled_from(("one", "one", "one", "two", "column")))
    labels = [name for name in ("kind", "label") if name in known]
    if kind == "two":
        measures_ = [("more", measures_[0][1]), ("less", draw(measures(known)))]
    elif kind == "column" and labels:
        named_by = labels[-1]
    return Final(
        facts=facts,
        measures=tuple(measures_),
        named_by=named_by,
        one_source=draw(upto(5)) == 5,
        having=draw(havings(known)),
    )


def drawn_events(draw: st.DrawFn, *, within: bool = True, source: str | None = None) -> Events:
    """Events of a source, filtered."""
    source = source or draw(st.sampled_from(("daily", "exact")))
    known = dict(columns(Events(source)))
    return Events(source, draw(conditions(known)), within)
