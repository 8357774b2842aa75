"""What the pipeline must publish for a sample world, computed from its ground truth in plain Python.

It is written from the definitions of the metrics, without their SQL: sets, dictionaries, loops. Slow and obvious.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from oracle_catalogue import CHAINS, FAMILIES, FUNDING, GITHUB
from oracle_chains import chain_facts, funding_facts
from oracle_entities import ENTITIES, entities_of_artifacts
from oracle_facts import github_facts, names_of, ticket_events
from oracle_given import Given
from oracle_truth import Truth, load_truth
from oracle_windows import ALL_TIME, windows

from oso_lake import ids

# metric name with suffix, event source, id of the entity, sample date
Key = tuple[str, str, str, date]
# the same with the person, for an intermediate metric
PersonKey = tuple[str, str, str, str, date]
PublishedKey = tuple[str, str, date]

_MODEL = re.compile(
    r"(?:oso\.)?(?P<family>\w+?)_to_(?P<entity>artifact|project|collection)_"
    r"(?P<suffix>daily|weekly|monthly|quarterly|biannually|yearly|over_\w+)"
)


class Oracle:
    """Answers for one truth; facts are made once."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.names = names_of(truth.events)
        self.github, self.bots = github_facts(truth)
        self.chains = chain_facts(truth)
        self._facts = {GITHUB: self.github, CHAINS: self.chains, FUNDING: funding_facts(truth)}
        self._given: dict[tuple[str, str], dict[tuple[str, str], Given]] = {}

    def expected(self, model: str) -> dict[Key, float]:
        """Rows of a metric model by (metric, event source, entity, sample date)."""
        rows = self.expected_by_person(model)
        if any(person for _, _, _, person, _ in rows):
            raise ValueError(f"{model} has a row a person: ask for expected_by_person")
        return {(metric, source, entity, day): amount for (metric, source, entity, _, day), amount in rows.items()}

    def expected_by_person(self, model: str) -> dict[PersonKey, float]:
        """Rows of an intermediate model by (metric, event source, entity, person or address, sample date)."""
        name, entity, suffix = parse_model(model)
        family = FAMILIES[name]
        rows = {}
        asked_for = windows(suffix, self.truth.begin, self.truth.end)
        for (entity_id, source), given in self.given(entity, family.source).items():
            for asked in asked_for:
                for (metric, person), amount in family.measure(given, asked).items():
                    rows[f"{metric}_{suffix}", source, entity_id, person, asked.sample_date] = amount
        return rows

    def expected_published(self, entity: str) -> dict[PublishedKey, float]:
        """Rows of timeseries_metrics_by_{entity}_v0 by (metric id, entity, sample date)."""
        return self._published(entity, over_all_time=False)

    def expected_key_metrics(self, entity: str) -> dict[PublishedKey, float]:
        """Rows of key_metrics_by_{entity}_v0 by (metric id, entity, sample date)."""
        return self._published(entity, over_all_time=True)

    def _published(self, entity: str, *, over_all_time: bool) -> dict[PublishedKey, float]:
        found = {}
        for model in all_models(intermediate=False):
            if f"_to_{entity}_" not in model or model.endswith(f"_{ALL_TIME}") is not over_all_time:
                continue
            for (metric, source, entity_id, day), amount in self.expected(model).items():
                found[ids.metric_id(f"{source}_{metric}"), entity_id, day] = amount
        return found

    def given(self, entity: str, source: str) -> Mapping[tuple[str, str], Given]:
        """What is known of each entity, by its id and event source."""
        if (entity, source) not in self._given:
            found: dict[tuple[str, str], Given] = {}
            lifted = None if entity == "artifact" else entities_of_artifacts(self.truth, self.names, entity)
            for fact in self._facts[source]:
                for entity_id in (fact.to_id,) if lifted is None else lifted.get(fact.to_id, ()):
                    given = found.setdefault((entity_id, fact.source), Given(self.bots, self.truth.begin))
                    given.by_day.setdefault(fact.day, []).append(fact)
            if source == GITHUB:
                for event in ticket_events(self.truth):
                    for entity_id in (event.repository,) if lifted is None else lifted.get(event.repository, ()):
                        # an event about a ticket is a fact too
                        found[entity_id, "GITHUB"].ticket_events.append(event)
            self._given[entity, source] = found
        return self._given[entity, source]


def parse_model(model: str) -> tuple[str, str, str]:
    """Family, entity and suffix of a model's name; raises ValueError for one that the oracle does not know."""
    match = _MODEL.fullmatch(model)
    if match is None or match["family"] not in FAMILIES:
        raise ValueError(f"the oracle knows no model {model!r}; all_models() lists those it does")
    return match["family"], match["entity"], match["suffix"]


def all_models(*, intermediate: bool = True) -> list[str]:
    """Names of all metric models of the definitions; `intermediate=False` leaves out those that are not published."""
    return [
        f"oso.{name}_to_{entity}_{suffix}"
        for name, family in FAMILIES.items()
        for entity in ENTITIES
        for suffix in family.suffixes
        if intermediate or not family.is_intermediate
    ]


@lru_cache(maxsize=4)
def oracle_of(world: Path) -> Oracle:
    """The oracle of the world written to `world`."""
    return Oracle(load_truth(world))
