SELECT dxy.hold_route($1)
