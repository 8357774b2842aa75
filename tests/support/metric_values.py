"""Values of the registry's metrics over a raw lake of two projects: what a metric gives for each kind of entity."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metric_tables import MetricTables, metric_tables
from raw_lake import Directory, Row, write_raw

from oso_lake import ids
from oso_lake.calendar import Window
from oso_lake.settings import Settings

Claim = tuple[str, str, str, str]
# sample date -> amount, by name of the metric without suffix
Amounts = dict[str, dict[str, float]]


@dataclass(frozen=True)
class MetricValues(MetricTables):
    """Evaluated models and the metrics above them; a metric's own SQL runs when it is asked for."""

    def rows(self, model: str, entity_id: str) -> list[tuple[str, str, str, float]]:
        """(metric without suffix, sample date, from_artifact_id, amount) of one entity, over the whole span.

        `model` is a name such as `transactions_to_project_daily`.
        """
        definition = self.metrics.models[f"oso.{model}"]
        self.make(definition)
        rows = self.run.rows(
            f"SELECT metric, metrics_sample_date, from_artifact_id, amount FROM {definition.name} "
            f"WHERE to_{definition.entity_type}_id = '{entity_id}' ORDER BY ALL"
        )
        return [
            (name.removesuffix(f"_{definition.suffix}"), str(day), user, amount) for name, day, user, amount in rows
        ]

    def of(self, model: str, entity_id: str) -> Amounts:
        """Amounts of one entity; a model that gives two rows for a day fails the test."""
        found: Amounts = {}
        for name, day, _, amount in self.rows(model, entity_id):
            by_day = found.setdefault(name, {})
            assert day not in by_day, f"{name} has two rows for {day}"
            by_day[day] = amount
        return found


@contextmanager
def metric_values(
    home: Path,
    span: Window,
    projects: Mapping[str, Iterable[Claim]],
    collections: Mapping[str, Iterable[str]],
    raw: Mapping[str, Iterable[Row]],
) -> Generator[MetricValues]:
    """The metrics over `raw` and a directory of one version; `span` begins where weeks and months begin alike."""
    settings = Settings(home=home, start=span.start)
    versions = Directory()
    versions.add("v1", f"{span.start} 10:00", projects, collections)
    write_raw(settings, {**versions.tables(), **raw})
    with metric_tables(settings, span) as tables:
        yield MetricValues(tables.run, tables.metrics, span)


def entity_ids(artifact: str, project: str, collection: str) -> dict[str, str]:
    """Ids by kind of entity."""
    return {"artifact": artifact, "project": ids.project_id(project), "collection": ids.collection_id(collection)}
