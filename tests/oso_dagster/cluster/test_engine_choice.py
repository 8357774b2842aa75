"""Small work does not wake the cluster; what is large, unknown or not for DuckDB does."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from oso_dagster.cluster.routing import Engine, Job, Small, choose_engine

SMALL = Small(seconds=60.0, scanned_bytes=2_000_000_000)
JOB = Job(seconds=10.0, scanned_bytes=10**8, is_guessed=False)
JOBS = st.builds(
    Job,
    seconds=st.floats(0, 1e5),
    scanned_bytes=st.integers(0, 10**14),
    is_guessed=st.booleans(),
    reason=st.sampled_from(["", "oso.x failed before"]),
)


def test_what_is_small_stays_on_duckdb() -> None:
    assert choose_engine(JOB, SMALL).explain() == "computed on DuckDB: about 10 s: too small to wake a cluster for"


def test_the_limits_themselves_are_still_small() -> None:
    assert choose_engine(replace(JOB, seconds=60.0, scanned_bytes=2_000_000_000), SMALL).engine == Engine.DUCKDB
    assert choose_engine(replace(JOB, seconds=60.5), SMALL).reason == "about 60 s, more than the 60 s of small work"
    assert choose_engine(replace(JOB, scanned_bytes=5_000_000_000), SMALL).reason == (
        "reads about 5.0 GB, more than the 2.0 GB of small work"
    )


def test_what_nobody_ever_ran_goes_to_the_cluster() -> None:
    choice = choose_engine(replace(JOB, is_guessed=True), SMALL)
    assert choice.explain() == "computed on Trino: nothing is known of its cost"


@given(JOBS, st.floats(0, 1e5))
def test_more_work_never_moves_back_to_duckdb(job: Job, more: float) -> None:
    if choose_engine(replace(job, seconds=job.seconds + more), SMALL).engine == Engine.DUCKDB:
        assert choose_engine(job, SMALL).engine == Engine.DUCKDB
    if job.reason:
        assert choose_engine(job, SMALL).reason == job.reason
