MODEL (
  name oso.int_commits__pushes,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column pushed_at
  ),
  description 'Commits known from pushes, one row a repository and commit: the first push that lists it. A commit is listed by up to 16 pushes.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    pushed_at = 'When that push happened, UTC.',
    sha = 'Commit.',
    from_artifact_id = 'Account that pushed it.',
    to_artifact_id = 'Repository.'
  ),
  grain (to_artifact_id, sha),
  audits (
    not_null(columns := (pushed_at, sha, from_artifact_id, to_artifact_id)),
    unique_combination_of_columns(columns := (to_artifact_id, sha))
  )
);

WITH first_of_window AS (
  SELECT
    push_commits.pushed_at,
    push_commits.sha,
    push_commits.actor_id,
    push_commits.repo_id
  FROM oso.stg_github__push_commits AS push_commits
  WHERE
    push_commits.is_listed
    AND push_commits.pushed_at BETWEEN @start_dtntz AND @end_dtntz
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY push_commits.repo_id, push_commits.sha
      ORDER BY push_commits.pushed_at, push_commits.file_hour, push_commits.line_number
    ) = 1
)
SELECT
  first_of_window.pushed_at,
  first_of_window.sha,
  @oso_id('GITHUB', 'user', CAST(first_of_window.actor_id AS TEXT)) AS from_artifact_id,
  @oso_id('GITHUB', 'repository', CAST(first_of_window.repo_id AS TEXT)) AS to_artifact_id
FROM first_of_window
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM oso.stg_github__push_commits AS earlier
    WHERE
      earlier.is_listed
      AND earlier.repo_id = first_of_window.repo_id
      AND earlier.sha = first_of_window.sha
      AND earlier.pushed_at < @start_dtntz
  )
