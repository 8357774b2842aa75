MODEL (
  name oso.stg_oss_directory__projects,
  kind FULL,
  description 'Projects of OSS Directory, one row a project and version.',
  owner oso,
  tags ('model_type=staging', 'category=directory'),
  column_descriptions (
    version_number = 'Version of the directory, counted from 1.',
    valid_from = 'UTC day from which that version was valid.',
    valid_to = 'UTC day until which it was, exclusive; null for the latest.',
    project_slug = 'The project''s unique name.',
    display_name = 'Its name for people.',
    description = 'What it says of itself, if anything.'
  ),
  grain (version_number, project_slug),
  audits (
    not_null(columns := (version_number, valid_from, project_slug)),
    unique_combination_of_columns(columns := (version_number, project_slug))
  )
);

SELECT
  versions.version_number,
  versions.valid_from,
  versions.valid_to,
  projects.slug AS project_slug,
  projects.display_name,
  projects.description
FROM raw.oss_directory.projects AS projects
INNER JOIN oso.stg_oss_directory__versions AS versions
  ON versions.version = projects.version
