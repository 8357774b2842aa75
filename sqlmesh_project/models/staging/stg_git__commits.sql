MODEL (
  name oso.stg_git__commits,
  kind FULL,
  description 'Commits in the histories of the directory''s repositories as last fetched, one row a repository name and commit.',
  owner oso,
  tags ('model_type=staging', 'category=code'),
  column_descriptions (
    repository_name = 'owner/name as the directory gives it, lower case.',
    sha = 'Commit.',
    committed_at = 'The committer''s time, UTC; decides the day it counts for.',
    author_email = 'Author''s e-mail, lower case.',
    author_name = 'Author''s name.',
    is_merge = 'Whether it has more than one parent.'
  ),
  grain (repository_name, sha),
  audits (
    not_null(columns := (repository_name, sha, committed_at)),
    unique_combination_of_columns(columns := (repository_name, sha))
  )
);

SELECT
  LOWER(commits.repository) AS repository_name,
  commits.sha,
  CAST(commits.committed_at AS TIMESTAMP) AS committed_at,
  LOWER(commits.author_email) AS author_email,
  commits.author_name,
  commits.is_merge
FROM raw.git_history.commits AS commits
