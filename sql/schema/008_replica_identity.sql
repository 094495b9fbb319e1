-- A publication for all tables asks of each table how its rows are told apart, and refuses deletes where nobody can tell:
-- dxy.change has no key, on purpose.
ALTER TABLE dxy.change REPLICA IDENTITY FULL;
