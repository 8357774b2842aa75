"""Values of the funding metrics on grants that can be checked by hand, for an account, a project and a collection."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from metric_values import MetricValues, entity_ids, metric_values
from model_runs import window
from raw_lake import grant

from oso_lake import ids

# the first of January 2024 is a Monday
SPAN = window("2024-01-01", "2024-07-01")
LAST_DAY = "2024-06-30"
REPOSITORY = ("GITHUB", "repository", "acme", "alpha")
ENTITIES = ("artifact", "project", "collection")
ALPHA = entity_ids(ids.funding_account_id("alpha"), "alpha", "both")
GRANTS = [
    grant(2, "2024-01-15", "fund", "alpha", "0.1"),
    grant(3, "2024-01-15", "fund", "alpha", "0.2"),
    # the same line once more is another grant
    grant(4, "2024-01-15", "fund", "alpha", "0.2"),
    grant(5, "2024-03-31", "other-fund", "alpha", "1000000000.000000000000000001"),
    # given nothing
    grant(6, "2024-02-01", "third-fund", "alpha", "0"),
    # a project that funds: another one, itself, a stranger, and somebody without a name
    grant(7, "2024-04-01", "alpha", "beta", "10"),
    grant(8, "2024-04-02", "alpha", "alpha", "20"),
    grant(9, "2024-05-01", "alpha", "stranger", "30"),
    grant(2, "2024-05-01", "alpha", None, "40", file="more.csv"),
    grant(3, "2024-05-02", "fund", "beta", "5", file="more.csv"),
    # before and after what is computed
    grant(10, "2023-12-31", "fund", "alpha", "1"),
    grant(11, "2024-07-01", "fund", "alpha", "1"),
]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricValues]:
    """The grants, and a directory in which beta has no other artifact."""
    projects = {"alpha": [REPOSITORY], "beta": []}
    home = tmp_path_factory.mktemp("funding_metrics")
    with metric_values(home, SPAN, projects, {"both": ["alpha", "beta"]}, {"oss_funding.grants": GRANTS}) as found:
        yield found


# suffix, received by alpha, by the collection of alpha and beta; awarded by alpha, which is all that the two awarded
RECEIVED = [
    (
        "monthly",
        {"2024-01-01": 0.5, "2024-03-01": 1e9, "2024-04-01": 20},
        {"2024-01-01": 0.5, "2024-03-01": 1e9, "2024-04-01": 30, "2024-05-01": 5},
        {"2024-04-01": 30, "2024-05-01": 70},
    ),
    (
        "quarterly",
        {"2024-01-01": 1e9 + 0.5, "2024-04-01": 20},
        {"2024-01-01": 1e9 + 0.5, "2024-04-01": 35},
        {"2024-04-01": 100},
    ),
    ("biannually", {"2024-01-01": 1e9 + 20.5}, {"2024-01-01": 1e9 + 35.5}, {"2024-01-01": 100}),
    ("over_all_time", {LAST_DAY: 1e9 + 20.5}, {LAST_DAY: 1e9 + 35.5}, {LAST_DAY: 100}),
    (
        "daily",
        {"2024-01-15": 0.5, "2024-03-31": 1e9, "2024-04-02": 20},
        {"2024-01-15": 0.5, "2024-03-31": 1e9, "2024-04-01": 10, "2024-04-02": 20, "2024-05-02": 5},
        {"2024-04-01": 10, "2024-04-02": 20, "2024-05-01": 70},
    ),
]


@pytest.mark.parametrize(("suffix", "received", "received_by_both", "awarded"), RECEIVED, ids=[r[0] for r in RECEIVED])
@pytest.mark.parametrize("entity_type", ENTITIES)
def test_grants_are_summed_on_both_sides(
    values: MetricValues, entity_type: str, suffix: str, received: dict, received_by_both: dict, awarded: dict
) -> None:
    found = values.of(f"funding_to_{entity_type}_{suffix}", ALPHA[entity_type])
    assert found == {
        "funding_received": received_by_both if entity_type == "collection" else received,
        "funding_awarded": awarded,
    }


@pytest.mark.parametrize("entity_type", ENTITIES)
def test_funders_are_distinct_names_that_gave_something(values: MetricValues, entity_type: str) -> None:
    of_all_time = values.of(f"funders_to_{entity_type}_over_all_time", ALPHA[entity_type])
    # fund, other-fund, and alpha itself; beta was given by the same
    assert of_all_time == {"funders": {LAST_DAY: 3}}
    of_quarters = values.of(f"funders_to_{entity_type}_quarterly", ALPHA[entity_type])
    expected = {"2024-01-01": 2, "2024-04-01": 2 if entity_type == "collection" else 1}
    assert of_quarters == {"funders": expected}


def test_a_project_without_other_artifacts_is_funded_too(values: MetricValues) -> None:
    assert values.of("funding_to_project_over_all_time", ids.project_id("beta")) == {"funding_received": {LAST_DAY: 15}}


def test_who_is_no_project_has_an_account_of_that_name(values: MetricValues) -> None:
    awarded = values.of("funding_to_artifact_over_all_time", ids.funding_account_id("fund"))
    assert awarded == {"funding_awarded": {LAST_DAY: 5.5}}
    described = values.run.rows(
        "SELECT artifact_name, artifact_id FROM oso.artifacts_v1 WHERE artifact_source = 'OSS_FUNDING' ORDER BY 1"
    )
    names = ("alpha", "beta", "fund", "other-fund", "stranger", "third-fund")
    assert described == [(name, ids.funding_account_id(name)) for name in names]


def test_amounts_are_exact_until_they_are_published(values: MetricValues) -> None:
    rows = values.run.rows(
        "SELECT amount FROM oso.int_events_daily__funding WHERE event_type = 'FUNDING_RECEIVED' "
        "AND bucket_day < '2024-04-01' ORDER BY ALL"
    )
    assert rows == [(Decimal("0.5"),), (Decimal("1000000000.000000000000000001"),)]


def test_a_grant_without_recipient_was_awarded_all_the_same(values: MetricValues) -> None:
    nobody = ids.funding_account_id("")
    rows = values.run.rows(
        "SELECT event_type, to_artifact_id, CAST(amount AS DOUBLE) FROM oso.int_events_daily__funding "
        f"WHERE '{nobody}' IN (from_artifact_id, to_artifact_id)"
    )
    assert rows == [("FUNDING_AWARDED", ids.funding_account_id("alpha"), 40.0)]


def test_no_audit_of_funding_fails_and_a_range_is_its_days(values: MetricValues) -> None:
    assert {model for model, _ in values.run.failures} == {"oso.stg_github__events"}
    query = "SELECT * FROM oso.int_events_daily__funding ORDER BY ALL"
    of_range = values.run.rows(query)
    values.run.evaluate(SPAN, days_at_once=61)
    assert values.run.rows(query) == of_range
