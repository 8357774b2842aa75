"""The skeletons that `oso metrics new` writes: SQL that is right as it stands, and what is registered with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GRAINS = ("daily", "weekly", "monthly")


_EVENTS = """
SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  $amount AS amount
FROM $source AS events
WHERE
  $condition
  $people AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
"""
_NO_BOTS = "AND NOT events.from_artifact_id IN (SELECT bots.artifact_id FROM oso.int_bots AS bots)"
_CHANGE = """
WITH current_window AS (
  SELECT peer.event_source, peer.to_artifact_id, SUM(peer.amount) AS amount
  FROM @metrics_peer_ref($peer) AS peer
  WHERE peer.metrics_sample_date = @metrics_end('DATE')
  GROUP BY event_source, to_artifact_id
), previous_window AS (
  SELECT peer.event_source, peer.to_artifact_id, SUM(peer.amount) AS amount
  FROM @metrics_peer_ref($peer) AS peer
  WHERE peer.metrics_sample_date =
    @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
  GROUP BY event_source, to_artifact_id
)
SELECT
  @metrics_end('DATE') AS metrics_sample_date,
  COALESCE(current_window.event_source, previous_window.event_source) AS event_source,
  COALESCE(current_window.to_artifact_id, previous_window.to_artifact_id) AS to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  COALESCE(current_window.amount, 0) - COALESCE(previous_window.amount, 0) AS amount
FROM current_window
FULL JOIN previous_window
  ON previous_window.event_source = current_window.event_source
  AND previous_window.to_artifact_id = current_window.to_artifact_id
"""


@dataclass(frozen=True, kw_only=True)
class Template:
    """One kind of metric. `sql` has `$source`, `$condition`, `$first` (the first event type) and `$peer`
    to fill.

    `description`, `unit` and `display_name` are what is registered when the author gives none; they are true of the
    skeleton. `rolling` are windows in days.
    """

    summary: str
    family: str
    description: str
    unit: str
    additivity: str
    sql: str = _EVENTS
    amount: str = ""
    people: str = ""
    events: tuple[str, ...] = ()
    peer: str | None = None
    time_aggregations: tuple[str, ...] = GRAINS
    rolling: tuple[int, ...] = ()
    over_all_time: bool = False
    event_types_by_folder: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def event_types(self, folder: str, given: Sequence[str]) -> tuple[str, ...]:
        """The event types to count: those given, else the usual ones of the folder's events."""
        return tuple(given) or self.event_types_by_folder.get(folder, self.events)


TEMPLATES: Mapping[str, Template] = {
    "sum": Template(
        summary="a sum of events, which adds up over days and repositories",
        family="activity",
        amount="SUM(events.amount)",
        description="Events of type {types}, summed.",
        unit="events",
        additivity="additive",
        events=("COMMIT_CODE",),
        event_types_by_folder={"blockchain": ("TRANSACTION",)},
        over_all_time=True,
    ),
    "people": Template(
        summary="distinct people, automated accounts left out; also over 30 and 90 days",
        family="people",
        amount="COUNT(DISTINCT events.from_artifact_id)",
        people=_NO_BOTS,
        description="Distinct people with an event of type {types}; automated accounts are left out.",
        unit="people",
        additivity="non_additive",
        events=("COMMIT_CODE",),
        event_types_by_folder={"blockchain": ("TRANSACTION",)},
        rolling=(30, 90),
    ),
    "share": Template(
        summary="the share (0 to 1) of the first event type among all those given",
        family="activity",
        amount="SUM(CASE WHEN events.event_type = $first THEN events.amount ELSE 0 END) / SUM(events.amount)",
        description="Events of type {first} over all of type {types}, from 0 to 1.",
        unit="share",
        additivity="non_additive",
        events=("PULL_REQUEST_MERGED", "PULL_REQUEST_OPENED"),
        time_aggregations=("weekly", "monthly"),
    ),
    "change": Template(
        summary="another metric's value less that of the window before, over 30 and 90 days; growth is positive",
        family="people",
        sql=_CHANGE,
        description="{peer} of a window less that of the window of the same length before it; growth is positive.",
        unit="people",
        additivity="non_additive",
        peer="active_developers",
        time_aggregations=(),
        rolling=(30, 90),
    ),
}  # fmt: skip
SOURCES: Mapping[str, str] = {
    "code": "oso.int_events_daily__github",
    "blockchain": "oso.int_events_daily__blockchain",
}
