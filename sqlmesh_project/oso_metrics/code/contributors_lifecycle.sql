/* Two windows that meet, the current one and the one before it, wherever either has a contributor: everybody that is
   counted is in one of them at least */
WITH current_people AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    active.amount * 30 >= @full_time_days_of_30 * @metrics_sample_interval_length(active.metrics_sample_date, 'day') AS is_full_time
  FROM @metrics_peer_ref(contributor_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, 0)
), previous_people AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    active.amount * 30 >= @full_time_days_of_30 * @metrics_sample_interval_length(active.metrics_sample_date, 'day') AS is_full_time
  FROM @metrics_peer_ref(contributor_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
), people AS (
  SELECT
    COALESCE(current_people.event_source, previous_people.event_source) AS event_source,
    COALESCE(current_people.to_artifact_id, previous_people.to_artifact_id) AS to_artifact_id,
    CASE WHEN current_people.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_current,
    CASE WHEN previous_people.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_previous,
    CASE WHEN current_people.is_full_time THEN 1 ELSE 0 END AS is_full_time,
    CASE WHEN previous_people.is_full_time THEN 1 ELSE 0 END AS was_full_time
  FROM current_people
  FULL JOIN previous_people
    ON previous_people.event_source = current_people.event_source
    AND previous_people.to_artifact_id = current_people.to_artifact_id
    AND previous_people.from_artifact_id = current_people.from_artifact_id
), counted AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    SUM(1 - people.is_current) AS churned,
    SUM(people.is_current * people.is_previous) AS retained,
    SUM(people.is_current - people.is_previous) AS active_change,
    SUM(people.is_full_time - people.was_full_time) AS full_time_change
  FROM people
  GROUP BY
    people.event_source,
    people.to_artifact_id
), newcomers AS (
  SELECT
    came.event_source,
    came.to_artifact_id,
    came.amount
  FROM @metrics_peer_ref(new_contributors) AS came
  WHERE
    came.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, 0)
  UNION ALL
  SELECT
    came.event_source,
    came.to_artifact_id,
    -came.amount AS amount
  FROM @metrics_peer_ref(new_contributors) AS came
  WHERE
    came.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
), new_changes AS (
  SELECT
    newcomers.event_source,
    newcomers.to_artifact_id,
    SUM(newcomers.amount) AS new_change
  FROM newcomers
  GROUP BY
    newcomers.event_source,
    newcomers.to_artifact_id
), compared AS (
  SELECT
    counted.event_source,
    counted.to_artifact_id,
    counted.churned,
    counted.retained,
    counted.active_change,
    counted.full_time_change,
    COALESCE(new_changes.new_change, 0) AS new_change
  FROM counted
  LEFT JOIN new_changes
    ON new_changes.event_source = counted.event_source
    AND new_changes.to_artifact_id = counted.to_artifact_id
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  compared.event_source,
  compared.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(names.name) AS metric,
  CASE names.name
    WHEN 'churned_contributors'
    THEN compared.churned
    WHEN 'retained_contributors'
    THEN compared.retained
    WHEN 'change_in_active_contributors'
    THEN compared.active_change
    WHEN 'change_in_new_contributors'
    THEN compared.new_change
    WHEN 'change_in_full_time_contributors'
    THEN compared.full_time_change
    ELSE compared.active_change - compared.full_time_change
  END AS amount
FROM compared
CROSS JOIN (
  SELECT
    'churned_contributors' AS name
  UNION ALL
  SELECT
    'retained_contributors' AS name
  UNION ALL
  SELECT
    'change_in_active_contributors' AS name
  UNION ALL
  SELECT
    'change_in_new_contributors' AS name
  UNION ALL
  SELECT
    'change_in_full_time_contributors' AS name
  UNION ALL
  SELECT
    'change_in_part_time_contributors' AS name
) AS names
