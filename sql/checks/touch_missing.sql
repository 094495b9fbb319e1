SELECT schema_name, table_name, trigger_name, disabled, mend FROM dxy.touch_missing(EXISTS (SELECT FROM dxy.watched))
