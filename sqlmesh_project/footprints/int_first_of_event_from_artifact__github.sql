/* A first event that moved concerns the day it left and the day it went to */
SELECT DISTINCT
  CAST(changed.time AS DATE) AS day
FROM changed
