/* Variance over mean of the events a day, days without events included from the first day of the entity on. Of equal
   days, rounding may leave less than nothing */
WITH days AS (
  SELECT
    events.event_source,
    events.to_artifact_id,
    events.bucket_day,
    SUM(events.amount) AS events_of_day
  FROM oso.int_events_daily__github AS events
  WHERE
    events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY
    events.event_source,
    events.to_artifact_id,
    events.bucket_day
), first_events AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  GROUP BY
    event_source,
    to_artifact_id
), moments AS (
  SELECT
    days.event_source,
    days.to_artifact_id,
    CASE
      WHEN first_events.first_at < @metrics_start('TIMESTAMP')
      THEN DATE_DIFF('DAY', @metrics_start('DATE'), @metrics_end('DATE'))
      ELSE DATE_DIFF('DAY', CAST(first_events.first_at AS DATE), @metrics_end('DATE'))
    END AS day_count,
    SUM(days.events_of_day) AS total,
    SUM(days.events_of_day * days.events_of_day) AS total_of_squares
  FROM days
  INNER JOIN first_events
    ON first_events.event_source = days.event_source
    AND first_events.to_artifact_id = days.to_artifact_id
  GROUP BY
    days.event_source,
    days.to_artifact_id,
    first_events.first_at
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  moments.event_source,
  moments.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  GREATEST(moments.total_of_squares / moments.total - moments.total / moments.day_count, 0) AS amount
FROM moments
