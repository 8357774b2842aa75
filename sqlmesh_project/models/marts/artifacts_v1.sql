MODEL (
  name oso.artifacts_v1,
  kind FULL,
  description 'Artifacts that metrics are about, one row an artifact: all repositories seen in events, and whatever else a project has ever claimed, and the account of everybody whom a file of grants names.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  column_descriptions (
    artifact_id = 'Artifact id.',
    artifact_source = 'GITHUB, a package registry, the chain, upper case, or OSS_FUNDING.',
    artifact_namespace = 'Owner of a repository; else empty.',
    artifact_name = 'Current name of the repository, name of the package or account, or address.',
    artifact_url = 'Where to look at it; empty for an account.'
  ),
  grain artifact_id,
  audits (
    not_null(columns := (artifact_id, artifact_source, artifact_namespace, artifact_name)),
    unique_values(columns := (
      artifact_id
    ))
  )
);

/* Grants are read as landed, so that a registry of grants that cannot be reached holds up no other artifact */
WITH accounts AS (
  SELECT
    grants.from_funder_name AS account_name
  FROM raw.oss_funding.grants AS grants
  UNION
  SELECT
    grants.to_project_name AS account_name
  FROM raw.oss_funding.grants AS grants
  WHERE
    NOT grants.to_project_name IS NULL
), known AS (
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
  UNION ALL
  SELECT
    @oso_id('OSS_FUNDING', 'account', accounts.account_name) AS artifact_id,
    'OSS_FUNDING' AS artifact_source,
    '' AS artifact_namespace,
    accounts.account_name AS artifact_name,
    '' AS artifact_url
  FROM accounts
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
