MODEL (
  name oso.stg_oss_directory__collections,
  kind FULL,
  description 'Collections of OSS Directory, one row a collection and version.',
  owner oso,
  tags ('model_type=staging', 'category=directory'),
  column_descriptions (
    version_number = 'Version of the directory, counted from 1.',
    valid_from = 'UTC day from which that version was valid.',
    valid_to = 'UTC day until which it was, exclusive; null for the latest.',
    collection_slug = 'The collection''s unique name.',
    display_name = 'Its name for people.',
    description = 'What it says of itself, if anything.'
  ),
  grain (version_number, collection_slug),
  audits (
    not_null(columns := (version_number, valid_from, collection_slug)),
    unique_combination_of_columns(columns := (version_number, collection_slug))
  )
);

SELECT
  versions.version_number,
  versions.valid_from,
  versions.valid_to,
  collections.slug AS collection_slug,
  collections.display_name,
  collections.description
FROM raw.oss_directory.collections AS collections
INNER JOIN oso.stg_oss_directory__versions AS versions
  ON versions.version = collections.version
