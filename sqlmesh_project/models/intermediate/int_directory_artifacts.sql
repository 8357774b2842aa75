MODEL (
  name oso.int_directory_artifacts,
  kind FULL,
  description 'What projects claim, resolved to artifacts, one row a project, artifact and version of the directory: names to repository ids, an owner to all its repositories, an address on any_evm to one on each landed chain. Every project has an account of its own for what it is given and gives.',
  owner oso,
  tags ('model_type=intermediate', 'category=directory'),
  column_descriptions (
    version_number = 'Version of the directory, counted from 1.',
    valid_from = 'UTC day from which that version was valid.',
    valid_to = 'UTC day until which it was, exclusive; null for the latest.',
    project_slug = 'The project''s unique name.',
    artifact_id = 'Artifact id.',
    artifact_source = 'GITHUB, a package registry, the chain, upper case, or OSS_FUNDING.',
    artifact_namespace = 'Owner of a repository; else empty.',
    artifact_name = 'Current name of the repository, name of the package or account, or address.',
    artifact_url = 'Where to look at it; empty for an account.'
  ),
  grain (version_number, project_slug, artifact_id),
  audits (
    not_null(
      columns := (version_number, valid_from, project_slug, artifact_id, artifact_source)
    ),
    unique_combination_of_columns(columns := (version_number, project_slug, artifact_id))
  )
);

WITH claimed_names AS (
  SELECT
    claimed.version_number,
    claimed.valid_from,
    claimed.valid_to,
    claimed.project_slug,
    holders.repo_id,
    claimed.namespace || '/' || claimed.name AS repository_name
  FROM oso.stg_oss_directory__artifacts_by_project AS claimed
  LEFT JOIN oso.int_github_repositories AS holders
    ON holders.repository_name = claimed.namespace || '/' || claimed.name
    AND holders.is_current_holder
  WHERE
    claimed.artifact_source = 'GITHUB' AND claimed.artifact_type = 'repository'
  UNION ALL
  SELECT
    claimed.version_number,
    claimed.valid_from,
    claimed.valid_to,
    claimed.project_slug,
    owned.repo_id,
    owned.repository_name
  FROM oso.stg_oss_directory__artifacts_by_project AS claimed
  INNER JOIN oso.int_github_repositories AS owned
    ON owned.owner_name = claimed.namespace AND owned.is_current_name
  WHERE
    claimed.artifact_source = 'GITHUB' AND claimed.artifact_type = 'owner'
), repositories AS (
  SELECT
    claimed_names.version_number,
    claimed_names.valid_from,
    claimed_names.valid_to,
    claimed_names.project_slug,
    COALESCE(
      current_names.artifact_id,
      @oso_id('GITHUB', 'repository_name', claimed_names.repository_name)
    ) AS artifact_id,
    COALESCE(current_names.repository_name, claimed_names.repository_name) AS repository_name
  FROM claimed_names
  LEFT JOIN oso.int_github_repositories AS current_names
    ON current_names.repo_id = claimed_names.repo_id AND current_names.is_current_name
), addresses AS (
  SELECT
    claimed.version_number,
    claimed.valid_from,
    claimed.valid_to,
    claimed.project_slug,
    COALESCE(chains.chain, claimed.namespace) AS chain,
    claimed.name AS address,
    claimed.url
  FROM oso.stg_oss_directory__artifacts_by_project AS claimed
  LEFT JOIN oso.stg_evm__chains AS chains
    ON claimed.namespace = 'any_evm'
  WHERE
    claimed.artifact_source = 'BLOCKCHAIN'
), resolved AS (
  SELECT
    repositories.version_number,
    repositories.valid_from,
    repositories.valid_to,
    repositories.project_slug,
    repositories.artifact_id,
    'GITHUB' AS artifact_source,
    CAST(SPLIT_PART(repositories.repository_name, '/', 1) AS TEXT) AS artifact_namespace,
    CAST(SPLIT_PART(repositories.repository_name, '/', 2) AS TEXT) AS artifact_name,
    'https://github.com/' || repositories.repository_name AS artifact_url
  FROM repositories
  UNION ALL
  SELECT
    addresses.version_number,
    addresses.valid_from,
    addresses.valid_to,
    addresses.project_slug,
    @oso_id(UPPER(addresses.chain), 'address', addresses.address) AS artifact_id,
    UPPER(addresses.chain) AS artifact_source,
    '' AS artifact_namespace,
    addresses.address AS artifact_name,
    addresses.url AS artifact_url
  FROM addresses
  WHERE
    addresses.chain <> 'any_evm'
  UNION ALL
  SELECT
    claimed.version_number,
    claimed.valid_from,
    claimed.valid_to,
    claimed.project_slug,
    @oso_id(claimed.artifact_source, 'package', claimed.name) AS artifact_id,
    claimed.artifact_source,
    '' AS artifact_namespace,
    claimed.name AS artifact_name,
    claimed.url AS artifact_url
  FROM oso.stg_oss_directory__artifacts_by_project AS claimed
  WHERE
    NOT claimed.artifact_source IN ('GITHUB', 'BLOCKCHAIN')
  UNION ALL
  SELECT
    projects.version_number,
    projects.valid_from,
    projects.valid_to,
    projects.project_slug,
    @oso_id('OSS_FUNDING', 'account', projects.project_slug) AS artifact_id,
    'OSS_FUNDING' AS artifact_source,
    '' AS artifact_namespace,
    projects.project_slug AS artifact_name,
    '' AS artifact_url
  FROM oso.stg_oss_directory__projects AS projects
)
SELECT
  resolved.version_number,
  resolved.valid_from,
  resolved.valid_to,
  resolved.project_slug,
  resolved.artifact_id,
  resolved.artifact_source,
  resolved.artifact_namespace,
  resolved.artifact_name,
  MIN(resolved.artifact_url) AS artifact_url
FROM resolved
GROUP BY
  resolved.version_number,
  resolved.valid_from,
  resolved.valid_to,
  resolved.project_slug,
  resolved.artifact_id,
  resolved.artifact_source,
  resolved.artifact_namespace,
  resolved.artifact_name
