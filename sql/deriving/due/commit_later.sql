-- The transaction's commit is not waited for: what it did is done again or not at all, never by half.
SELECT set_config('synchronous_commit', 'off', true)
