SELECT DISTINCT ON (split_part(scriptname, '@', 1)) scriptname FROM dxy.journal ORDER BY split_part(scriptname, '@', 1), schemaversionsid DESC
