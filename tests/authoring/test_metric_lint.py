"""Lint: every mistake in one list, each with its rule, place and remedy; what is right gives no finding."""

from collections.abc import Callable
from pathlib import Path

import pytest
from metric_registry import DESCRIBED, STARS

from oso_dagster.authoring.findings import Severity
from oso_dagster.authoring.lint import fix_formatting
from oso_lake.errors import UnknownNameError

DAILY = f"time_aggregations=DAILY, metadata={DESCRIBED}"
PEOPLE = STARS.replace("SUM(events.amount)", "COUNT(DISTINCT events.from_artifact_id)")
LAG = STARS.replace("SUM(events.amount)", "SUM(events.amount) - LAG(SUM(events.amount)) OVER (ORDER BY {})")
WITH_CTE = "WITH {} AS (\n  SELECT\n    bots.artifact_id\n  FROM oso.int_bots AS bots\n)\n" + STARS


def test_what_is_right_gives_no_finding(make_registry: Callable) -> None:
    assert make_registry(stars=(STARS, DAILY)).lint() == []


@pytest.mark.parametrize(
    ("sql", "options", "rule", "severity", "line"),
    [
        (LAG.format("metrics_sample_date"), DAILY, "lag-over-sample-date", Severity.ERROR, 7),
        (PEOPLE, DAILY, "not-additive", Severity.ERROR, 7),
        (STARS.replace("SUM(", "AVG("), DAILY, "not-additive", Severity.ERROR, 7),
        (STARS.replace("SUM(events.amount)", "SUM(1) / SUM(events.amount)"), DAILY, "not-additive", Severity.ERROR, 7),
        (
            STARS.replace("SUM(events.amount)", "APPROX_DISTINCT(events.from_artifact_id)"),
            DAILY.replace("additive", "non_additive"),
            "approximate",
            Severity.WARNING,
            7,
        ),
        (
            STARS[: STARS.index("GROUP BY")] + "GROUP BY\n  1,\n  2,\n  3\n",
            DAILY,
            "ordinals-only",
            Severity.WARNING,
            2,
        ),
        (STARS, f'vars={{"kinds": ("STARRED",)}}, {DAILY}', "unused-var", Severity.WARNING, None),
        (WITH_CTE.format("left_over"), DAILY, "unused-cte", Severity.WARNING, 1),
        (
            WITH_CTE.format("bots").replace("    bots.artifact_id\n", "    *\n")
            + "HAVING\n  NOT MAX(events.event_type) IN (\n    SELECT\n      bots.artifact_id\n    FROM bots\n  )\n",
            DAILY,
            "select-star",
            Severity.WARNING,
            3,
        ),
        (STARS.replace("GROUP BY\n  1,\n", "GROUP BY 1,\n"), DAILY, "formatting", Severity.WARNING, 11),
    ],
)
def test_each_rule_finds_its_case_and_says_where(
    make_registry: Callable, sql: str, options: str, rule: str, severity: Severity, line: int | None
) -> None:
    [found] = [one for one in make_registry(stars=(sql, options)).lint() if one.severity is not Severity.NOTE]
    assert (found.rule, found.severity, found.line) == (rule, severity, line)
    assert found.path is not None
    assert found.path.name == "stars.sql"


@pytest.mark.parametrize(
    ("option", "rule", "severity"),
    [
        ('display_name="Stars", ', "no-display-name", Severity.WARNING),
        ('description="Stars.", ', "no-description", Severity.ERROR),
        ('unit="stars", ', "no-unit", Severity.WARNING),
        ('owner="oso", ', "no-owner", Severity.ERROR),
        (', additivity="additive"', "no-additivity", Severity.WARNING),
    ],
)
def test_what_a_reader_must_be_told_is_asked_for_at_the_entry(
    make_registry: Callable, option: str, rule: str, severity: Severity
) -> None:
    registry = make_registry(stars=(STARS, DAILY.replace(option, "")))
    [found] = registry.lint()
    assert (found.rule, found.severity) == (rule, severity)
    assert found.path == registry.path
    assert found.line == next(
        n for n, line in enumerate(registry.path.read_text().splitlines(), 1) if '"stars"' in line
    )


def test_a_lag_over_something_else_is_no_mistake(make_registry: Callable) -> None:
    found = make_registry(stars=(LAG.format("events.event_source"), DAILY)).lint()
    assert [one.rule for one in found] == ["calendar"]


def test_each_name_of_a_query_that_gives_several_is_described(make_registry: Callable) -> None:
    several = STARS.replace("@metric_name()", "@metric_name('one')")
    several += "UNION ALL\n" + STARS.replace("@metric_name()", "@metric_name('two')")
    own = f'metadata_by_name={{"one": {DESCRIBED}}}'
    [found] = make_registry(stars=(several, f"{DAILY}, {own}")).lint()
    assert found.rule == "no-meaning-of-name"
    assert "'two'" in found.message


def test_a_deprecated_metric_names_what_replaces_it(make_registry: Callable) -> None:
    old = DAILY.replace("owner=", 'deprecated="{}", owner=')
    registry = make_registry(
        stars=(STARS, DAILY), likes=(STARS, old.format("counted as stars now")), votes=(STARS, old.format("gone"))
    )
    assert [(one.metric, one.rule) for one in registry.lint()] == [("votes", "no-replacement")]


def test_variants_evaluated_date_by_date_are_a_note(make_registry: Callable) -> None:
    bound_in_a_cte = """
WITH days AS (
  SELECT
    events.bucket_day,
    events.event_source,
    events.to_artifact_id,
    SUM(events.amount) AS amount
  FROM oso.int_events_daily__github AS events
  WHERE
    events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY
    bucket_day,
    event_source,
    to_artifact_id
)
SELECT
  @metrics_sample_date(days.bucket_day) AS metrics_sample_date,
  days.event_source,
  days.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  MAX(days.amount) AS amount
FROM days
GROUP BY
  1,
  event_source,
  to_artifact_id
"""
    options = DAILY.replace('"additive"', '"non_additive"').replace("DAILY,", '("daily", "monthly"),')
    [found] = make_registry(stars=(bound_in_a_cte.lstrip(), options)).lint()
    assert (found.rule, found.severity) == ("calendar", Severity.NOTE)
    assert "daily, monthly: one evaluation per sample date" in found.message


def test_files_that_no_entry_uses_are_found(make_registry: Callable) -> None:
    registry = make_registry(stars=(STARS, DAILY))
    (registry.folder / "code" / "old.sql").write_text(STARS)
    assert [(one.rule, one.path and one.path.name) for one in registry.lint()] == [("unused-file", "old.sql")]
    assert registry.lint("stars") == []


def test_all_mistakes_come_in_one_list_by_place(make_registry: Callable) -> None:
    registry = make_registry(
        typo=(STARS, DAILY.replace("time_aggregations", "time_agregations")),
        broken=(STARS.replace("GROUP BY", "GROUP BY BY"), DAILY),
        nowhere=(STARS.replace("__github", "__githb"), DAILY),
        people=(PEOPLE, DAILY),
    )
    found = registry.lint()
    assert sorted((one.metric, one.rule) for one in found) == [
        ("broken", "load"), ("nowhere", "load"), ("people", "not-additive"), ("typo", "load"),
    ]  # fmt: skip
    assert all(one.path and one.line and one.severity is Severity.ERROR for one in found)
    assert [one.metric for one in registry.lint("nowhere")] == ["nowhere"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("DAILY = (", "DAILY = (("), "is no Python"),
        (lambda text: text.replace("MetricQueryDef(ref", "MetricQueryDf(ref"), "name 'MetricQueryDf' is not defined"),
    ],
)
def test_a_registry_that_cannot_be_run_is_one_finding(make_registry: Callable, change: Callable, message: str) -> None:
    registry = make_registry(stars=(STARS, DAILY))
    registry.path.write_text(change(registry.path.read_text()))
    [found] = registry.lint()
    assert message in found.message
    assert found.path == registry.path
    assert found.line


def test_an_unknown_name_gets_the_nearest(make_registry: Callable) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'stars'"):
        make_registry(stars=(STARS, DAILY)).lint("starz")


def test_fixing_formats_the_file_and_nothing_else(make_registry: Callable) -> None:
    registry = make_registry(stars=(STARS.replace("\n  event_source\n", " event_source\n"), DAILY))
    path = registry.folder / "code" / "stars.sql"
    assert [one.rule for one in registry.lint()] == ["formatting"]
    assert fix_formatting(folder=registry.folder, path=registry.path) == [path]
    assert path.read_text() == STARS
    assert registry.lint() == []
    assert fix_formatting(folder=registry.folder, path=registry.path) == []


def test_a_place_is_shown_from_the_working_directory(make_registry: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = make_registry(stars=(PEOPLE, DAILY))
    monkeypatch.chdir(registry.folder.parent)
    [found] = registry.lint()
    place = Path("oso_metrics") / "code" / "stars.sql"
    assert str(found).startswith(f"{place}:7: error [not-additive] metric 'stars': is declared additive")
