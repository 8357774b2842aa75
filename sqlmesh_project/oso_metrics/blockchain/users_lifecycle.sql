/* A bucket or window and the one of the same length before it, so that the one in which everybody left has a row too */
WITH current_users AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id
  FROM @metrics_peer_ref(user_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(
      @metrics_end('DATE'),
      @rolling_window,
      @rolling_unit,
      0
    )
), previous_users AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id
  FROM @metrics_peer_ref(user_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(
      @metrics_end('DATE'),
      @rolling_window,
      @rolling_unit,
      -1
    )
), first_transactions AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__blockchain AS firsts
  WHERE
    firsts.event_type = 'TRANSACTION'
  GROUP BY
    event_source,
    to_artifact_id,
    from_artifact_id
), compared AS (
  SELECT
    COALESCE(current_users.event_source, previous_users.event_source) AS event_source,
    COALESCE(current_users.to_artifact_id, previous_users.to_artifact_id) AS to_artifact_id,
    COALESCE(current_users.from_artifact_id, previous_users.from_artifact_id) AS from_artifact_id,
    CASE WHEN current_users.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_current,
    CASE WHEN previous_users.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_previous
  FROM current_users
  FULL JOIN previous_users
    ON previous_users.event_source = current_users.event_source
    AND previous_users.to_artifact_id = current_users.to_artifact_id
    AND previous_users.from_artifact_id = current_users.from_artifact_id
), classified AS (
  SELECT
    compared.event_source,
    compared.to_artifact_id,
    compared.is_current,
    compared.is_previous,
    CASE
      WHEN first_transactions.first_at >= @metrics_start('DATE')
      THEN compared.is_current
      ELSE 0
    END AS is_new
  FROM compared
  INNER JOIN first_transactions
    ON first_transactions.event_source = compared.event_source
    AND first_transactions.to_artifact_id = compared.to_artifact_id
    AND first_transactions.from_artifact_id = compared.from_artifact_id
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  classified.event_source,
  classified.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(measures.measure) AS metric,
  SUM(
    CASE measures.measure
      WHEN 'active_users'
      THEN classified.is_current
      WHEN 'new_users'
      THEN classified.is_new
      WHEN 'returning_users'
      THEN classified.is_current * (1 - classified.is_previous) * (1 - classified.is_new)
      WHEN 'retained_users'
      THEN classified.is_current * classified.is_previous
      WHEN 'churned_users'
      THEN classified.is_previous * (1 - classified.is_current)
      WHEN 'change_in_active_users'
      THEN classified.is_current - classified.is_previous
    END
  ) AS amount
FROM classified
CROSS JOIN (
  SELECT 'active_users' AS measure
  UNION ALL
  SELECT 'new_users' AS measure
  UNION ALL
  SELECT 'returning_users' AS measure
  UNION ALL
  SELECT 'retained_users' AS measure
  UNION ALL
  SELECT 'churned_users' AS measure
  UNION ALL
  SELECT 'change_in_active_users' AS measure
) AS measures
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
