DELETE FROM dxy.calendar AS c WHERE c.id = $1
