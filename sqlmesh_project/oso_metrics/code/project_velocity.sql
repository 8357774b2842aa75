SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  SUM(CASE WHEN events.event_type IN @work_types THEN events.amount ELSE 0 END) + 2 * COUNT(
    DISTINCT CASE
      WHEN events.event_type IN @contribution_types AND bots.artifact_id IS NULL
      THEN events.from_artifact_id
    END
  ) AS amount
FROM oso.int_events_daily__github AS events
LEFT JOIN oso.int_bots AS bots
  ON bots.artifact_id = events.from_artifact_id
WHERE
  events.event_type IN @event_types
  AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
