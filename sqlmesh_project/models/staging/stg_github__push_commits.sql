MODEL (
  name oso.stg_github__push_commits,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column pushed_at
  ),
  description 'Commits that pushes name, one row a push and commit: those it lists, and the one it ends with.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=code'),
  column_descriptions (
    pushed_at = 'When the push happened, UTC.',
    push_event_id = 'Event id of the push.',
    repo_id = 'Repository pushed to.',
    actor_id = 'Account that pushed.',
    sha = 'Commit.',
    is_listed = 'Whether the push lists it; false when it only ends with it.',
    file_hour = 'Hour of the archive''s file that the push stands in.',
    line_number = 'Line in that file.'
  ),
  grain (pushed_at, push_event_id, sha),
  audits (
    not_null(columns := (pushed_at, push_event_id, repo_id, actor_id, sha, is_listed)),
    unique_combination_of_columns(columns := (pushed_at, push_event_id, sha))
  )
);

WITH pushes AS (
  SELECT
    events.created_at AS pushed_at,
    events.event_id AS push_event_id,
    events.repo_id,
    events.actor_id,
    events.push_head,
    events.commit_shas,
    events.file_hour,
    events.line_number
  FROM oso.stg_github__events AS events
  WHERE
    events.event_type = 'PushEvent'
    AND events.created_at BETWEEN @start_dtntz AND @end_dtntz
), listed AS (
  SELECT
    pushes.pushed_at,
    pushes.push_event_id,
    pushes.repo_id,
    pushes.actor_id,
    CAST(pushed.sha AS TEXT) AS sha,
    1 AS is_listed,
    pushes.file_hour,
    pushes.line_number
  FROM pushes
  CROSS JOIN UNNEST(pushes.commit_shas) AS pushed(sha)
), heads AS (
  SELECT
    pushes.pushed_at,
    pushes.push_event_id,
    pushes.repo_id,
    pushes.actor_id,
    pushes.push_head AS sha,
    0 AS is_listed,
    pushes.file_hour,
    pushes.line_number
  FROM pushes
  WHERE
    NOT pushes.push_head IS NULL
), named AS (
  SELECT
    *
  FROM listed
  UNION ALL
  SELECT
    *
  FROM heads
)
SELECT
  named.pushed_at,
  named.push_event_id,
  named.repo_id,
  named.actor_id,
  named.sha,
  MAX(named.is_listed) = 1 AS is_listed,
  named.file_hour,
  named.line_number
FROM named
GROUP BY
  named.pushed_at,
  named.push_event_id,
  named.repo_id,
  named.actor_id,
  named.sha,
  named.file_hour,
  named.line_number
