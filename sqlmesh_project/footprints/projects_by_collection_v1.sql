/* Projects that came to a collection or left it: the days of their artifacts' events */
WITH projects AS (
  SELECT
    changed.project_id
  FROM changed
  GROUP BY
    changed.project_id,
    changed.collection_id,
    changed.valid_from,
    changed.valid_to
  /* twice: before and after, with another name */
  HAVING
    COUNT(*) = 1
), artifacts AS (
  SELECT DISTINCT
    members.artifact_id
  FROM oso.artifacts_by_project_v1 AS members
  INNER JOIN projects
    ON projects.project_id = members.project_id
), events AS (
  SELECT
    daily.bucket_day AS day,
    daily.to_artifact_id,
    'oso.int_events_daily__github' AS via
  FROM oso.int_events_daily__github AS daily
  UNION ALL
  SELECT
    daily.bucket_day AS day,
    daily.to_artifact_id,
    'oso.int_first_of_event_from_artifact__github' AS via
  FROM oso.int_events_daily__github AS daily
  UNION ALL
  SELECT
    daily.bucket_day AS day,
    daily.to_artifact_id,
    'oso.int_events_daily__blockchain' AS via
  FROM oso.int_events_daily__blockchain AS daily
  UNION ALL
  SELECT
    daily.bucket_day AS day,
    daily.to_artifact_id,
    'oso.int_first_of_event_from_artifact__blockchain' AS via
  FROM oso.int_events_daily__blockchain AS daily
  UNION ALL
  SELECT
    daily.bucket_day AS day,
    daily.to_artifact_id,
    'oso.int_events_daily__token_transfers' AS via
  FROM oso.int_events_daily__token_transfers AS daily
  UNION ALL
  SELECT
    daily.bucket_day AS day,
    daily.to_artifact_id,
    'oso.int_events_daily__funding' AS via
  FROM oso.int_events_daily__funding AS daily
)
SELECT DISTINCT
  events.day,
  events.via
FROM events
INNER JOIN artifacts
  ON artifacts.artifact_id = events.to_artifact_id
