MODEL (
  name oso.known_bots,
  kind SEED (
    path '../../seeds/known_bots.csv'
  ),
  description 'Logins of automated accounts that do not end with [bot]; one row a login.',
  owner oso,
  tags ('model_type=staging', 'category=code'),
  columns (
    login TEXT
  ),
  column_descriptions (
    login = 'GitHub login, lower case.'
  ),
  grain login,
  audits (not_null(columns := (
      login
    )), unique_values(columns := (
      login
  )))
)
