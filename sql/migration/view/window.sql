SELECT s.at, s.verdict, s.open FROM dxy.run_sample AS s WHERE s.run = $1 ORDER BY s.at
