-- Answers everything that is stored about a flight's seats, at one moment: the counter, and the version and
-- the count that it was made of, each '' when it is missing, then booking, hold, booking, ... KEYS: counter,
-- holds, flight.
local told = redis.call('HMGET', KEYS[3], 'seats_version', 'seats_available')
local look = {redis.call('GET', KEYS[1]) or '', told[1] or '', told[2] or ''}
for _, text in ipairs(redis.call('HGETALL', KEYS[2])) do look[#look + 1] = text end
return look
