-- The sorted sets have the flight at its new position only. KEYS: flight. ARGV: the positions and the number
-- of the move, as update_flight answered them.
local flight, places, move = KEYS[1], ARGV[1], ARGV[2]

local stored = redis.call('HGET', flight, 'place')
if not stored then return 'gone' end
if redis.call('HGET', flight, 'moves') == move then
  redis.call('HSET', flight, 'place', string.match(places, '[^\n]+'))
  return 'settled'
end
-- Another process moved the flight meanwhile, and the two moves may have crossed in the sorted sets. Neither
-- settles it: the next update corrects all of these positions.
local all = string.match(stored, '\n$') and stored or stored .. '\n'
for line in string.gmatch(places, '[^\n]+') do
  if not string.find('\n' .. all, '\n' .. line .. '\n', 1, true) then all = all .. line .. '\n' end
end
redis.call('HINCRBY', flight, 'moves', 1)
redis.call('HSET', flight, 'place', all)
return 'contested'
