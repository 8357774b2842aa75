/* A bucket or window and the one of the same length before it, so that the one in which everybody left has a row too */
WITH current_users AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id
  FROM @metrics_peer_ref(user_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, 0)
), previous_users AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id
  FROM @metrics_peer_ref(user_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
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
), users AS (
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
), known AS (
  SELECT
    users.event_source,
    users.to_artifact_id,
    users.is_current,
    users.is_previous,
    CASE
      WHEN first_transactions.first_at >= @metrics_start('DATE')
      THEN users.is_current
      ELSE 0
    END AS is_new
  FROM users
  INNER JOIN first_transactions
    ON first_transactions.event_source = users.event_source
    AND first_transactions.to_artifact_id = users.to_artifact_id
    AND first_transactions.from_artifact_id = users.from_artifact_id
), compared AS (
  SELECT
    known.event_source,
    known.to_artifact_id,
    SUM(known.is_current) AS active_users,
    SUM(known.is_new) AS new_users,
    SUM(known.is_current * (
      1 - known.is_previous
    ) * (
      1 - known.is_new
    )) AS returning_users,
    SUM(known.is_current * known.is_previous) AS retained_users,
    SUM(1 - known.is_current) AS churned_users,
    SUM(known.is_current - known.is_previous) AS active_change
  FROM known
  GROUP BY
    known.event_source,
    known.to_artifact_id
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  compared.event_source,
  compared.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(names.name) AS metric,
  CASE names.name
    WHEN 'active_users'
    THEN compared.active_users
    WHEN 'new_users'
    THEN compared.new_users
    WHEN 'returning_users'
    THEN compared.returning_users
    WHEN 'retained_users'
    THEN compared.retained_users
    WHEN 'churned_users'
    THEN compared.churned_users
    ELSE compared.active_change
  END AS amount
FROM compared
CROSS JOIN (
  SELECT
    'active_users' AS name
  UNION ALL
  SELECT
    'new_users' AS name
  UNION ALL
  SELECT
    'returning_users' AS name
  UNION ALL
  SELECT
    'retained_users' AS name
  UNION ALL
  SELECT
    'churned_users' AS name
  UNION ALL
  SELECT
    'change_in_active_users' AS name
) AS names
