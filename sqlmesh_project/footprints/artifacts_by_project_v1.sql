/* Artifacts that came to a project or left it: the days of their events, for those who read the same events */
WITH artifacts AS (
  SELECT
    changed.artifact_id
  FROM changed
  GROUP BY
    changed.artifact_id,
    changed.project_id,
    changed.valid_from,
    changed.valid_to
  /* twice: before and after, with another name */
  HAVING
    COUNT(*) = 1
)
SELECT DISTINCT
  events.bucket_day AS day,
  'oso.int_events_daily__github' AS via
FROM oso.int_events_daily__github AS events
INNER JOIN artifacts
  ON artifacts.artifact_id = events.to_artifact_id
UNION ALL
SELECT DISTINCT
  events.bucket_day AS day,
  'oso.int_first_of_event_from_artifact__github' AS via
FROM oso.int_events_daily__github AS events
INNER JOIN artifacts
  ON artifacts.artifact_id = events.to_artifact_id
UNION ALL
SELECT DISTINCT
  events.bucket_day AS day,
  'oso.int_events_daily__blockchain' AS via
FROM oso.int_events_daily__blockchain AS events
INNER JOIN artifacts
  ON artifacts.artifact_id = events.to_artifact_id
