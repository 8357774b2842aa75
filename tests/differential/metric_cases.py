"""Generated cases: a shape for an entity type and a way of time, and where it is looked at."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st
from metric_grammar import Shape
from metric_harness import Trial
from metric_shapes import Facts, Filtered, Grouped, Joined, MetricCase, Peer
from metric_timings import evaluations, has_previous, spellings, timings
from metric_world import World
from metric_worlds import Region

ENTITIES = ("artifact", "project", "collection")


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
