MODEL (
  name oso.stg_oss_directory__projects_by_collection,
  kind FULL,
  description 'Projects that a collection lists, one row a collection, project and version.',
  owner oso,
  tags ('model_type=staging', 'category=directory'),
  column_descriptions (
    version_number = 'Version of the directory, counted from 1.',
    valid_from = 'UTC day from which that version was valid.',
    valid_to = 'UTC day until which it was, exclusive; null for the latest.',
    collection_slug = 'The collection''s unique name.',
    project_slug = 'The project''s unique name.'
  ),
  grain (version_number, collection_slug, project_slug),
  audits (
    not_null(columns := (version_number, valid_from, collection_slug, project_slug)),
    unique_combination_of_columns(columns := (version_number, collection_slug, project_slug))
  )
);

SELECT DISTINCT
  versions.version_number,
  versions.valid_from,
  versions.valid_to,
  listed.collection_slug,
  listed.project_slug
FROM raw.oss_directory.projects_by_collection AS listed
INNER JOIN oso.stg_oss_directory__versions AS versions
  ON versions.version = listed.version
