-- Of a deriving transaction: a plan made while a table was small may be kept for long, and every statement here finds its rows
-- by an index or where they stand.
SET LOCAL enable_seqscan = off
