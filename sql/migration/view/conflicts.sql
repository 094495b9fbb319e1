SELECT c.class, c.resolution, count(*) FROM dxy.run_conflict AS c WHERE c.run = $1 GROUP BY c.class, c.resolution ORDER BY c.class,
  c.resolution
