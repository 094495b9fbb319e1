SELECT (SELECT a.rule_since FROM dxy.adopted AS a WHERE a.symbol = $1 AND a.timeframe = $2 AND a.rule_since <> '-infinity')
