SELECT substr(s.what, length($2) + 1), s.value::text FROM dxy.run_saved AS s WHERE s.run = $1 AND starts_with(s.what, $2) ORDER BY s.what
