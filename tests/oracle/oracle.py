"""What the pipeline must publish for a sample world, computed from its ground truth in plain Python.

It is written from the definitions of the metrics, without their SQL: sets, dictionaries, loops. Slow and obvious.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from oracle_entities import ENTITIES, entities_of_artifacts
from oracle_facts import Fact, chain_facts, github_facts, names_of
from oracle_metrics import (
    CHAIN_METRICS,
    INTERMEDIATE,
    PEOPLE,
    SUMS,
    Given,
    measure,
    suffixes,
    windows,
)
from oracle_truth import Truth, load_truth

from oso_lake import ids

# metric name with suffix, event source, id of the entity, sample date
Key = tuple[str, str, str, date]
# the same with the developer, for an intermediate metric
DeveloperKey = tuple[str, str, str, str, date]
PublishedKey = tuple[str, str, date]

_MODEL = re.compile(
    r"(?:oso\.)?(?P<metric>\w+?)_to_(?P<entity>artifact|project|collection)_(?P<suffix>daily|weekly|monthly|over_\w+)"
)


class Oracle:
    """Answers for one truth; facts are made once."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.names = names_of(truth.events)
        self.github, self.bots = github_facts(truth)
        self.chains = chain_facts(truth)
        self._given: dict[tuple[str, bool], dict[tuple[str, str], Given]] = {}

    def expected(self, model: str) -> dict[Key, float]:
        """Rows of a metric model by (metric, event source, entity, sample date)."""
        rows = self._rows(model)
        if any(developer for _, _, _, developer, _ in rows):
            raise ValueError(f"{model} has a row a developer: ask for expected_by_developer")
        return {(metric, source, entity, day): amount for (metric, source, entity, _, day), amount in rows.items()}

    def expected_by_developer(self, model: str) -> dict[DeveloperKey, float]:
        """Rows of an intermediate model by (metric, event source, entity, developer, sample date)."""
        return self._rows(model)

    def expected_published(self, entity: str) -> dict[PublishedKey, float]:
        """Rows of timeseries_metrics_by_{entity}_v0 by (metric id, entity, sample date)."""
        return self._published(entity, over_all_time=False)

    def expected_key_metrics(self, entity: str) -> dict[PublishedKey, float]:
        """Rows of key_metrics_by_{entity}_v0 by (metric id, entity, sample date)."""
        return self._published(entity, over_all_time=True)

    def _published(self, entity: str, *, over_all_time: bool) -> dict[PublishedKey, float]:
        found = {}
        for model in all_models(intermediate=False):
            if f"_to_{entity}_" not in model or model.endswith("_over_all_time") is not over_all_time:
                continue
            for (metric, source, entity_id, day), amount in self.expected(model).items():
                found[ids.metric_id(f"{source}_{metric}"), entity_id, day] = amount
        return found

    def _rows(self, model: str) -> dict[DeveloperKey, float]:
        metric, entity, suffix = parse_model(model)
        rows = {}
        for (entity_id, source), given in self._facts_of(entity, is_chain=metric in CHAIN_METRICS).items():
            for asked in windows(suffix, self.truth.begin, self.truth.end):
                for (name, developer), amount in measure(metric, given, asked).items():
                    rows[f"{name}_{suffix}", source, entity_id, developer, asked.sample_date] = amount
        return rows

    def _facts_of(self, entity: str, *, is_chain: bool) -> Mapping[tuple[str, str], Given]:
        """Facts by entity and source."""
        if (entity, is_chain) not in self._given:
            found: dict[tuple[str, str], Given] = {}
            lifted = None if entity == "artifact" else entities_of_artifacts(self.truth, self.names, entity)
            for fact in self.chains if is_chain else self.github:
                for entity_id in (fact.to_id,) if lifted is None else lifted.get(fact.to_id, ()):
                    given = found.setdefault((entity_id, fact.source), Given({}, self.bots, self.truth.begin))
                    given.by_day.setdefault(fact.day, []).append(fact)
            self._given[entity, is_chain] = found
        return self._given[entity, is_chain]


def parse_model(model: str) -> tuple[str, str, str]:
    """Metric, entity and suffix of a model's name; raises ValueError for one that the oracle does not know."""
    match = _MODEL.fullmatch(model)
    if match is None or match["metric"] not in SUMS | PEOPLE:
        raise ValueError(f"the oracle knows no model {model!r}; all_models() lists those it does")
    return match["metric"], match["entity"], match["suffix"]


def all_models(*, intermediate: bool = True) -> list[str]:
    """Names of all metric models of the definitions; `intermediate=False` leaves out those that are not published."""
    return [
        f"oso.{metric}_to_{entity}_{suffix}"
        for metric in [*SUMS, *PEOPLE]
        for entity in ENTITIES
        for suffix in suffixes(metric)
        if intermediate or metric != INTERMEDIATE
    ]


@lru_cache(maxsize=4)
def oracle_of(world: Path) -> Oracle:
    """The oracle of the world written to `world`."""
    return Oracle(load_truth(world))


def expected(world: Path, model: str) -> dict[Key, float]:
    """See Oracle.expected."""
    return oracle_of(world).expected(model)


def expected_published(world: Path, entity: str) -> dict[PublishedKey, float]:
    """See Oracle.expected_published."""
    return oracle_of(world).expected_published(entity)


def events_daily(world: Path, *, chain: bool) -> dict[tuple[date, str, str, str, str], float]:
    """Rows of int_events_daily__github or __blockchain by (day, from, to, event source, event type)."""
    facts: list[Fact] = oracle_of(world).chains if chain else oracle_of(world).github
    found: dict[tuple[date, str, str, str, str], float] = {}
    for fact in facts:
        key = (fact.day, fact.from_id, fact.to_id, fact.source, fact.kind)
        found[key] = found.get(key, 0.0) + fact.amount
    return found
