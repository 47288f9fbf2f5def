-- Takes in what the ledger says of a flight's seats; any order, any number of times.
-- KEYS: counter, holds, flight. ARGV: version ('' when there is no count), available seats, booking ids whose holds go.
local counter, holds, flight = KEYS[1], KEYS[2], KEYS[3]

for i = 3, #ARGV do redis.call('HDEL', holds, ARGV[i]) end

local stored = redis.call('HMGET', flight, 'seats_version', 'seats_available')
local version, available = stored[1], stored[2]
-- The same version always carries the same count: taken in again, it heals what somebody changed by hand.
if ARGV[1] ~= '' and (not version or tonumber(ARGV[1]) >= tonumber(version)) then
  available = ARGV[2]
  redis.call('HSET', flight, 'seats_version', ARGV[1], 'seats_available', available)
end
if not available then return 'unknown' end

local left = tonumber(available)
for _, hold in ipairs(redis.call('HVALS', holds)) do
  left = left - tonumber(string.match(hold, '^%d+'))
end
redis.call('SET', counter, string.format('%d', left))
if redis.call('HEXISTS', flight, 'available_seats') == 1 then
  redis.call('HSET', flight, 'available_seats', string.format('%d', math.max(left, 0)))
end
return 'synced'
