MODEL (
  name oso.stg_github__events,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column created_at
  ),
  description 'GitHub events as archived, one row an event: repeated lines are dropped, and so are those that arrive too late for their day. Both payload eras stand side by side; int_events__github gives them one meaning.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=code'),
  column_descriptions (
    created_at = 'When it happened, UTC; decides the day it counts for.',
    event_id = 'GitHub''s id. Unique within an event type and a day only: ids are neither ordered nor one sequence.',
    event_type = 'GitHub''s event type, for example WatchEvent.',
    action = 'What was done, for example opened; null for types without actions.',
    actor_id = 'Account that did it.',
    actor_login = 'Its login at that time.',
    repo_id = 'Repository it was done to.',
    repo_name = 'Its owner/name at that time.',
    number = 'Number of the issue or pull request, if there is one.',
    is_merged = 'Whether a closed pull request was merged; null since 2025-10-07, when merging became an action.',
    pull_request_created_at = 'When the pull request was opened, UTC; null since 2025-10-07.',
    pull_request_user_id = 'Account that opened it; null since 2025-10-07.',
    issue_created_at = 'When the issue was opened, UTC, or the pull request that a comment is about.',
    issue_user_id = 'Account that opened it.',
    is_pull_request_issue = 'Whether that issue is a pull request; null without one.',
    push_head = 'Commit a push ends with.',
    commit_shas = 'Commits a push lists, at most 20; null since 2025-10-07.',
    file_hour = 'Hour of the archive''s file that it stands in.',
    line_number = 'Line in that file.'
  ),
  grain (created_at, event_type, event_id),
  audits (
    not_null(columns := (created_at, event_id, event_type, actor_id, repo_id)),
    unique_combination_of_columns(columns := (created_at, event_type, event_id)),
    no_missing_hours,
    no_late_events
  )
);

SELECT
  CAST(events.created_at AS TIMESTAMP) AS created_at,
  events.id AS event_id,
  events.type AS event_type,
  events.action,
  events.actor_id,
  events.actor_login,
  events.repo_id,
  events.repo_name,
  events.number,
  events.is_merged,
  CAST(events.pull_request_created_at AS TIMESTAMP) AS pull_request_created_at,
  events.pull_request_user_id,
  CAST(events.issue_created_at AS TIMESTAMP) AS issue_created_at,
  events.issue_user_id,
  events.is_pull_request_issue,
  events.push_head,
  CAST(LIST_TRANSFORM(events.commits, pushed -> pushed.sha) AS TEXT[]) AS commit_shas,
  CAST(events.file_hour AS TIMESTAMP) AS file_hour,
  events.line_number
FROM raw.github_archive.events AS events
WHERE
  events.created_at BETWEEN @start_dt AND @end_dt
  AND @arrived_in_time(events.file_hour, events.created_at)
QUALIFY
  ROW_NUMBER() OVER (
    PARTITION BY events.type, events.id, CAST(events.created_at AS DATE)
    ORDER BY events.file_hour, events.line_number
  ) = 1
