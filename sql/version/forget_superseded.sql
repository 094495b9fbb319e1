-- Of each file the journal keeps what ran last: a text that comes back after another has to run again.
DELETE FROM dxy.journal AS old USING dxy.journal AS newer
WHERE split_part(old.scriptname, '@', 1) = split_part(newer.scriptname, '@', 1) AND newer.schemaversionsid > old.schemaversionsid
