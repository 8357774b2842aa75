MODEL (
  name oso.stg_oss_directory__artifacts_by_project,
  kind FULL,
  description 'Artifacts that a project claims, one row a project, artifact and version; owners and networks stand as written.',
  owner oso,
  tags ('model_type=staging', 'category=directory'),
  column_descriptions (
    version_number = 'Version of the directory, counted from 1.',
    valid_from = 'UTC day from which that version was valid.',
    valid_to = 'UTC day until which it was, exclusive; null for the latest.',
    project_slug = 'The project''s unique name.',
    artifact_source = 'Where it lives: GITHUB, a package registry, or BLOCKCHAIN.',
    artifact_type = 'What it is, for example repository, owner, package, contract.',
    namespace = 'Owner of a repository, lower case; network of an address.',
    name = 'Name of a repository or address, lower case; name of a package; empty for an owner.',
    url = 'The URL or address as cleaned.'
  ),
  grain (version_number, project_slug, artifact_source, artifact_type, namespace, name),
  audits (
    not_null(
      columns := (version_number, valid_from, project_slug, artifact_source, artifact_type, name)
    ),
    unique_combination_of_columns(
      columns := (version_number, project_slug, artifact_source, artifact_type, namespace, name)
    )
  )
);

SELECT
  versions.version_number,
  versions.valid_from,
  versions.valid_to,
  claimed.project_slug,
  claimed.artifact_source,
  claimed.artifact_type,
  LOWER(claimed.namespace) AS namespace,
  CASE
    WHEN claimed.artifact_source IN ('GITHUB', 'BLOCKCHAIN')
    THEN LOWER(claimed.name)
    ELSE claimed.name
  END AS name,
  MIN(claimed.url) AS url
FROM raw.oss_directory.artifacts_by_project AS claimed
INNER JOIN oso.stg_oss_directory__versions AS versions
  ON versions.version = claimed.version
GROUP BY
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8
