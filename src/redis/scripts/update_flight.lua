-- Stores a row of a flight unless a later one is stored. KEYS: flight. ARGV: version, position, '1' when the
-- flight has departed, available seats, '1' when the sorted sets are to be written whatever is known of them,
-- then field names and values. Answers nil when nothing else is to be done. Otherwise it answers the
-- positions that the flight may have in the sorted sets, one a line and the new one first, and the number of
-- this move. The positions are stored before any set is changed, so that a later update can finish what a
-- crash left. A settled flight has one position, without an end of line.
local flight = KEYS[1]
local version, place, departed = ARGV[1], ARGV[2], ARGV[3] == '1'

-- `details_version` is the version of the row that everything but the seats comes from. `version` is that of
-- the latest seats.
local known = redis.call('HMGET', flight, 'details_version', 'version', 'updated_at', 'place',
  'available_seats', 'seats_version', 'seats_available')
local shown, shown_since, stored = known[2], known[3], known[4] or ''
-- No flight ever has so many positions. An entry that stays in a sorted set by mistake is skipped by
-- searches.
if #stored > 16384 then stored = '' end
local details = known[1] or shown
if details and tonumber(details) > tonumber(version) then return false end
if not details and departed then return false end

-- Seats are updated apart from rows, and with later versions. The gate may have them before the index has the
-- flight.
local later_seats = shown and tonumber(shown) > tonumber(version)
local available = later_seats and known[5] or ARGV[4]
if known[6] and known[7] and tonumber(known[6]) > tonumber(version) then available = known[7] end

-- Every write invalidates search pages, and most rows that are sent again are already stored.
local function known_already()
  if known[1] ~= version or not (later_seats or shown == version) then return false end
  local names = {}
  for i = 6, #ARGV, 2 do names[#names + 1] = ARGV[i] end
  local old = redis.call('HMGET', flight, 'available_seats', unpack(names))
  if old[1] ~= available then return false end
  for i, name in ipairs(names) do
    local of_later_seats = later_seats and name == 'updated_at'
    if old[i + 1] ~= ARGV[5 + 2 * i] and not of_later_seats then return false end
  end
  return true
end
if not known_already() then
  redis.call('HSET', flight, 'details_version', version, 'version', version, 'available_seats', available,
    unpack(ARGV, 6))
  if later_seats then redis.call('HSET', flight, 'version', shown, 'updated_at', shown_since or '0') end
end

if stored == place and ARGV[5] ~= '1' then return false end
local places = place .. '\n'
for old in string.gmatch(stored, '[^\n]+') do
  if old ~= place then places = places .. old .. '\n' end
end
redis.call('HSET', flight, 'place', places)
return {places, tostring(redis.call('HINCRBY', flight, 'moves', 1))}
