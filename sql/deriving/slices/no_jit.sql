-- Of a deriving transaction: its statements are short, and compiling one takes hundreds of milliseconds on a server that has
-- it on and believes it dear.
SET LOCAL jit = off
