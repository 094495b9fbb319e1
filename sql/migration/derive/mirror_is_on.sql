SELECT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = 'public.derived_data_bars'::regclass
  AND t.tgname IN ('dxy_mirror', 'dxy_mirror_insert'))
