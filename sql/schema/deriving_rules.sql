INSERT INTO dxy.deriving_rule AS r (version, carries_closes) VALUES $rules
ON CONFLICT (version) DO UPDATE SET carries_closes = excluded.carries_closes WHERE r.carries_closes <> excluded.carries_closes;
