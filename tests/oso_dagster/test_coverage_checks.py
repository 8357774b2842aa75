"""The checks gap, freshness and coverage as Dagster keeps them, chosen by hand and reported by the sensor."""

from collections.abc import Sequence
from datetime import date, timedelta

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionResolvedStatus as Resolved
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.assemble import build_definitions
from oso_dagster.defs.partitions import partitions_of
from oso_dagster.defs.resources import Pipeline
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_lake.calendar import Grain

ONE_DAY = timedelta(days=1)
STARS = dg.AssetKey(["oso", "stars_to_artifact_daily"])
GAP, FRESHNESS, COVERAGE = (dg.AssetCheckKey(STARS, name) for name in ("gap", "freshness", "coverage"))
CHECK_EVENT = dg.DagsterEventType.ASSET_CHECK_EVALUATION.value


def _check(project: Project, keys: Sequence[dg.AssetCheckKey], first: str | None = None, last: str | None = None):
    """Execute chosen checks, of a range of partitions, as the checks page of an asset does."""
    definitions = build_definitions(project)
    job = definitions.resolve_implicit_global_asset_job_def()
    subset = job.get_subset(asset_selection=set(), asset_check_selection=set(keys))
    tags: dict[str, str] = {}
    if first and last:
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    with open_instance(project.settings) as instance:
        return subset.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def _partitions(project: Project, key: dg.AssetCheckKey) -> dict[str, set[str]]:
    """Partitions by what the UI shows of the check in them; those it has nothing to say of are left out."""
    partitions = partitions_of(Grain.DAILY, project.settings.start)
    with open_instance(project.settings) as instance:
        state = instance.event_log_storage.get_asset_check_state([(key, partitions)])[key]
    return {
        status.value: set(subset.subset_value.get_partition_keys())
        for status, subset in state.subsets.items()
        if not subset.is_empty and status is not Resolved.SKIPPED
    }


def _last(project: Project, key: dg.AssetCheckKey) -> dg.AssetCheckEvaluation:
    with open_instance(project.settings) as instance:
        record = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert record.evaluation is not None
    return record.evaluation


def _tick(project: Project, cursor: str | None) -> tuple[dg.ExecuteInProcessResult | None, str | None]:
    """A tick of the sensor, and the run that it asks for."""
    definitions = build_definitions(project)
    pipeline = Pipeline(project=project, manifest=load_manifest(project))
    with open_instance(project.settings) as instance:
        with dg.build_sensor_context(instance=instance, cursor=cursor, resources={"pipeline": pipeline}) as context:
            tick = definitions.resolve_sensor_def("coverage").evaluate_tick(context)
        if not tick.run_requests:
            return None, tick.cursor
        return definitions.resolve_job_def("report_coverage").execute_in_process(instance=instance), tick.cursor


def _told(run: dg.ExecuteInProcessResult | None) -> list[dg.AssetCheckEvaluation]:
    """What a run reported."""
    assert run is not None
    return [one.asset_check_evaluation_data for one in run.all_events if one.event_type_value == CHECK_EVENT]


def test_chosen_partitions_are_told_of_each_for_itself(project: Project) -> None:
    api.materialize(project.settings, "+stars_to_artifact_daily", end=date(2024, 1, 20), project=project)
    day = date(2024, 1, 10)
    changed = [*events_of(day), ("WatchEvent", 1, 1)]
    land_events(project.settings, day, day + ONE_DAY, events=lambda _: changed, again=True)
    assert _check(project, [GAP, FRESHNESS], "2024-01-05", "2024-01-22").success
    days = {f"2024-01-{number:02}" for number in range(5, 23)}
    missing = {"2024-01-20", "2024-01-21", "2024-01-22"}
    assert _partitions(project, GAP) == {"FAILED": missing, "SUCCEEDED": days - missing}
    # the hours of the 10th hold late events of the 9th
    odd = {"2024-01-09", "2024-01-10", *missing}
    assert _partitions(project, FRESHNESS) == {"FAILED": odd, "SUCCEEDED": days - odd}
    gap, stale = _last(project, GAP), _last(project, FRESHNESS)
    assert (gap.severity, gap.description) == (dg.AssetCheckSeverity.ERROR, "missing: not computed yet")
    assert stale.severity is dg.AssetCheckSeverity.WARN
    # a new materialization clears what was said of the one before
    api.materialize(project.settings, "+stars_to_artifact_daily", begin=day, end=day + ONE_DAY, project=project)
    assert _partitions(project, FRESHNESS) == {"FAILED": odd - {"2024-01-10"}, "SUCCEEDED": days - odd}


def test_what_a_run_materializes_is_told_of_with_it_and_of_a_long_range_only_what_is_wrong(project: Project) -> None:
    api.materialize(project.settings, "stg_events", project=project)
    job = build_definitions(project).resolve_implicit_global_asset_job_def()
    with open_instance(project.settings) as instance:
        for first, last in [("2024-01-01", "2024-01-02"), ("2024-01-03", "2024-03-31")]:
            tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
            result = job.execute_in_process(instance=instance, asset_selection=[STARS], tags=tags)
            names = [one.check_name for one in result.get_asset_check_evaluations()]
            assert names.count("coverage") == 1
    assert _partitions(project, GAP) == {"SUCCEEDED": {"2024-01-01", "2024-01-02"}}
    assert _last(project, COVERAGE).description == "91 of 100 daily windows are fresh"


def test_coverage_counts_the_windows_of_an_asset(project: Project) -> None:
    api.materialize(project.settings, "+stars_to_artifact_daily", end=date(2024, 1, 20), project=project)
    assert _check(project, [COVERAGE]).success
    told = _last(project, COVERAGE)
    assert (told.passed, told.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert told.description == "19 of 100 daily windows are fresh"
    assert told.metadata["missing"].value == 81
    api.materialize(project.settings, "+stars_to_artifact_daily", project=project)
    assert _check(project, [COVERAGE]).success
    assert _last(project, COVERAGE).passed


def test_the_sensor_tells_once_what_came_to_rest_and_again_only_what_is_new(project: Project) -> None:
    api.materialize(project.settings, "+stars_to_artifact_daily", project=project)
    first, cursor = _tick(project, None)
    assert first is None
    run, cursor = _tick(project, cursor)
    # models that were never computed have no gaps; each model is counted once
    assert {one.check_name for one in _told(run)} == {"coverage"}
    assert {one.asset_key: one.passed for one in _told(run)}[STARS]
    assert _tick(project, cursor)[0] is None
    day = date(2024, 2, 7)
    land_events(project.settings, day, day + ONE_DAY, events=lambda _: [("WatchEvent", 9, 1)], again=True)
    moving, cursor = _tick(project, cursor)
    assert moving is None
    run, cursor = _tick(project, cursor)
    stars = {(one.check_name, one.partition, one.passed) for one in _told(run) if one.asset_key == STARS}
    assert stars == {
        ("coverage", None, False),
        ("freshness", "2024-02-06", False),
        ("freshness", "2024-02-07", False),
    }
    assert _partitions(project, FRESHNESS) == {"FAILED": {"2024-02-06", "2024-02-07"}}
    assert _tick(project, cursor)[0] is None
    api.materialize(project.settings, "+stars_to_artifact_daily", project=project)
    _, cursor = _tick(project, cursor)
    run, cursor = _tick(project, cursor)
    assert {(one.check_name, one.partition, one.passed) for one in _told(run) if one.asset_key == STARS} == {
        (name, partition, True) for name, partition, _ in stars
    }
    assert _partitions(project, FRESHNESS) == {"SUCCEEDED": {"2024-02-06", "2024-02-07"}}
