/* Grants that came, went or were corrected: their days */
SELECT DISTINCT
  changed.funding_date AS day
FROM changed
