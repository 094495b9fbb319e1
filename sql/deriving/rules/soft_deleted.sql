-- Bars of a series that the host deleted softly.
SELECT t FROM dxy.soft_deleted($1, $2, $3, $4) AS t
