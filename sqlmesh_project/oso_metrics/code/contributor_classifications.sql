/* Whoever was away for the whole window before, and had come before that, is resurrected */
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
    active.from_artifact_id
  FROM @metrics_peer_ref(contributor_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
), first_contributions AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type IN @contribution_types
  GROUP BY
    event_source,
    to_artifact_id,
    from_artifact_id
), people AS (
  SELECT
    current_people.event_source,
    current_people.to_artifact_id,
    current_people.from_artifact_id,
    current_people.is_full_time,
    previous_people.from_artifact_id IS NULL
    AND first_contributions.first_at < @metrics_start('TIMESTAMP') AS is_resurrected
  FROM current_people
  INNER JOIN first_contributions
    ON first_contributions.event_source = current_people.event_source
    AND first_contributions.to_artifact_id = current_people.to_artifact_id
    AND first_contributions.from_artifact_id = current_people.from_artifact_id
  LEFT JOIN previous_people
    ON previous_people.event_source = current_people.event_source
    AND previous_people.to_artifact_id = current_people.to_artifact_id
    AND previous_people.from_artifact_id = current_people.from_artifact_id
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  people.event_source,
  people.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(names.name) AS metric,
  COUNT(*) AS amount
FROM people
INNER JOIN (
  SELECT
    'active_contributors' AS name
  UNION ALL
  SELECT
    'full_time_contributors' AS name
  UNION ALL
  SELECT
    'part_time_contributors' AS name
  UNION ALL
  SELECT
    'resurrected_contributors' AS name
) AS names
  ON names.name = 'active_contributors'
  OR (
    names.name = 'full_time_contributors' AND people.is_full_time
  )
  OR (
    names.name = 'part_time_contributors' AND NOT people.is_full_time
  )
  OR (
    names.name = 'resurrected_contributors' AND people.is_resurrected
  )
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
