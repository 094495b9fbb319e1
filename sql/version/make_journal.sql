-- As DbUp makes it, which finds it here: so that a plan that is run by hand leaves the same.
CREATE TABLE dxy.journal (
  schemaversionsid serial                      NOT NULL,
  scriptname       character varying(255)      NOT NULL,
  applied          timestamp without time zone NOT NULL,
  CONSTRAINT "PK_journal_Id" PRIMARY KEY (schemaversionsid)
);
