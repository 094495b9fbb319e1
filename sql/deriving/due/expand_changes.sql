SELECT dxy.expand_changes()
