MODEL (
  name oso.int_ticket_events__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'What was done about issues and pull requests, one row an event, with what it tells of their opening. Payloads before 2025-10-07 tell when and by whom a pull request was opened; since then only comments on it do.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'When it happened, UTC.',
    event_id = 'GitHub''s event id.',
    event_type = 'What was done, as in int_events__github, for example ISSUE_CLOSED.',
    event_source = 'GITHUB.',
    from_artifact_id = 'Who did it.',
    to_artifact_id = 'Repository of the issue or pull request.',
    ticket_id = 'Repository id, issues or pull, and number, for example 5/pull/7: issues and pull requests share their numbers.',
    ticket_type = 'ISSUE or PULL_REQUEST.',
    opened_at = 'When it was opened, UTC, as the payload tells, or the time of the event that opened it; null where neither is known.',
    opened_by_id = 'Who opened it, likewise.'
  ),
  grain (time, event_type, event_id),
  audits (
    not_null(
      columns := (
        time,
        event_id,
        event_type,
        from_artifact_id,
        to_artifact_id,
        ticket_id,
        ticket_type
      )
    ),
    unique_combination_of_columns(columns := (time, event_type, event_id)),
    accepted_values("column" := ticket_type, is_in := ('ISSUE', 'PULL_REQUEST'))
  )
);

WITH actions AS (
  SELECT
    events.created_at AS time,
    events.event_id,
    @github_event_type(events.event_type, events.action, events.is_merged) AS event_type,
    events.actor_id,
    events.repo_id,
    events.number,
    CASE
      WHEN events.event_type = 'IssuesEvent'
      OR (
        events.event_type = 'IssueCommentEvent' AND NOT events.is_pull_request_issue
      )
      THEN 'ISSUE'
      ELSE 'PULL_REQUEST'
    END AS ticket_type,
    COALESCE(events.issue_created_at, events.pull_request_created_at) AS told_at,
    COALESCE(events.issue_user_id, events.pull_request_user_id) AS told_user_id
  FROM oso.stg_github__events AS events
  WHERE
    events.created_at BETWEEN @start_dtntz AND @end_dtntz
    AND events.event_type IN (
      'IssuesEvent',
      'IssueCommentEvent',
      'PullRequestEvent',
      'PullRequestReviewEvent',
      'PullRequestReviewCommentEvent'
    )
    AND NOT events.number IS NULL
)
SELECT
  actions.time,
  actions.event_id,
  actions.event_type,
  'GITHUB' AS event_source,
  @oso_id('GITHUB', 'user', CAST(actions.actor_id AS TEXT)) AS from_artifact_id,
  @oso_id('GITHUB', 'repository', CAST(actions.repo_id AS TEXT)) AS to_artifact_id,
  CAST(actions.repo_id AS TEXT) || CASE WHEN actions.ticket_type = 'ISSUE' THEN '/issues/' ELSE '/pull/' END || CAST(actions.number AS TEXT) AS ticket_id,
  actions.ticket_type,
  CASE
    WHEN actions.event_type IN ('ISSUE_OPENED', 'PULL_REQUEST_OPENED')
    THEN COALESCE(actions.told_at, actions.time)
    ELSE actions.told_at
  END AS opened_at,
  @oso_id(
    'GITHUB',
    'user',
    CAST(CASE
      WHEN actions.event_type IN ('ISSUE_OPENED', 'PULL_REQUEST_OPENED')
      THEN COALESCE(actions.told_user_id, actions.actor_id)
      ELSE actions.told_user_id
    END AS TEXT)
  ) AS opened_by_id
FROM actions
WHERE
  NOT actions.event_type IS NULL
