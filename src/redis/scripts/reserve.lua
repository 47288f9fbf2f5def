-- Takes seats for a booking, once. It does not write what searches show, which waits for the commit: every
-- such write invalidates search pages. KEYS: counter, holds. ARGV: booking id, seats, time in Unix
-- milliseconds.
local counter, holds, booking, seats = KEYS[1], KEYS[2], ARGV[1], ARGV[2]

local left = redis.call('GET', counter)
if not left or tonumber(left) < tonumber(seats) then
  if redis.call('HEXISTS', holds, booking) == 1 then return 'held' end
  if not left then return 'cold' end
  -- This changes nothing. A Redis that takes no writes refuses it. The counter may then be out of date, and
  -- is not believed.
  redis.call('SET', counter, left, 'NX')
  return 'sold_out'
end
if redis.call('HSETNX', holds, booking, seats .. ':' .. ARGV[3]) == 1 then
  redis.call('DECRBY', counter, seats)
end
return 'held'
