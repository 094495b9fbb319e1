-- Of a deriving transaction: its statements are short and many, and planning each anew for its values takes longer than running it.
SET LOCAL plan_cache_mode = force_generic_plan
