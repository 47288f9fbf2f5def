-- The sorted sets hold the flight at its new place only.
-- KEYS: flight. ARGV: the places and the number of the move, as update_flight answered them.
local flight, places, move = KEYS[1], ARGV[1], ARGV[2]

local stored = redis.call('HGET', flight, 'place')
if not stored then return 'gone' end
if redis.call('HGET', flight, 'moves') == move then
  redis.call('HSET', flight, 'place', string.match(places, '[^\n]+'))
  return 'settled'
end
-- Somebody else moved it meanwhile, and the two may have crossed in the sorted sets. Nobody settles it now:
-- the next update puts all of these places right.
local all = string.match(stored, '\n$') and stored or stored .. '\n'
for line in string.gmatch(places, '[^\n]+') do
  if not string.find('\n' .. all, '\n' .. line .. '\n', 1, true) then all = all .. line .. '\n' end
end
redis.call('HINCRBY', flight, 'moves', 1)
redis.call('HSET', flight, 'place', all)
return 'contested'
