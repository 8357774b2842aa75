/* One row a person: the from_artifact_id stays, which makes this an intermediate metric */
SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  events.from_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT events.bucket_day) AS amount
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
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
