"""What the demo shows: active developers and their coming and going, read from the published tables as anyone can."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from oso_lake import Lake

WINDOW_DAYS = 30
SOURCE = "GITHUB"
SUFFIX = f"over_{WINDOW_DAYS}_day_window"
ACTIVE = f"{SOURCE}_active_developers_{SUFFIX}"
FLOWS = ("retained", "new", "returning", "churned")

FIRST_QUESTION = f"""SELECT p.project_name, s.sample_date, s.amount AS active_developers
FROM timeseries_metrics_by_project_v0 AS s
JOIN metrics_v0 AS m USING (metric_id)
JOIN projects_v1 AS p USING (project_id)
WHERE m.metric_name = '{ACTIVE}'
ORDER BY s.sample_date DESC, s.amount DESC
LIMIT 10"""  # noqa: S608 - constants only


@dataclass(frozen=True, kw_only=True)
class DeveloperFlow:
    """One entity between its last two windows: people active in the later one, and how they differ from the earlier."""

    name: str
    active: int
    retained: int
    new: int
    returning: int
    churned: int

    @property
    def previously(self) -> int:
        """People active in the earlier window."""
        return self.retained + self.churned

    @property
    def churn_rate(self) -> float | None:
        """Share of the earlier window's people who are gone; None when there were none."""
        return self.churned / self.previously if self.previously else None


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The flows of each entity at the last sample date, most active first, and the history of active developers."""

    sample_date: date
    projects: tuple[DeveloperFlow, ...]
    collections: tuple[DeveloperFlow, ...]
    history: "pd.DataFrame"

    @property
    def titles(self) -> tuple[str, str]:
        """The two windows in words: the earlier and the later one."""
        last = self.sample_date.toordinal()
        first, middle = (date.fromordinal(last + 1 - WINDOW_DAYS * count) for count in (2, 1))
        before = date.fromordinal(middle.toordinal() - 1)
        return (
            f"{first:%b} {first.day} - {before:%b} {before.day}",
            f"{middle:%b} {middle.day} - {self.sample_date:%b} {self.sample_date.day}",
        )


def read_findings(lake: "Lake") -> Findings:
    """Read them at the last sample date that is published; raises LookupError when the metrics have no row yet."""
    history = lake.series(ACTIVE)
    if history.empty:
        raise LookupError(f"{ACTIVE} has no published row: run `oso demo` again, or see `oso dev` for what failed")
    last = history["sample_date"].max().date()
    return Findings(
        sample_date=last,
        projects=_flows(lake, "project", last),
        collections=_flows(lake, "collection", last),
        history=history,
    )


def _flows(lake: "Lake", entity: str, last: date) -> tuple[DeveloperFlow, ...]:
    metrics = {ACTIVE: "active"} | {f"{SOURCE}_{flow}_developers_{SUFFIX}": flow for flow in FLOWS}
    of_entity: dict[str, dict[str, int]] = {}
    for metric, field in metrics.items():
        rows = lake.series(metric, (), last, date.fromordinal(last.toordinal() + 1), entity_type=entity)
        for name, amount in zip(rows[f"{entity}_name"], rows["amount"], strict=True):
            of_entity.setdefault(name, {})[field] = int(amount)
    flows = (_flow(name, values) for name, values in of_entity.items())
    return tuple(sorted(flows, key=lambda flow: (-flow.active, flow.name)))


def _flow(name: str, values: Mapping[str, int]) -> DeveloperFlow:
    """A metric without a row means none; the windows' metrics have a row wherever anybody was active in either."""
    return DeveloperFlow(
        name=name,
        active=values.get("active", 0),
        retained=values.get("retained", 0),
        new=values.get("new", 0),
        returning=values.get("returning", 0),
        churned=values.get("churned", 0),
    )
