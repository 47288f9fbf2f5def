-- Takes seats for a booking, once. What search shows waits for the commit: every write there makes its pages
-- to be made anew. KEYS: counter, holds. ARGV: booking id, seats, time in Unix milliseconds.
local counter, holds, booking, seats = KEYS[1], KEYS[2], ARGV[1], ARGV[2]

local left = redis.call('GET', counter)
if not left or tonumber(left) < tonumber(seats) then
  if redis.call('HEXISTS', holds, booking) == 1 then return 'held' end
  if not left then return 'cold' end
  -- Changes nothing. A Redis that takes no writes refuses it: then the counter may be of a while ago, and is
  -- not believed.
  redis.call('SET', counter, left, 'NX')
  return 'sold_out'
end
if redis.call('HSETNX', holds, booking, seats .. ':' .. ARGV[3]) == 1 then
  redis.call('DECRBY', counter, seats)
end
return 'held'
