"""What the daily schedule decides, with a given clock."""

from datetime import UTC, date, datetime

from oso_dagster.defs.schedules import decide
from oso_lake.calendar import Grain, Window

START = date(2024, 1, 1)
GRAINS = (Grain.DAILY, Grain.WEEKLY, Grain.MONTHLY)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_ordinary_night_lands_yesterday_and_computes_its_day_alone() -> None:
    decision = decide(_at("2024-05-10 03:30"), START, date(2024, 5, 9), GRAINS)
    assert decision is not None
    assert decision.land == Window(date(2024, 5, 9), date(2024, 5, 10))
    assert decision.compute == {Grain.DAILY: Window(date(2024, 5, 9), date(2024, 5, 10))}


def test_the_night_after_a_sunday_that_ends_a_month_computes_week_and_month() -> None:
    decision = decide(_at("2024-07-01 03:30"), START, date(2024, 6, 30), GRAINS)
    assert decision is not None
    assert decision.compute[Grain.WEEKLY] == Window(date(2024, 6, 24), date(2024, 7, 1))
    assert decision.compute[Grain.MONTHLY] == Window(date(2024, 6, 1), date(2024, 7, 1))


def test_before_the_lateness_is_over_the_day_is_not_due() -> None:
    decision = decide(_at("2024-05-10 02:59"), START, date(2024, 5, 8), GRAINS)
    assert decision is not None
    assert decision.land == Window(date(2024, 5, 8), date(2024, 5, 9))


def test_a_machine_that_was_off_catches_up_by_a_week_at_most() -> None:
    decision = decide(_at("2024-05-10 03:30"), START, date(2024, 4, 1), GRAINS)
    assert decision is not None
    assert decision.land == Window(date(2024, 5, 3), date(2024, 5, 10))
    assert decision.compute[Grain.DAILY] == decision.land


def test_what_is_landed_already_is_asked_for_again_for_one_day() -> None:
    decision = decide(_at("2024-05-10 03:30"), START, date(2024, 5, 10), GRAINS)
    assert decision is not None
    assert decision.land == Window(date(2024, 5, 9), date(2024, 5, 10))


def test_on_the_first_day_nothing_is_due() -> None:
    assert decide(_at("2024-01-01 23:00"), START, START, GRAINS) is None


def test_a_week_that_began_before_the_start_is_never_due() -> None:
    decision = decide(_at("2024-02-05 03:30"), date(2024, 1, 31), date(2024, 2, 1), GRAINS)
    assert decision is not None
    assert Grain.WEEKLY not in decision.compute
