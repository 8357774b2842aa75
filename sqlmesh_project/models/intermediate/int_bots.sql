MODEL (
  name oso.int_bots,
  kind FULL,
  description 'Automated accounts, one row an artifact: logins that end with [bot], a short list of known ones, and git authors whose e-mail or name holds [bot]. Metrics that count people leave them out.',
  owner oso,
  tags ('model_type=intermediate', 'category=code'),
  column_descriptions (
    artifact_id = 'Artifact id of the account or git identity.'
  ),
  grain artifact_id,
  audits (
    not_null(columns := (
      artifact_id
    )),
    unique_values(columns := (
      artifact_id
    ))
  )
);

WITH accounts AS (
  SELECT DISTINCT
    events.actor_id,
    LOWER(events.actor_login) AS login
  FROM oso.stg_github__events AS events
)
SELECT
  @oso_id('GITHUB', 'user', CAST(accounts.actor_id AS TEXT)) AS artifact_id
FROM accounts
WHERE
  accounts.login LIKE '%[bot]'
  OR accounts.login IN (
    SELECT
      known_bots.login
    FROM oso.known_bots AS known_bots
  )
UNION
SELECT
  identities.artifact_id
FROM oso.int_git_identities AS identities
WHERE
  identities.is_bot
