MODEL (
  name oso.artifacts_v1,
  kind FULL,
  description 'Artifacts that metrics are about, one row an artifact: all repositories seen in events, and whatever else a project has ever claimed.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  column_descriptions (
    artifact_id = 'Artifact id.',
    artifact_source = 'GITHUB, a package registry, or the chain, upper case.',
    artifact_namespace = 'Owner of a repository; empty for packages and addresses.',
    artifact_name = 'Current name of the repository, name of the package, or address.',
    artifact_url = 'Where to look at it.'
  ),
  grain artifact_id,
  audits (
    not_null(columns := (artifact_id, artifact_source, artifact_namespace, artifact_name)),
    unique_values(columns := (
      artifact_id
    ))
  )
);

WITH known AS (
  SELECT
    repositories.artifact_id,
    'GITHUB' AS artifact_source,
    repositories.owner_name AS artifact_namespace,
    CAST(SPLIT_PART(repositories.repository_name, '/', 2) AS TEXT) AS artifact_name,
    'https://github.com/' || repositories.repository_name AS artifact_url
  FROM oso.int_github_repositories AS repositories
  WHERE
    repositories.is_current_name
  UNION ALL
  SELECT
    claimed.artifact_id,
    claimed.artifact_source,
    claimed.artifact_namespace,
    claimed.artifact_name,
    claimed.artifact_url
  FROM oso.int_directory_artifacts AS claimed
)
SELECT
  known.artifact_id,
  known.artifact_source,
  known.artifact_namespace,
  known.artifact_name,
  MIN(known.artifact_url) AS artifact_url
FROM known
GROUP BY
  known.artifact_id,
  known.artifact_source,
  known.artifact_namespace,
  known.artifact_name
