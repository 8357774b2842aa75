MODEL (
  name oso.int_github_repositories,
  kind FULL,
  description 'Names that GitHub repositories have borne, one row a repository id and name. A renamed repository has several names; a name taken over by another repository has several ids.',
  owner oso,
  tags ('model_type=intermediate', 'category=code'),
  column_descriptions (
    repo_id = 'GitHub''s id of the repository.',
    artifact_id = 'Artifact id of the repository.',
    repository_name = 'owner/name, lower case.',
    owner_name = 'The part of the name before the slash.',
    last_seen_at = 'Last event of the repository under this name, UTC.',
    is_current_name = 'Whether it is the last name that the repository was seen with.',
    is_current_holder = 'Whether the repository is the last one that was seen with this name: what the name resolves to.'
  ),
  grain (repo_id, repository_name),
  audits (
    not_null(
      columns := (repo_id, artifact_id, repository_name, is_current_name, is_current_holder)
    ),
    unique_combination_of_columns(columns := (repo_id, repository_name)),
    unique_combination_of_columns(columns := (
      repo_id
    ), condition := is_current_name),
    unique_combination_of_columns(columns := (
      repository_name
    ), condition := is_current_holder)
  )
);

WITH borne AS (
  SELECT
    events.repo_id,
    LOWER(events.repo_name) AS repository_name,
    MAX(events.created_at) AS last_seen_at
  FROM oso.stg_github__events AS events
  GROUP BY
    events.repo_id,
    LOWER(events.repo_name)
)
SELECT
  borne.repo_id,
  @oso_id('GITHUB', 'repository', CAST(borne.repo_id AS TEXT)) AS artifact_id,
  borne.repository_name,
  CAST(SPLIT_PART(borne.repository_name, '/', 1) AS TEXT) AS owner_name,
  borne.last_seen_at,
  ROW_NUMBER() OVER (
    PARTITION BY borne.repo_id
    ORDER BY borne.last_seen_at DESC, borne.repository_name
  ) = 1 AS is_current_name,
  ROW_NUMBER() OVER (
    PARTITION BY borne.repository_name
    ORDER BY borne.last_seen_at DESC, borne.repo_id DESC
  ) = 1 AS is_current_holder
FROM borne
