MODEL (
  name oso.projects_v1,
  kind FULL,
  description 'Projects of the latest version of OSS Directory, one row a project.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  column_descriptions (
    project_id = 'Project id.',
    project_source = 'OSS_DIRECTORY.',
    project_namespace = 'oso.',
    project_name = 'Its unique name in the directory.',
    display_name = 'Its name for people.',
    description = 'What it says of itself, if anything.'
  ),
  grain project_id,
  audits (
    not_null(columns := (project_id, project_name)),
    unique_values(columns := (project_id, project_name))
  )
);

SELECT
  @oso_id('OSS_DIRECTORY', 'project', projects.project_slug) AS project_id,
  'OSS_DIRECTORY' AS project_source,
  'oso' AS project_namespace,
  projects.project_slug AS project_name,
  projects.display_name,
  projects.description
FROM oso.stg_oss_directory__projects AS projects
WHERE
  projects.valid_to IS NULL
