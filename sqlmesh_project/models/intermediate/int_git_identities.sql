MODEL (
  name oso.int_git_identities,
  kind FULL,
  description 'Who commits under an e-mail, one row an e-mail: the account that GitHub''s own address names, else the account that pushed most of its commits, else the e-mail itself.',
  owner oso,
  tags ('model_type=intermediate', 'category=code'),
  column_descriptions (
    author_email = 'E-mail of a commit''s author, lower case.',
    artifact_id = 'Artifact id of the account, or of the e-mail when no account is known.',
    resolved_by = 'How it was found: address, pushes or email.',
    is_bot = 'Whether the e-mail, or a name used with it, holds [bot]; never for who was found by pushes, since a person may push for a bot.'
  ),
  grain author_email,
  audits (
    not_null(columns := (author_email, artifact_id, resolved_by, is_bot)),
    unique_values(columns := (
      author_email
    )),
    accepted_values("column" := resolved_by, is_in := ('address', 'pushes', 'email'))
  )
);

WITH emails AS (
  SELECT
    commits.author_email,
    NULLIF(
      REGEXP_EXTRACT(commits.author_email, '^([0-9]+)\+[^@]+@users\.noreply\.github\.com$', 1),
      ''
    ) AS account_id,
    MAX(
      CASE
        WHEN STRPOS(commits.author_email, '[bot]') > 0
        OR STRPOS(LOWER(commits.author_name), '[bot]') > 0
        THEN 1
        ELSE 0
      END
    ) = 1 AS is_named_bot
  FROM oso.stg_git__commits AS commits
  GROUP BY
    commits.author_email
), pushed AS (
  SELECT
    commits.author_email,
    push_commits.actor_id,
    COUNT(DISTINCT (push_commits.pushed_at, push_commits.push_event_id, push_commits.sha)) AS commit_count
  FROM oso.stg_git__commits AS commits
  INNER JOIN oso.int_github_repositories AS repositories
    ON repositories.repository_name = commits.repository_name
    AND repositories.is_current_holder
  INNER JOIN oso.stg_github__push_commits AS push_commits
    ON push_commits.repo_id = repositories.repo_id AND push_commits.sha = commits.sha
  GROUP BY
    commits.author_email,
    push_commits.actor_id
), main_pushers AS (
  SELECT
    pushed.author_email,
    pushed.actor_id
  FROM pushed
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY pushed.author_email
      ORDER BY pushed.commit_count DESC, pushed.actor_id
    ) = 1
), resolved AS (
  SELECT
    emails.author_email,
    COALESCE(emails.account_id, CAST(main_pushers.actor_id AS TEXT)) AS account_id,
    CASE
      WHEN NOT emails.account_id IS NULL
      THEN 'address'
      WHEN NOT main_pushers.actor_id IS NULL
      THEN 'pushes'
      ELSE 'email'
    END AS resolved_by,
    emails.is_named_bot
  FROM emails
  LEFT JOIN main_pushers
    ON main_pushers.author_email = emails.author_email
)
SELECT
  resolved.author_email,
  CASE
    WHEN resolved.resolved_by = 'email'
    THEN @oso_id('GIT', 'email', resolved.author_email)
    ELSE @oso_id('GITHUB', 'user', resolved.account_id)
  END AS artifact_id,
  resolved.resolved_by,
  resolved.is_named_bot AND resolved.resolved_by <> 'pushes' AS is_bot
FROM resolved
