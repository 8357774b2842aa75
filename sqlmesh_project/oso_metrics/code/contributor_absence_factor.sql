/* People from the most to the least contributions: those before whom less than half of all is reached are needed for it */
WITH people AS (
  SELECT
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    SUM(events.amount) AS contributions
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type IN @event_types
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
    AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id
), ranked AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    people.contributions,
    SUM(people.contributions) OVER (
      PARTITION BY people.event_source, people.to_artifact_id
      ORDER BY people.contributions DESC, people.from_artifact_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS contributions_so_far,
    SUM(people.contributions) OVER (PARTITION BY people.event_source, people.to_artifact_id) AS all_contributions
  FROM people
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  ranked.event_source,
  ranked.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  COUNT(*) AS amount
FROM ranked
WHERE
  (
    ranked.contributions_so_far - ranked.contributions
  ) * 2 < ranked.all_contributions
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
