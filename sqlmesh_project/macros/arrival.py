"""Which arrivals belong to an event's day: `@arrived_in_time(file_hour, created_at)`.

A day is final once its own file hours and those of the source's lateness after it are landed. An event that comes
later is not counted in any batch, so that a day's rows are the same in whatever range they are evaluated.
"""

from datetime import datetime, timedelta

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from oso_lake.sources import RAW_SOURCES

EARLINESS_HOURS = 1
LATENESS_HOURS = RAW_SOURCES["github_archive"].lateness // timedelta(hours=1)


def _hours(count: int) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var("HOUR"))


@macro()
def lateness(evaluator: MacroEvaluator) -> exp.Interval:
    """How long after a day's end its events may still arrive."""
    return _hours(LATENESS_HOURS)


@macro()
def arrived_in_time(evaluator: MacroEvaluator, file_hour: exp.Expr, created_at: exp.Expr) -> exp.Expr:
    """Whether `file_hour` is at most an hour before the UTC day of `created_at`, or the lateness after it.

    The condition on the batch's window, which it implies, stands beside it for the table's partitions to be pruned.
    """

    def instant(at: datetime) -> exp.Expr:
        return exp.cast(exp.Literal.string(at.isoformat(sep=" ")), "TIMESTAMPTZ")

    start = evaluator.locals["start_dt"] - timedelta(hours=EARLINESS_HOURS)
    end = evaluator.locals["end_dt"] + timedelta(hours=LATENESS_HOURS)
    day = exp.cast(exp.cast(created_at.copy(), "DATE"), "TIMESTAMP")
    arrival = exp.cast(file_hour.copy(), "TIMESTAMP")
    arrived = exp.and_(
        exp.GTE(this=file_hour.copy(), expression=instant(start)),
        exp.LTE(this=file_hour.copy(), expression=instant(end)),
        exp.GTE(this=arrival, expression=day - _hours(EARLINESS_HOURS)),
        exp.LT(this=arrival.copy(), expression=day.copy() + _hours(24 + LATENESS_HOURS)),
    )
    # a caller may negate it
    return exp.paren(arrived)
