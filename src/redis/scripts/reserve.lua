-- Takes seats for a booking, once.
-- KEYS: counter, holds, flight. ARGV: booking id, seats, time in Unix milliseconds.
local counter, holds, flight = KEYS[1], KEYS[2], KEYS[3]
local booking, seats, now = ARGV[1], tonumber(ARGV[2]), ARGV[3]

if redis.call('HEXISTS', holds, booking) == 1 then return 'held' end
local left = redis.call('GET', counter)
if not left then return 'cold' end
if tonumber(left) < seats then return 'sold_out' end
redis.call('DECRBY', counter, ARGV[2])
if redis.call('HEXISTS', flight, 'available_seats') == 1 then
  redis.call('HINCRBY', flight, 'available_seats', '-' .. ARGV[2])
end
redis.call('HSET', holds, booking, ARGV[2] .. ':' .. now)
return 'held'
