"""Generated cases: a small grammar of metric shapes for every entity type and way of time, and the spans looked at."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import strategies as st
from metric_harness import Trial
from metric_shapes import (
    Aggregate,
    Arithmetic,
    Both,
    Combined,
    Compare,
    Condition,
    DaysOfWindow,
    Default,
    Either,
    Evaluation,
    Events,
    Facts,
    Filtered,
    Final,
    Grouped,
    Having,
    InWindow,
    IsBot,
    IsNull,
    Joined,
    Kept,
    Labelled,
    Measure,
    MetricCase,
    Number,
    Numbered,
    OneOf,
    Paired,
    Peer,
    Seen,
    ShareOfWindow,
    SinceStart,
    Spelling,
    Timing,
    columns,
)
from metric_world import World
from metric_worlds import ACTORS, ARTIFACTS, KINDS, Region, upto

from oso_lake.calendar import Grain, Window

ENTITIES = ("artifact", "project", "collection")
Shape = Callable[[st.DrawFn, Timing], Final]


@st.composite
def trials(draw: st.DrawFn, world: World, region: Region, name: str, shapes: Mapping[str, Shape]) -> Trial:
    """One case for `world`, of one of `shapes`."""
    shape = draw(st.sampled_from(sorted(shapes)))
    ways = timings(region)
    if shape == "churn":
        ways = ways.filter(has_previous)
    timing = draw(ways)
    case = MetricCase(
        name=f"{name}_{shape}",
        final=shapes[shape](draw, timing),
        timing=timing,
        entity_type=draw(st.sampled_from(ENTITIES)),
        spelling=draw(spellings(timing)),
        # two events of one artifact on two days belong to no entity together: the factory refuses
        attribution=draw(st.sampled_from(("current", "current", "as_of_event"))) if shape != "paired" else "current",
    )
    return Trial(case=with_peers_named(case), evaluation=draw(evaluations(world, region, timing)))


def has_previous(timing: Timing) -> bool:
    """Whether each sample date's window begins where that of another one ends."""
    if timing.rolling:
        return timing.grain is Grain.DAILY
    return timing.grain is not None and not timing.whole


def with_peers_named(case: MetricCase) -> MetricCase:
    """`case`, whose peers are of its own entity type and attribution, under a name of their own."""

    def renamed(facts: Facts) -> Facts:
        match facts:
            case Peer():
                mine = {"name": f"{case.name}_peer", "entity_type": case.entity_type, "attribution": case.attribution}
                return replace(facts, metric=replace(facts.metric, **mine))
            case Joined():
                return replace(facts, left=renamed(facts.left), right=renamed(facts.right))
            case Filtered() | Grouped():
                return replace(facts, facts=renamed(facts.facts))
            case _:
                return facts

    return replace(case, final=replace(case.final, facts=renamed(case.final.facts)))


# --- when


@st.composite
def timings(draw: st.DrawFn, region: Region) -> Timing:
    """A way of time that fits into the region."""
    kind = draw(st.sampled_from(("grain", "grain", "rolling", "rolling", "all_time", "whole")))
    long = (Grain.WEEKLY, Grain.MONTHLY, Grain.QUARTERLY, Grain.BIANNUALLY, Grain.YEARLY)
    grain = draw(st.sampled_from(long if region.is_long else (Grain.DAILY, Grain.WEEKLY, Grain.MONTHLY)))
    if kind == "grain":
        return Timing(grain=grain)
    if kind == "whole":
        return Timing(grain=grain, whole=True, start=grain.floor(region.first))
    if kind == "all_time":
        start = region.day(draw(upto(region.days, -3)))
        return Timing(start=draw(st.sampled_from((None, start))))
    if region.is_long:
        rolling = [(30, "day"), (90, "day"), (1, "month"), (3, "month"), (1, "quarter"), (2, "quarter"), (1, "year"),
                   (6, "week")]  # fmt: skip
        return Timing(
            grain=draw(st.sampled_from((Grain.DAILY, Grain.WEEKLY, Grain.MONTHLY))),
            rolling=draw(st.sampled_from(rolling)),
        )
    rolling = [(1, "day"), (2, "day"), (7, "day"), (30, "day"), (1, "week"), (2, "week"), (1, "month")]
    return Timing(
        grain=draw(st.sampled_from((Grain.DAILY, Grain.DAILY, Grain.WEEKLY))), rolling=draw(st.sampled_from(rolling))
    )


@st.composite
def evaluations(draw: st.DrawFn, world: World, region: Region, timing: Timing) -> Evaluation:
    """Whole buckets, at once, one by one, or in parts."""
    if timing.whole or (timing.grain is None and timing.rolling is None):
        first = region.day(draw(st.one_of(upto(region.days + 10), st.just(region.days))))
        if timing.start and first < timing.start:
            first = timing.start
        span = Window(first, first + timedelta(days=1))
        return Evaluation(span=span, batches=(span,))
    grain = timing.grain or Grain.DAILY
    most = {Grain.DAILY: 20, Grain.WEEKLY: 12, Grain.MONTHLY: 14, Grain.QUARTERLY: 7, Grain.BIANNUALLY: 4}.get(grain, 3)
    # spans that begin somewhere, or with a day on which something happened
    days = sorted({event.at.date() for event in world.events}) or [region.first]
    borders = [grain.floor(draw(st.one_of(st.sampled_from(days), upto(region.days, -1).map(region.day))))]
    for _ in range(draw(upto(most, 1))):
        borders.append(grain.next(borders[-1]))
    span = Window(borders[0], borders[-1])
    return Evaluation(span=span, batches=tuple(draw(batches(borders))))


@st.composite
def batches(draw: st.DrawFn, borders: list[date]) -> list[Window]:
    """Windows between some of `borders` that make up the whole."""
    inner = borders[1:-1]
    how = draw(st.sampled_from(("one", "one", "parts", "each")))
    if how == "each" and len(inner) <= 4:
        cuts = inner
    elif how == "one" or not inner:
        cuts = []
    else:
        cuts = sorted(draw(st.sets(st.sampled_from(inner), max_size=2)))
    ends = [borders[0], *cuts, borders[-1]]
    return [Window(a, b) for a, b in pairwise(ends)]


@st.composite
def spellings(draw: st.DrawFn, timing: Timing) -> Spelling:
    """How the file is written."""
    return Spelling(
        dialect=draw(st.sampled_from(("trino", "trino", "duckdb", "clickhouse"))),
        bounds=draw(st.sampled_from(("between", "half_open", "closed", "flipped"))),
        bound_type=draw(st.sampled_from(("DATE", "TIMESTAMP"))),
        grouping=draw(st.sampled_from(("ordinals", "names", "mixed", "reversed"))),
        nesting=draw(st.sampled_from(("cte", "subquery"))),
        using=draw(st.booleans()),
        lower=draw(st.booleans()),
        entity_macro=draw(st.booleans()),
        plain=draw(st.booleans()),
        sample=draw(st.sampled_from(("macro", "end", "bare"))) if timing.rolling else "macro",
    )


# --- conditions and measures


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


# --- shapes


def events(draw: st.DrawFn, *, within: bool = True, source: str | None = None) -> Events:
    """Events of a source, filtered."""
    source = source or draw(st.sampled_from(("daily", "exact")))
    known = dict(columns(Events(source)))
    return Events(source, draw(conditions(known)), within)


def direct(draw: st.DrawFn, timing: Timing) -> Final:
    """Aggregates of events."""
    return final(draw, events(draw))


def nested(draw: st.DrawFn, timing: Timing) -> Final:
    """Events through one to three CTEs that filter, label or drop columns."""
    facts: Facts = events(draw)
    for _ in range(draw(upto(3, 1))):
        known = {name: kind for name, kind in columns(facts).items() if name != "artifact"}
        match draw(st.sampled_from(("keep", "filter", "label"))):
            case "keep":
                facts = Kept(facts, tuple(known))
            case "filter":
                facts = Filtered(facts if not isinstance(facts, Events) else Kept(facts, tuple(known)),
                                 draw(conditions(known)))  # fmt: skip
            case _ if "label" not in known:
                facts = Labelled(facts, draw(conditions(known)), "yes", "no")
            case _:
                facts = Kept(facts, tuple(known), distinct=True)
    return final(draw, facts, {n: k for n, k in columns(facts).items() if n != "artifact"})


def once(draw: st.DrawFn, timing: Timing) -> Final:
    """SELECT DISTINCT of some columns."""
    names = ["at", "source", "key", *draw(st.sets(st.sampled_from(("actor", "kind", "amount", "day")), min_size=1))]
    return final(draw, Kept(events(draw), tuple(dict.fromkeys(sorted(names))), distinct=True))


def per_actor(draw: st.DrawFn, timing: Timing, *, dated: bool = True) -> Grouped:
    """A row for each entity, source and actor."""
    facts = events(draw)
    by = ["source", "key", "actor", *(["sample"] if dated else [])]
    by += draw(st.sampled_from(([], [], ["kind"], ["day"])))
    known = dict(columns(facts))
    values = (("v1", draw(measures(known))), ("v2", draw(aggregates(known))))
    return Grouped(facts, tuple(draw(st.permutations(by))), values, draw(havings(known)))


def twice_grouped(draw: st.DrawFn, timing: Timing) -> Final:
    """Aggregates over people of aggregates over each one's events."""
    facts: Facts = per_actor(draw, timing)
    if draw(st.booleans()):
        facts = Filtered(facts, draw(conditions(dict(columns(facts)))))
    if draw(upto(2)) == 2:
        by = ("source", "key", "sample", "kind") if "kind" in columns(facts) else ("key", "source", "sample", "v2")
        facts = Grouped(facts, by, (("v3", draw(aggregates(dict(columns(facts))))),))
    return final(draw, facts)


def combined(draw: st.DrawFn, timing: Timing) -> Final:
    """Set operations on events of two sources."""
    op = draw(st.sampled_from(("union_all", "union", "except", "intersect")))
    source = draw(st.sampled_from(("daily", "exact")))
    wanted = ("at", "source", "key", "actor", "kind", "amount", "quantity", "day")
    names = tuple(sorted({"at", "source", "key", *draw(st.sets(st.sampled_from(wanted)))}))
    sides = [Kept(events(draw, source=source), names, distinct=draw(st.booleans())) for _ in range(2)]
    return final(draw, Combined(op, *sides))


def numbered(draw: st.DrawFn, timing: Timing) -> Final:
    """Window functions over an entity's events."""
    facts = events(draw)
    by = ["key", "source", *draw(st.sets(st.sampled_from(("actor", "kind", "day"))))]
    function = draw(st.sampled_from(("row_number", "rank", "dense_rank", "count", "sum")))
    ranked = Numbered(facts, tuple(sorted(by)), function, draw(st.booleans()))
    known = {name: kind for name, kind in columns(ranked).items() if name != "artifact"}
    test = Compare("number", draw(st.sampled_from(("=", "<=", ">"))), draw(st.sampled_from((1, 2, 3))))
    return final(draw, Filtered(ranked, test), known)


def paired(draw: st.DrawFn, timing: Timing) -> Final:
    """Events of two sources, or of one, on the same artifact."""
    left, right = events(draw), events(draw)
    on = tuple(sorted(draw(st.sets(st.sampled_from(("actor", "source", "kind"))))))
    order = draw(st.sampled_from((None, "<", "<=", ">", ">=")))
    return final(draw, Paired(left, right, on, order))


def joined(draw: st.DrawFn, timing: Timing) -> Final:
    """Two lifted CTEs, joined at the level of the entity."""
    kind = draw(st.sampled_from(("inner", "left", "full", "semi", "anti")))
    on = draw(st.sampled_from((("key", "source"), ("key", "source", "actor"))))
    by = (*on, "sample")
    sides = []
    for index in range(2):
        facts = events(draw)
        known = dict(columns(facts))
        value = (f"v{index + 1}", draw(aggregates(known)))
        sides.append(Grouped(facts, by, (value,), draw(havings(known))))
    if kind in {"semi", "anti"} and draw(st.booleans()):
        on = ("key",)
    elif kind in {"inner", "left", "full"}:
        on = by
    return final(draw, Joined(kind, sides[0], sides[1], on))


def seen(draw: st.DrawFn, timing: Timing) -> Final:
    """Events whose actor, or entity, has other events."""
    if draw(st.booleans()):
        kind = draw(st.sampled_from(("semi", "anti")))
        on = draw(st.sampled_from((("key",), ("artifact",), ("artifact", "source"))))
        return final(draw, Joined(kind, events(draw), events(draw), on))
    column = draw(st.sampled_from(("actor", "actor", "kind")))
    known = {name: kind for name, kind in columns(Events("daily")).items() if name not in {"key", "day"}}
    source = draw(st.sampled_from(("daily", "exact")))
    condition = Seen(column, source, draw(conditions(known, depth=0)), True, draw(st.booleans()))
    facts = Events(draw(st.sampled_from(("daily", "exact"))), condition)
    return final(draw, facts)


def firsts(draw: st.DrawFn, *, by: tuple[str, ...] = ("source", "key", "actor")) -> Grouped:
    """When each actor first did something to the entity, in all of history."""
    facts = events(draw, within=False)
    return Grouped(facts, by, (("first_at", Aggregate("min", "at")), ("ever", Aggregate("count"))))


def first_ever(draw: st.DrawFn, timing: Timing) -> Final:
    """Those whose first event lies in the window."""
    return final(draw, Filtered(firsts(draw), InWindow("first_at")))


def newcomers(draw: st.DrawFn, timing: Timing) -> Final:
    """Active people, split by whether they came before the window."""
    source = draw(st.sampled_from(("daily", "exact")))
    mine = events(draw, source=source)
    people = Grouped(mine, ("source", "key", "actor", "sample"), (("v1", draw(aggregates(dict(columns(mine))))),))
    first = Grouped(
        Events(source, mine.where, within=False), ("source", "key", "actor"), (("first_at", Aggregate("min", "at")),)
    )
    facts: Facts = Joined("inner", people, first, ("key", "source", "actor"))
    if draw(st.booleans()):
        facts = Filtered(facts, SinceStart("first_at", negated=draw(st.booleans())))
    known = dict(columns(facts))
    if draw(st.booleans()):
        only = SinceStart("first_at", negated=draw(st.booleans()))
        measure = Aggregate("count", "actor", distinct=True, only=only)
        return Final(facts=facts, measures=((None, measure),))
    return final(draw, facts, known)


# --- metrics over metrics


def provider(draw: st.DrawFn, timing: Timing) -> MetricCase:
    """A metric that others read: something about each actor, or about the entity."""
    facts = events(draw)
    known = dict(columns(facts))
    spelling = draw(spellings(timing))
    by_actor = draw(st.sampled_from((True, True, False)))
    days = Aggregate("count", "day", distinct=True)
    exact = aggregates(known).filter(lambda found: found.function not in {"quantile", "avg"})
    measure = days if draw(st.booleans()) else draw(exact)
    made = Final(facts=facts, measures=((None, measure),), by_actor=by_actor, having=draw(havings(known)))
    # its name and entity type are those of the metric that reads it
    return MetricCase(name="", final=made, timing=timing, entity_type="", spelling=spelling)


def over_peer(draw: st.DrawFn, timing: Timing) -> Final:
    """Measures of another metric's rows for the same window, or of those of a finer grain inside it."""
    which = "same"
    if timing.grain in {Grain.WEEKLY, Grain.MONTHLY, Grain.QUARTERLY, Grain.YEARLY} and not timing.rolling:
        which = draw(st.sampled_from(("same", "daily")))
    finer = timing if which == "same" else Timing(grain=Grain.DAILY, whole=timing.whole, start=timing.start)
    # a query that names the window nowhere is refused, except over buckets, where the sample date says it
    may_be_bare = which == "same" and timing.rolling is None and timing.grain is not None
    peer = Peer(provider(draw, finer), which, bounded=not may_be_bare or draw(st.booleans()))
    known = {name: kind for name, kind in columns(peer).items() if name not in {"metric", "sample"}}
    tests = [draw(conditions(known))]
    if which == "same":
        tests.append(ShareOfWindow("amount", draw(st.sampled_from((0.1, 0.25, 1.0)))))
    return final(draw, Filtered(peer, draw(st.sampled_from(tests))), known)


def churn(draw: st.DrawFn, timing: Timing) -> Final:
    """Who is in this window, in the one before, or in both."""
    made = provider(draw, timing)
    now, before = (
        Grouped(
            Peer(made, which), ("source", "key", "actor"),
            ((f"{which}_amount", Aggregate("max", "amount")), (f"{which}_rows", Aggregate("count"))),
        )
        for which in ("same", "previous")
    )  # fmt: skip
    on = ("source", "key", "actor") if made.final.by_actor else ("source", "key")
    return final(draw, Joined(draw(st.sampled_from(("full", "full", "left", "inner"))), now, before, on))


SHAPES: dict[str, Shape] = {
    "direct": direct,
    "nested": nested,
    "once": once,
    "twice_grouped": twice_grouped,
    "combined": combined,
    "numbered": numbered,
    "paired": paired,
    "joined": joined,
    "seen": seen,
}
HISTORY: dict[str, Shape] = {"first_ever": first_ever, "newcomers": newcomers}
PEERS: dict[str, Shape] = {"over_peer": over_peer, "churn": churn}
ALL = SHAPES | HISTORY | PEERS
