"""The arrivals sensor: sees that something landed, was planned or was computed, and asks for a run of what is stale.

A tick reads one number for each raw table, and stops there when nothing differs from the tick before. What it asks for
is decided in arrivals.py, without reading anything.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from oso_dagster.arrivals import Asked, Decision, Limits, decide
from oso_dagster.defs.jobs import COMPUTING, catch_up_job
from oso_dagster.defs.liveness import CATCH_UP_LOCK, under_way
from oso_dagster.defs.resources import Pipeline, PipelineParam
from oso_dagster.run_tags import capacity_tags
from oso_dagster.runner.failures import Failure
from oso_lake.calendar import Window

INTERVAL_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """What the last tick saw: the state it decided on, when to look again all the same, and what it asked for."""

    state: str = ""
    look_again_at: datetime | None = None
    asked: Asked | None = None

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Read what `dump` wrote; an empty one at the first tick."""
        if not text:
            return cls()
        content = json.loads(text)
        again, asked = content["look_again_at"], content["asked"]
        return cls(
            state=content["state"],
            look_again_at=datetime.fromisoformat(again) if again else None,
            asked=Asked(key=asked["key"], at=datetime.fromisoformat(asked["at"]), attempts=asked["attempts"])
            if asked
            else None,
        )

    def dump(self) -> str:
        """As Dagster keeps it."""
        asked = self.asked
        return json.dumps(
            {
                "state": self.state,
                "look_again_at": self.look_again_at.isoformat() if self.look_again_at else None,
                "asked": {"key": asked.key, "at": asked.at.isoformat(), "attempts": asked.attempts} if asked else None,
            }
        )

    def is_idle(self, state: str, now: datetime) -> bool:
        """Whether nothing can have become due since."""
        return state == self.state and (self.look_again_at is None or now < self.look_again_at)


def tick(pipeline: Pipeline, cursor: Cursor, now: datetime, limits: Limits) -> tuple[Decision | None, Cursor]:
    """One look at the installation, when no run is under way; None when nothing differs from the last look."""
    from oso_dagster.computing import freshness_of
    from oso_dagster.runner.logs import failures_of, ledger_of

    project = pipeline.project
    failures = failures_of(project).all()
    state = state_of(pipeline, failures, ledger_of(project).revision(), now)
    if cursor.is_idle(state, now):
        return None, cursor
    freshness = freshness_of(project, pipeline.manifest, now)
    span = Window(project.settings.start, freshness.raw.lake_end)
    stale = freshness.stale(pipeline.manifest.models, lambda model: span)
    decision = decide(
        stale, failures, planned=freshness.planned, now=now, state=state, before=cursor.asked, limits=limits
    )
    asked = decision.request.asked if decision.request else cursor.asked
    return decision, Cursor(state=state, look_again_at=decision.look_again_at, asked=asked)


def state_of(pipeline: Pipeline, failures: list[Failure], revision: str, now: datetime) -> str:
    """Differs whenever something landed, was planned, computed or failed, or a day was over."""
    heads = raw_heads(pipeline)
    attempts = sorted((one.model, str(one.window), one.attempts) for one in failures)
    content = json.dumps([heads, revision, attempts, now.date().isoformat(), pipeline.manifest.fingerprint])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def raw_heads(pipeline: Pipeline) -> Mapping[str, str]:
    """The current metadata file of each raw table: another one after each commit. Of a SQL catalog it is one query."""
    from sqlmesh_project.lake_connection import current_metadata

    names = {raw.name for raw in pipeline.manifest.raw}
    return dict(sorted(current_metadata(pipeline.project.settings, only=names).items()))


@dg.sensor(
    name="arrivals",
    job=catch_up_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    description="Computes what late events, corrected hours, changed directories and new definitions made stale.",
)
def arrivals_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineParam) -> dg.SensorResult:
    """Ask for one run of what is stale; nothing while the one before is under way."""
    lock = pipeline.project.settings.home / CATCH_UP_LOCK
    if run_id := under_way(context.instance, COMPUTING, lock, pipeline.clock()):
        return dg.SensorResult(skip_reason=f"run {run_id[:8]} is under way")
    decision, cursor = tick(pipeline, Cursor.parse(context.cursor), pipeline.clock(), Limits())
    if decision is None:
        return dg.SensorResult(skip_reason="nothing arrived")
    request = decision.request
    if request is None:
        return dg.SensorResult(skip_reason=decision.explain(), cursor=cursor.dump())
    config = {"models": list(request.models) if request.is_cut else [], "held": list(request.held)}
    run = dg.RunRequest(
        run_key=request.run_key,
        run_config={"ops": {"compute_stale": {"config": config}}},
        tags={"oso/why": decision.explain(), **capacity_tags(pipeline.project, pipeline.manifest, request.partitions)},
    )
    context.log.info(decision.explain())
    return dg.SensorResult(run_requests=[run], cursor=cursor.dump())


SENSORS = [arrivals_sensor]
