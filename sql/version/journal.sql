SELECT scriptname FROM dxy.journal ORDER BY schemaversionsid
