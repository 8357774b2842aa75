MODEL (
  name oso.stg_oss_funding__grants,
  kind FULL,
  description 'Grants of which something was given, one row a line of a file of grants. Applications that were given nothing are left out.',
  owner oso,
  tags ('model_type=staging', 'category=funding'),
  column_descriptions (
    funding_date = 'Day of the grant, as near as it is known.',
    file = 'File that tells of it.',
    line = 'Line of the file.',
    to_project_name = 'Project that received it, as the directory names it; null when nobody is named.',
    from_funder_name = 'Who gave it.',
    grant_pool_name = 'Round or programme, if known.',
    amount = 'US dollars at the time.'
  ),
  grain (file, line),
  audits (
    not_null(columns := (funding_date, file, line, from_funder_name, amount)),
    unique_combination_of_columns(columns := (file, line)),
    forall(criteria := (
      amount > 0
    ))
  )
);

SELECT
  grants.funding_date,
  grants.file,
  grants.line,
  grants.to_project_name,
  grants.from_funder_name,
  grants.grant_pool_name,
  grants.amount
FROM raw.oss_funding.grants AS grants
WHERE
  grants.amount > 0
