-- Scripts whose files ($1) have moved bear the names of the files ($2) that they are in now.
UPDATE dxy.journal AS j SET scriptname = m.now || substr(j.scriptname, length(m.before) + 1)
FROM unnest($1::text[], $2::text[]) AS m(before, now)
WHERE split_part(j.scriptname, '@', 1) = m.before
