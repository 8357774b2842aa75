MODEL (
  name oso.int_first,
  kind FULL,
  description 'First day of each actor and repository.',
  owner oso,
  tags ('model_type=intermediate', 'category=code'),
  audits (not_null(columns := (first_day)))
);

SELECT to_artifact_id, from_artifact_id, MIN(bucket_day) AS first_day FROM oso.stg_events GROUP BY 1, 2
