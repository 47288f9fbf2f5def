-- The sorted sets hold the flight at its new place only.
-- KEYS: flight. ARGV: the places as update_flight answered them, the new place.
local flight, places, place = KEYS[1], ARGV[1], ARGV[2]

local stored = redis.call('HGET', flight, 'place')
if not stored then return 'gone' end
if stored == place then return 'settled' end
if stored == places then
  redis.call('HSET', flight, 'place', place)
  return 'settled'
end
-- Somebody else moved it meanwhile, and the two may have crossed in the sorted sets: the next update puts all of these
-- places right.
local all = stored
if string.sub(all, -1) ~= '\n' then all = all .. '\n' end
for line in string.gmatch(places, '[^\n]+') do
  if not string.find('\n' .. all, '\n' .. line .. '\n', 1, true) then all = all .. line .. '\n' end
end
redis.call('HSET', flight, 'place', all)
return 'contested'
