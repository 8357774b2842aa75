MODEL (
  name oso.int_events__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'What people and bots did to GitHub repositories, one row an event. Payloads before and after 2025-10-07 mean the same here: a merge is PULL_REQUEST_MERGED, whether said by merged = true or by an action, and a commit is COMMIT_CODE once a repository, whether a git history or a push told of it.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'When it happened, UTC. For a commit the committer''s time, or that of its first push where no history holds it.',
    event_id = 'GitHub''s event id; of a commit its sha.',
    event_type = 'What was done, for example STARRED; actions that @github_event_type does not list count as nothing.',
    event_source = 'GITHUB.',
    from_artifact_id = 'Who did it: an account, or an e-mail that belongs to no known account.',
    to_artifact_id = 'Repository it was done to.'
  ),
  grain (time, event_type, event_id, to_artifact_id),
  audits (
    not_null(columns := (time, event_id, event_type, from_artifact_id, to_artifact_id)),
    unique_combination_of_columns(columns := (time, event_type, event_id, to_artifact_id)),
    accepted_values(
      "column" := event_type,
      is_in := (
        'STARRED',
        'FORKED',
        'ISSUE_OPENED',
        'ISSUE_CLOSED',
        'ISSUE_REOPENED',
        'ISSUE_COMMENT',
        'PULL_REQUEST_OPENED',
        'PULL_REQUEST_REOPENED',
        'PULL_REQUEST_MERGED',
        'PULL_REQUEST_CLOSED',
        'PULL_REQUEST_REVIEW',
        'PULL_REQUEST_REVIEW_COMMENT',
        'RELEASE_PUBLISHED',
        'COMMIT_CODE'
      )
    )
  )
);

WITH actions AS (
  SELECT
    events.created_at AS time,
    events.event_id,
    @github_event_type(events.event_type, events.action, events.is_merged) AS event_type,
    @oso_id('GITHUB', 'user', CAST(events.actor_id AS TEXT)) AS from_artifact_id,
    @oso_id('GITHUB', 'repository', CAST(events.repo_id AS TEXT)) AS to_artifact_id
  FROM oso.stg_github__events AS events
  WHERE
    events.created_at BETWEEN @start_dtntz AND @end_dtntz
    AND events.event_type <> 'PushEvent'
), commits AS (
  SELECT
    from_history.committed_at AS time,
    from_history.sha,
    from_history.from_artifact_id,
    from_history.to_artifact_id
  FROM oso.int_commits__git AS from_history
  WHERE
    from_history.committed_at BETWEEN @start_dtntz AND @end_dtntz
  UNION ALL
  SELECT
    from_pushes.pushed_at AS time,
    from_pushes.sha,
    from_pushes.from_artifact_id,
    from_pushes.to_artifact_id
  FROM oso.int_commits__pushes AS from_pushes
  WHERE
    from_pushes.pushed_at BETWEEN @start_dtntz AND @end_dtntz
    AND NOT EXISTS(
      SELECT
        1
      FROM oso.int_commits__git AS from_history
      WHERE
        from_history.to_artifact_id = from_pushes.to_artifact_id
        AND from_history.sha = from_pushes.sha
    )
)
SELECT
  actions.time,
  actions.event_id,
  actions.event_type,
  'GITHUB' AS event_source,
  actions.from_artifact_id,
  actions.to_artifact_id
FROM actions
WHERE
  NOT actions.event_type IS NULL
UNION ALL
SELECT
  commits.time,
  commits.sha AS event_id,
  'COMMIT_CODE' AS event_type,
  'GITHUB' AS event_source,
  commits.from_artifact_id,
  commits.to_artifact_id
FROM commits
