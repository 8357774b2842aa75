MODEL (
  name oso.int_commits__git,
  kind FULL,
  description 'Commits known from git histories, one row a repository and commit: with the committer''s time and the author as a person.',
  owner oso,
  tags ('model_type=intermediate', 'category=code'),
  column_descriptions (
    committed_at = 'The committer''s time, UTC.',
    sha = 'Commit.',
    from_artifact_id = 'Its author.',
    to_artifact_id = 'Repository.'
  ),
  grain (to_artifact_id, sha),
  audits (
    not_null(columns := (committed_at, sha, from_artifact_id, to_artifact_id)),
    unique_combination_of_columns(columns := (to_artifact_id, sha))
  )
);

SELECT DISTINCT
  commits.committed_at,
  commits.sha,
  identities.artifact_id AS from_artifact_id,
  COALESCE(
    repositories.artifact_id,
    @oso_id('GITHUB', 'repository_name', commits.repository_name)
  ) AS to_artifact_id
FROM oso.stg_git__commits AS commits
INNER JOIN oso.int_git_identities AS identities
  ON identities.author_email = commits.author_email
LEFT JOIN oso.int_github_repositories AS repositories
  ON repositories.repository_name = commits.repository_name
  AND repositories.is_current_holder
