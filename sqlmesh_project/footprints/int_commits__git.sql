/* The commit's own day, and the day of the push that told of it before the history did */
SELECT
  CAST(changed.committed_at AS DATE) AS day
FROM changed
UNION
SELECT
  CAST(pushes.pushed_at AS DATE) AS day
FROM oso.int_commits__pushes AS pushes
INNER JOIN changed
  ON changed.to_artifact_id = pushes.to_artifact_id AND changed.sha = pushes.sha
