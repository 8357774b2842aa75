"""Where the sources end: a source that is not set up holds nothing up, and makes nothing stale as days go by."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from small_lake import land_events

from oso_dagster.runner.raw_state import RawState
from oso_lake.settings import Settings

BEGIN, END = date(2024, 5, 1), date(2024, 5, 6)


def test_a_source_that_is_not_set_up_is_complete_where_the_others_are_whatever_the_clock_says(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, start=BEGIN)
    assert not settings.evm_chains
    land_events(settings, BEGIN, END)

    for late in (timedelta(0), timedelta(days=400)):
        state = RawState(settings, datetime(2024, 5, 7, tzinfo=UTC) + late)
        assert state.lake_end == END
        assert state.landed_end("evm_chain") == END
