"""Tells a story on a real installation and a real Dagster instance: land, deploy, tick, run, kill, tick ...

A tick evaluates the arrivals sensor as Dagster's daemon does, with the cursor of the tick before and each run key asked
for once; `run` launches what ticks asked for, and `kill` does so in a process that dies at a station of its way.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from small_lake import Event, events_of, land_events

from oso_dagster import api
from oso_dagster.assemble import build_definitions
from oso_dagster.defs.resources import Pipeline
from oso_dagster.instance import open_instance
from oso_dagster.project import Project, environment_of
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.plan import PlanReport
from oso_dagster.serving import served_manifest
from oso_lake import Lake

ONE_DAY = timedelta(days=1)
SERIES = (
    "select m.metric_name, artifact_id, sample_date, amount from timeseries_metrics_by_artifact_v0 s"
    " join metrics_v0 m on m.metric_id = s.metric_id"
)
# the catch_up run that a tick asked for, in a process of its own, which dies at a station
DYING = """
import json, os, sys
from pathlib import Path
from oso_dagster.assemble import build_definitions
from oso_dagster.instance import open_instance
from oso_dagster.project import Project
from oso_dagster.runner import compute
from oso_lake.settings import Settings
def die(*args, **kwargs):
    os.kill(os.getpid(), 9)
owner, name = {
    "evaluate": (compute, "evaluate"), "publish": (compute, "publish_batch"), "record": (compute.Ledger, "record")
}[sys.argv[2]]
setattr(owner, name, die)
settings = Settings()
job = build_definitions(Project(settings=settings, path=Path(sys.argv[1]))).resolve_job_def("catch_up")
with open_instance(settings) as instance:
    job.execute_in_process(instance=instance, run_config=json.loads(sys.argv[3]))
"""


@dataclass
class Scenario:
    """One installation and its story. Its clock is `ahead` of the real one."""

    project: Project
    ahead: timedelta = timedelta(0)
    cursor: str | None = None
    asked: list[dg.RunRequest] = field(default_factory=list)
    _keys: set[str | None] = field(default_factory=set)
    _known: dict[str, int] = field(default_factory=dict)

    def land(
        self, first: date, end: date | None = None, events: Callable[[date], list[Event]] = events_of, **options: Any
    ) -> None:
        """Land a day, or the days `[first, end)`; `again=True` for hours that were landed before."""
        land_events(self.project.settings, first, end or first + ONE_DAY, events=events, **options)

    def edit(self, model: str, old: str, new: str) -> None:
        """Change a model's file."""
        path = self.file(model)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def file(self, model: str) -> Path:
        """The file of a model."""
        return self.project.path / "models" / f"{model}.sql"

    def deploy(self) -> PlanReport:
        """Plan the files as they are."""
        return api.plan(self.project.settings, project=self.project)

    def wait(self, minutes: int) -> None:
        """Let time go by, for the sensor."""
        self.ahead += timedelta(minutes=minutes)

    def tick(self) -> str:
        """Evaluate the sensor once; why it asked for a run, or why it asked for none."""
        definitions = build_definitions(self.project)
        sensor = definitions.resolve_sensor_def("arrivals")
        pipeline = Pipeline(
            project=self.project, manifest=served_manifest(self.project), clock=lambda: datetime.now(UTC) + self.ahead
        )
        with (
            open_instance(self.project.settings) as instance,
            dg.build_sensor_context(instance=instance, cursor=self.cursor, resources={"pipeline": pipeline}) as context,
        ):
            found = sensor.evaluate_tick(context)
        self.cursor = found.cursor or self.cursor
        new = [one for one in found.run_requests or [] if one.run_key not in self._keys]
        self._keys.update(one.run_key for one in new)
        self.asked.extend(new)
        return new[0].tags["oso/why"] if new else found.skip_message or ""

    def run(self) -> bool:
        """Launch the run that was asked for first; whether it succeeded."""
        request = self.asked.pop(0)
        job = build_definitions(self.project).resolve_job_def("catch_up")
        with open_instance(self.project.settings) as instance:
            result = job.execute_in_process(
                instance=instance, run_config=request.run_config, tags=request.tags, raise_on_error=False
            )
        return result.success

    def kill(self, station: str) -> None:
        """Launch the run that was asked for first in a process of its own, which is killed at `station`."""
        import json

        request = self.asked.pop(0)
        killed = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore",
                "-c",
                DYING,
                str(self.project.path),
                station,
                json.dumps(request.run_config),
            ],
            env=os.environ | environment_of(self.project.settings),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]

    def settle(self) -> dict[str, set[str]]:
        """Tick and run until nothing is asked for any more; the windows computed meanwhile, by model."""
        self.mark()
        self.tick()
        while self.asked:
            assert self.run()
            self.tick()
        return self.computed()

    def mark(self) -> None:
        """From here on `computed` counts."""
        self._known = {name: max(one.computed for one in own) for name, own in self._entries().items()}

    def computed(self) -> dict[str, set[str]]:
        """Windows computed since `mark`, by table."""
        last = max(self._known.values(), default=0)
        found: dict[str, set[str]] = {}
        for name, own in self._entries().items():
            for entry in own:
                if entry.computed > last:
                    found.setdefault(name.removeprefix("oso."), set()).add(str(entry.window))
        return found

    def _entries(self) -> dict[str, list[Any]]:
        return ledger_of(self.project).entries()

    def read(self, metric: str) -> dict[tuple[str, date], float]:
        """What readers see of a metric: amounts by artifact and sample date."""
        rows = Lake(self.project.settings).arrow(f"{SERIES} where m.metric_name = '{metric}'").to_pylist()
        return {(row["artifact_id"], row["sample_date"]): row["amount"] for row in rows}

    def errors(self) -> dict[str, str]:
        """Message of each model in metric_errors."""
        rows = Lake(self.project.settings).arrow("select model, message from metric_errors").to_pylist()
        return {row["model"].removeprefix("oso."): row["message"] for row in rows}

    def green(self, table: str) -> set[str]:
        """Partitions of an asset that Dagster shows as materialized."""
        with open_instance(self.project.settings) as instance:
            return instance.get_materialized_partitions(dg.AssetKey(["oso", table]))

    def statuses(self) -> list[str]:
        """Status of each catch_up run, the newest first."""
        with open_instance(self.project.settings) as instance:
            return [run.status.value for run in instance.get_runs(dg.RunsFilter(job_name="catch_up"))]


def day(text: str) -> date:
    """A day of 2024, as `02-07`."""
    return date.fromisoformat(f"2024-{text}")
