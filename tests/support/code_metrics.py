"""Metrics of the registry on a hand-made lake: raw events through the real models, then each metric's own SQL."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metric_tables import MetricTables, metric_tables
from raw_lake import Archive, Directory, write_raw

from oso_lake import ids
from oso_lake.calendar import Window
from oso_lake.settings import Settings

# sample date -> amount, by name of the metric without suffix
Amounts = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Place:
    """Two repositories of the project `p{number}`; the second also belongs to `q{number}`, both to `c{number}`."""

    number: int

    @property
    def first(self) -> int:
        """The repository of one project."""
        return self.number * 10

    @property
    def second(self) -> int:
        """The repository of two projects."""
        return self.number * 10 + 1

    def entity_id(self, entity_type: str) -> str:
        """The first repository, the project that has both, the collection that has both projects."""
        return {
            "artifact": ids.repository_id(self.first),
            "project": ids.project_id(f"p{self.number}"),
            "collection": ids.collection_id(f"c{self.number}"),
        }[entity_type]


@dataclass(frozen=True)
class CodeMetrics(MetricTables):
    """The registry's metrics over evaluated models; a metric's SQL runs when it is asked for."""

    def amounts(self, metric: str, suffix: str, place: Place, entity_type: str = "project") -> Amounts:
        """Values of a metric's model at a place, over the whole span."""
        model = self.metrics.models[f"oso.{metric}_to_{entity_type}_{suffix}"]
        self.make(model)
        rows = self.run.rows(
            f"SELECT metric, metrics_sample_date, amount FROM {model.name} "
            f"WHERE to_{entity_type}_id = '{place.entity_id(entity_type)}' ORDER BY ALL"
        )
        found: Amounts = {}
        for name, day, amount in rows:
            by_day = found.setdefault(name.removesuffix(f"_{suffix}"), {})
            assert str(day) not in by_day, f"{name} has two rows for {day}"
            by_day[str(day)] = amount
        return found


@contextmanager
def code_metrics(home: Path, span: Window, events: Archive, places: Iterable[Place]) -> Generator[CodeMetrics]:
    """The metrics over `events` on `places`, whose repositories are named as `Archive` names them."""
    settings = Settings(home=home, start=span.start)
    versions = Directory()
    projects, collections = {}, {}
    for place in places:
        first, second = (("GITHUB", "repository", "acme", f"repo{repo}") for repo in (place.first, place.second))
        projects |= {f"p{place.number}": [first, second], f"q{place.number}": [second]}
        collections[f"c{place.number}"] = [f"p{place.number}", f"q{place.number}"]
    versions.add("v1", f"{span.start} 10:00", projects, collections)
    write_raw(settings, {**events.tables(span.start, span.end), **versions.tables()})
    with metric_tables(settings, span) as tables:
        yield CodeMetrics(tables.run, tables.metrics, span)
