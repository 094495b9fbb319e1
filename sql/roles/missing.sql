SELECT EXISTS (
  SELECT FROM unnest(ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror']) AS r(name) WHERE to_regrole(r.name) IS NULL)
