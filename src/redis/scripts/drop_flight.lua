-- Removes a flight that has departed. A flight whose departure was postponed meanwhile stays. KEYS: flight,
-- counter, holds. ARGV: time in Unix milliseconds.
local departure = tonumber(redis.call('HGET', KEYS[1], 'departure') or '')
if departure and departure > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
