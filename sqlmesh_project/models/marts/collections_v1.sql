MODEL (
  name oso.collections_v1,
  kind FULL,
  description 'Collections of the latest version of OSS Directory, one row a collection.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  column_descriptions (
    collection_id = 'Collection id.',
    collection_source = 'OSS_DIRECTORY.',
    collection_namespace = 'oso.',
    collection_name = 'Its unique name in the directory.',
    display_name = 'Its name for people.',
    description = 'What it says of itself, if anything.'
  ),
  grain collection_id,
  audits (
    not_null(columns := (collection_id, collection_name)),
    unique_values(columns := (collection_id, collection_name))
  )
);

SELECT
  @oso_id('OSS_DIRECTORY', 'collection', collections.collection_slug) AS collection_id,
  'OSS_DIRECTORY' AS collection_source,
  'oso' AS collection_namespace,
  collections.collection_slug AS collection_name,
  collections.display_name,
  collections.description
FROM oso.stg_oss_directory__collections AS collections
WHERE
  collections.valid_to IS NULL
