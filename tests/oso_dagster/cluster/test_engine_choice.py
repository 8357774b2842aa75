"""Small work does not wake the cluster; what is large, unknown or not for DuckDB does."""

from hypothesis import given
from hypothesis import strategies as st

from oso_dagster.cluster.routing import Engine, Job, Small, choose_engine

SMALL = Small(seconds=60.0, scanned_bytes=2_000_000_000)
JOBS = st.builds(
    Job,
    seconds=st.floats(0, 1e5),
    scanned_bytes=st.integers(0, 10**14),
    is_guessed=st.booleans(),
    duckdb_allowed=st.booleans(),
)


def _job(
    *, seconds: float = 10.0, scanned_bytes: int = 10**8, is_guessed: bool = False, duckdb_allowed: bool = True
) -> Job:
    return Job(seconds=seconds, scanned_bytes=scanned_bytes, is_guessed=is_guessed, duckdb_allowed=duckdb_allowed)


def test_what_is_small_stays_on_duckdb_whether_or_not_the_cluster_is_awake() -> None:
    for is_awake in (False, True):
        choice = choose_engine(_job(), SMALL, is_awake=is_awake)
        assert (choice.engine, choice.reason) == (Engine.DUCKDB, "about 10 s: too small to wake a cluster for")


def test_the_limits_themselves_are_still_small() -> None:
    assert choose_engine(_job(seconds=60.0, scanned_bytes=2_000_000_000), SMALL, is_awake=False).engine == Engine.DUCKDB
    assert choose_engine(_job(seconds=60.5), SMALL, is_awake=False).reason == (
        "about 60 s, more than the 60 s of small work"
    )
    assert choose_engine(_job(scanned_bytes=5_000_000_000), SMALL, is_awake=False).reason == (
        "reads about 5.0 GB, more than the 2.0 GB of small work"
    )


def test_what_nobody_ever_ran_goes_to_the_cluster() -> None:
    assert choose_engine(_job(is_guessed=True), SMALL, is_awake=False).reason == (
        "nothing is known of its cost; the cluster wakes"
    )
    assert "is awake" in choose_engine(_job(is_guessed=True), SMALL, is_awake=True).reason


@given(JOBS, st.floats(0, 1e5), st.booleans())
def test_more_work_never_moves_back_to_duckdb(job: Job, more: float, is_awake: bool) -> None:
    larger = Job(
        seconds=job.seconds + more,
        scanned_bytes=job.scanned_bytes,
        is_guessed=job.is_guessed,
        duckdb_allowed=job.duckdb_allowed,
    )
    if choose_engine(larger, SMALL, is_awake=is_awake).engine == Engine.DUCKDB:
        assert choose_engine(job, SMALL, is_awake=is_awake).engine == Engine.DUCKDB
    if not job.duckdb_allowed:
        assert choose_engine(job, SMALL, is_awake=is_awake).engine == Engine.TRINO
