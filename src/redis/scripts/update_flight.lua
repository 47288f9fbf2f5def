-- Takes in a row of a flight unless a later one is known.
-- KEYS: flight, counter. ARGV: version, place, '1' when it has departed, available seats, '1' when the sorted
-- sets are to be written whatever is known of them, then field names and values.
-- Answers nil when nothing else is to be done. Else the places it may have in the sorted sets, one a line and the new one
-- first, and the number of this move. The places are written down before any set is touched, so that whoever comes next
-- can finish what a crash left; a settled flight has one, without an end of line.
local flight, counter = KEYS[1], KEYS[2]
local version, place, departed = ARGV[1], ARGV[2], ARGV[3] == '1'

local known = redis.call('HGET', flight, 'version')
if known and tonumber(known) > tonumber(version) then return false end
if not known and departed then return false end

local available = redis.call('GET', counter)
if not available then
  available = ARGV[4]
elseif tonumber(available) < 0 then
  available = '0'
end
redis.call('HSET', flight, 'version', version, 'available_seats', available, unpack(ARGV, 6))

local stored = redis.call('HGET', flight, 'place') or ''
if stored == place and ARGV[5] ~= '1' then return false end
local places = place .. '\n'
for old in string.gmatch(stored, '[^\n]+') do
  if old ~= place then places = places .. old .. '\n' end
end
redis.call('HSET', flight, 'place', places)
return {places, tostring(redis.call('HINCRBY', flight, 'moves', 1))}
