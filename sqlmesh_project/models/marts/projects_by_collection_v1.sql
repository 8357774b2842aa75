MODEL (
  name oso.projects_by_collection_v1,
  kind FULL,
  description 'Which projects belong to which collection, and when: one row a project, collection and interval of validity.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  column_descriptions (
    project_id = 'Project id.',
    collection_id = 'Collection id.',
    project_name = 'The project''s unique name in the directory.',
    collection_name = 'The collection''s unique name in the directory.',
    valid_from = 'UTC day from which the project belongs to the collection.',
    valid_to = 'UTC day from which it no longer does; null while it does.'
  ),
  grain (project_id, collection_id, valid_from),
  audits (
    not_null(
      columns := (project_id, collection_id, project_name, collection_name, valid_from)
    ),
    unique_combination_of_columns(columns := (project_id, collection_id, valid_from)),
    unique_combination_of_columns(columns := (project_id, collection_id), condition := valid_to IS NULL)
  )
);

/* Versions in which a listing stands without a break share the difference of the version's number and the listing's */
WITH numbered AS (
  SELECT
    *,
    listed.version_number - ROW_NUMBER() OVER (
      PARTITION BY listed.collection_slug, listed.project_slug
      ORDER BY listed.version_number
    ) AS unbroken_run
  FROM oso.stg_oss_directory__projects_by_collection AS listed
)
SELECT
  @oso_id('OSS_DIRECTORY', 'project', numbered.project_slug) AS project_id,
  @oso_id('OSS_DIRECTORY', 'collection', numbered.collection_slug) AS collection_id,
  numbered.project_slug AS project_name,
  numbered.collection_slug AS collection_name,
  MIN(numbered.valid_from) AS valid_from,
  CASE WHEN COUNT(*) = COUNT(numbered.valid_to) THEN MAX(numbered.valid_to) END AS valid_to
FROM numbered
GROUP BY
  numbered.project_slug,
  numbered.collection_slug,
  numbered.unbroken_run
