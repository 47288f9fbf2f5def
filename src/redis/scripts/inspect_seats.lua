-- Everything that is known of a flight's seats, at one moment. KEYS: counter, holds, flight. Answers the
-- counter, the version and the count it was made of, each '' when it is not there, then booking, hold,
-- booking, ...
local told = redis.call('HMGET', KEYS[3], 'seats_version', 'seats_available')
local look = {redis.call('GET', KEYS[1]) or '', told[1] or '', told[2] or ''}
for _, text in ipairs(redis.call('HGETALL', KEYS[2])) do look[#look + 1] = text end
return look
