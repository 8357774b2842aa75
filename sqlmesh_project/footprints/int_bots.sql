/* Who became or ceased to be a bot: the days on which they did anything */
SELECT DISTINCT
  events.bucket_day AS day
FROM oso.int_events_daily__github AS events
INNER JOIN changed
  ON changed.artifact_id = events.from_artifact_id
