MODEL (
  name oso.stg_evm__chains,
  kind FULL,
  description 'Chains of which a day was landed, one row a chain.',
  owner oso,
  tags ('model_type=staging', 'category=blockchain'),
  column_descriptions (
    chain = 'Name of the chain, lower case.'
  ),
  grain chain,
  audits (not_null(columns := (
      chain
    )), unique_values(columns := (
      chain
  )))
);

SELECT DISTINCT
  days.chain
FROM raw.evm_chain.days AS days
