MODEL (
  name oso.int_first_of_event_from_artifact__github,
  kind FULL,
  description 'When somebody first did something to a repository, one row an actor, repository and event type. Later events never change it.',
  owner oso,
  tags ('model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'First time since the start of the project''s data, UTC.',
    event_source = 'GITHUB.',
    from_artifact_id = 'Who did it.',
    to_artifact_id = 'Repository it was done to.',
    event_type = 'What was done, for example COMMIT_CODE.'
  ),
  grain (event_source, from_artifact_id, to_artifact_id, event_type),
  audits (
    not_null(columns := (time, event_source, from_artifact_id, to_artifact_id, event_type)),
    unique_combination_of_columns(columns := (event_source, from_artifact_id, to_artifact_id, event_type))
  )
);

SELECT
  MIN(events.time) AS time,
  events.event_source,
  events.from_artifact_id,
  events.to_artifact_id,
  events.event_type
FROM oso.int_events__github AS events
GROUP BY
  events.event_source,
  events.from_artifact_id,
  events.to_artifact_id,
  events.event_type
