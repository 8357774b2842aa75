MODEL (
  name oso.stg_oss_directory__versions,
  kind FULL,
  description 'Versions of OSS Directory that were valid for at least a day, one row a version: the last one of each day.',
  owner oso,
  tags ('model_type=staging', 'category=directory'),
  column_descriptions (
    version = 'Commit, or hash of its content.',
    version_number = 'Its place in time, counted from 1 without gaps.',
    valid_from = 'UTC day it was made.',
    valid_to = 'UTC day the next one was made, exclusive; null for the latest.'
  ),
  grain version,
  audits (
    not_null(columns := (version, version_number, valid_from)),
    unique_values(columns := (version, version_number, valid_from))
  )
);

WITH last_of_day AS (
  SELECT
    versions.version,
    CAST(versions.version_at AS DATE) AS valid_from
  FROM raw.oss_directory.versions AS versions
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY CAST(versions.version_at AS DATE)
      ORDER BY versions.version_at DESC, versions.version DESC
    ) = 1
)
SELECT
  last_of_day.version,
  CAST(ROW_NUMBER() OVER (ORDER BY last_of_day.valid_from) AS BIGINT) AS version_number,
  last_of_day.valid_from,
  CAST(LEAD(last_of_day.valid_from) OVER (ORDER BY last_of_day.valid_from) AS DATE) AS valid_to
FROM last_of_day
