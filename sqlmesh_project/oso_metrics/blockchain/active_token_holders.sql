SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT events.from_artifact_id) AS amount
FROM oso.int_events_daily__token_transfers AS events
WHERE
  events.event_type = 'TOKEN_HOLDER_ACTIVITY'
  AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
