"""A small grammar of metric shapes: how events become facts, and facts a metric."""

from collections.abc import Callable

from hypothesis import strategies as st
from metric_columns import columns
from metric_draws import aggregates, conditions, drawn_events, final, havings, measures
from metric_shapes import (
    Combined,
    Events,
    Facts,
    Filtered,
    Final,
    Grouped,
    Joined,
    Kept,
    Labelled,
    MetricCase,
    Numbered,
    Paired,
    Peer,
    Timing,
)
from metric_terms import Aggregate, Compare, InWindow, Seen, ShareOfWindow, SinceStart
from metric_timings import spellings
from metric_worlds import upto

from oso_lake.calendar import Grain

Shape = Callable[[st.DrawFn, Timing], Final]


def direct(draw: st.DrawFn, timing: Timing) -> Final:
    """Aggregates of events."""
    return final(draw, drawn_events(draw))


def nested(draw: st.DrawFn, timing: Timing) -> Final:
    """Events through one to three CTEs that filter, label or drop columns."""
    facts: Facts = drawn_events(draw)
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
    return final(draw, Kept(drawn_events(draw), tuple(dict.fromkeys(sorted(names))), distinct=True))


def per_actor(draw: st.DrawFn, timing: Timing, *, dated: bool = True) -> Grouped:
    """A row for each entity, source and actor."""
    facts = drawn_events(draw)
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
    sides = [Kept(drawn_events(draw, source=source), names, distinct=draw(st.booleans())) for _ in range(2)]
    return final(draw, Combined(op, *sides))


def numbered(draw: st.DrawFn, timing: Timing) -> Final:
    """Window functions over an entity's events."""
    facts = drawn_events(draw)
    by = ["key", "source", *draw(st.sets(st.sampled_from(("actor", "kind", "day"))))]
    function = draw(st.sampled_from(("row_number", "rank", "dense_rank", "count", "sum")))
    ranked = Numbered(facts, tuple(sorted(by)), function, draw(st.booleans()))
    known = {name: kind for name, kind in columns(ranked).items() if name != "artifact"}
    test = Compare("number", draw(st.sampled_from(("=", "<=", ">"))), draw(st.sampled_from((1, 2, 3))))
    return final(draw, Filtered(ranked, test), known)


def paired(draw: st.DrawFn, timing: Timing) -> Final:
    """Events of two sources, or of one, on the same artifact."""
    left, right = drawn_events(draw), drawn_events(draw)
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
        facts = drawn_events(draw)
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
        return final(draw, Joined(kind, drawn_events(draw), drawn_events(draw), on))
    column = draw(st.sampled_from(("actor", "actor", "kind")))
    known = {name: kind for name, kind in columns(Events("daily")).items() if name not in {"key", "day"}}
    source = draw(st.sampled_from(("daily", "exact")))
    condition = Seen(column, source, draw(conditions(known, depth=0)), True, draw(st.booleans()))
    facts = Events(draw(st.sampled_from(("daily", "exact"))), condition)
    return final(draw, facts)


def firsts(draw: st.DrawFn, *, by: tuple[str, ...] = ("source", "key", "actor")) -> Grouped:
    """When each actor first did something to the entity, in all of history."""
    facts = drawn_events(draw, within=False)
    return Grouped(facts, by, (("first_at", Aggregate("min", "at")), ("ever", Aggregate("count"))))


def first_ever(draw: st.DrawFn, timing: Timing) -> Final:
    """Those whose first event lies in the window."""
    return final(draw, Filtered(firsts(draw), InWindow("first_at")))


def newcomers(draw: st.DrawFn, timing: Timing) -> Final:
    """Active people, split by whether they came before the window."""
    source = draw(st.sampled_from(("daily", "exact")))
    mine = drawn_events(draw, source=source)
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


def provider(draw: st.DrawFn, timing: Timing) -> MetricCase:
    """A metric that others read: something about each actor, or about the entity."""
    facts = drawn_events(draw)
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


ALL: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        direct, nested, once, twice_grouped, combined, numbered, paired, joined, seen, first_ever, newcomers, over_peer,
        churn,
    )
}  # fmt: skip
