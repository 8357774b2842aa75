/* Two windows that meet, the current one and the one before it, wherever either has a developer: everybody that is
   counted is in one of them at least */
WITH current_people AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    active.amount * 30 >= @full_time_days_of_30 * @metrics_sample_interval_length(active.metrics_sample_date, 'day') AS is_full_time
  FROM @metrics_peer_ref(developer_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, 0)
), previous_people AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    active.amount * 30 >= @full_time_days_of_30 * @metrics_sample_interval_length(active.metrics_sample_date, 'day') AS is_full_time
  FROM @metrics_peer_ref(developer_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
), first_commits AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type = 'COMMIT_CODE'
  GROUP BY
    event_source,
    to_artifact_id,
    from_artifact_id
), people AS (
  SELECT
    COALESCE(current_people.event_source, previous_people.event_source) AS event_source,
    COALESCE(current_people.to_artifact_id, previous_people.to_artifact_id) AS to_artifact_id,
    COALESCE(current_people.from_artifact_id, previous_people.from_artifact_id) AS from_artifact_id,
    CASE WHEN current_people.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_current,
    CASE WHEN previous_people.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_previous,
    CASE WHEN current_people.is_full_time THEN 1 ELSE 0 END AS is_full_time,
    CASE WHEN previous_people.is_full_time THEN 1 ELSE 0 END AS was_full_time
  FROM current_people
  FULL JOIN previous_people
    ON previous_people.event_source = current_people.event_source
    AND previous_people.to_artifact_id = current_people.to_artifact_id
    AND previous_people.from_artifact_id = current_people.from_artifact_id
), known AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    people.is_current,
    people.is_previous,
    people.is_full_time,
    people.was_full_time,
    CASE
      WHEN first_commits.first_at < @metrics_start('TIMESTAMP')
      THEN 0
      ELSE people.is_current
    END AS is_new
  FROM people
  INNER JOIN first_commits
    ON first_commits.event_source = people.event_source
    AND first_commits.to_artifact_id = people.to_artifact_id
    AND first_commits.from_artifact_id = people.from_artifact_id
), compared AS (
  SELECT
    known.event_source,
    known.to_artifact_id,
    SUM(known.is_new) AS new_people,
    SUM(1 - known.is_previous - known.is_new) AS returning_people,
    SUM(known.is_current * known.is_previous) AS retained,
    SUM(1 - known.is_current) AS churned,
    SUM(known.is_current - known.is_previous) AS active_change,
    SUM(known.is_full_time - known.was_full_time) AS full_time_change
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
    WHEN 'new_developers'
    THEN compared.new_people
    WHEN 'returning_developers'
    THEN compared.returning_people
    WHEN 'retained_developers'
    THEN compared.retained
    WHEN 'churned_developers'
    THEN compared.churned
    WHEN 'change_in_active_developers'
    THEN compared.active_change
    WHEN 'change_in_full_time_developers'
    THEN compared.full_time_change
    ELSE compared.active_change - compared.full_time_change
  END AS amount
FROM compared
CROSS JOIN (
  SELECT
    'new_developers' AS name
  UNION ALL
  SELECT
    'returning_developers' AS name
  UNION ALL
  SELECT
    'retained_developers' AS name
  UNION ALL
  SELECT
    'churned_developers' AS name
  UNION ALL
  SELECT
    'change_in_active_developers' AS name
  UNION ALL
  SELECT
    'change_in_full_time_developers' AS name
  UNION ALL
  SELECT
    'change_in_part_time_developers' AS name
) AS names
