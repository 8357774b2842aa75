MODEL (
  name oso.artifacts_v1,
  kind FULL,
  description 'Repositories.',
  owner oso,
  tags ('model_type=mart', 'category=directory'),
  audits (not_null(columns := (artifact_id)))
);

SELECT
  to_artifact_id AS artifact_id,
  'GITHUB' AS artifact_source,
  'owner' AS artifact_namespace,
  to_artifact_id AS artifact_name,
  'https://github.com/owner/' || to_artifact_id AS artifact_url
FROM oso.int_first
GROUP BY 1
