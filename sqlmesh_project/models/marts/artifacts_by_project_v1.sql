MODEL (
  name oso.artifacts_by_project_v1,
  kind FULL,
  description 'Which artifacts belong to which project, and when: one row an artifact, project and interval of validity. Repositories are resolved as of now; the intervals are those of the directory''s claims.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  column_descriptions (
    artifact_id = 'Artifact id.',
    project_id = 'Project id.',
    artifact_source = 'GITHUB, a package registry, the chain, upper case, or OSS_FUNDING.',
    artifact_namespace = 'Owner of a repository; else empty.',
    artifact_name = 'Current name of the repository, name of the package or account, or address.',
    project_name = 'The project''s unique name in the directory.',
    valid_from = 'UTC day from which the artifact belongs to the project.',
    valid_to = 'UTC day from which it no longer does; null while it does.'
  ),
  grain (artifact_id, project_id, valid_from),
  audits (
    not_null(columns := (artifact_id, project_id, artifact_source, project_name, valid_from)),
    unique_combination_of_columns(columns := (artifact_id, project_id, valid_from)),
    unique_combination_of_columns(columns := (artifact_id, project_id), condition := valid_to IS NULL)
  )
);

/* Versions in which a claim stands without a break share the difference of the version's number and the claim's */
WITH numbered AS (
  SELECT
    *,
    claimed.version_number - ROW_NUMBER() OVER (
      PARTITION BY claimed.project_slug, claimed.artifact_id
      ORDER BY claimed.version_number
    ) AS unbroken_run
  FROM oso.int_directory_artifacts AS claimed
)
SELECT
  numbered.artifact_id,
  @oso_id('OSS_DIRECTORY', 'project', numbered.project_slug) AS project_id,
  numbered.artifact_source,
  numbered.artifact_namespace,
  numbered.artifact_name,
  numbered.project_slug AS project_name,
  MIN(numbered.valid_from) AS valid_from,
  CASE WHEN COUNT(*) = COUNT(numbered.valid_to) THEN MAX(numbered.valid_to) END AS valid_to
FROM numbered
GROUP BY
  numbered.artifact_id,
  numbered.project_slug,
  numbered.artifact_source,
  numbered.artifact_namespace,
  numbered.artifact_name,
  numbered.unbroken_run
