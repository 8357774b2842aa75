SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(
    CASE events.event_type
      WHEN 'TOKEN_TRANSFER'
      THEN 'token_transfers'
      WHEN 'TOKEN_TRANSFER_VOLUME'
      THEN 'token_transfer_volume'
    END
  ) AS metric,
  SUM(events.amount) AS amount
FROM oso.int_events_daily__token_transfers AS events
WHERE
  events.event_type IN ('TOKEN_TRANSFER', 'TOKEN_TRANSFER_VOLUME')
  AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
