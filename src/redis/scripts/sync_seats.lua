-- Takes in what the ledger says of a flight's seats; any order, any number of times.
-- KEYS: counter, holds, flight. ARGV: version ('' when there is no count), available seats, when it came to this version in
-- Unix milliseconds, booking ids whose holds go.
local counter, holds, flight = KEYS[1], KEYS[2], KEYS[3]

if #ARGV > 3 then redis.call('HDEL', holds, unpack(ARGV, 4)) end

local stored = redis.call('HMGET', flight, 'seats_version', 'seats_available', 'version', 'available_seats', 'updated_at')
local version, available, shown = stored[1], stored[2], stored[3]
local news = {}
-- Only what differs: every write makes a search page to be made anew.
local function write(field, value, old)
  if value == old then return end
  news[#news + 1] = field
  news[#news + 1] = value
end

-- The same version always carries the same count: taken in again, it heals what somebody changed by hand.
if ARGV[1] ~= '' and (not version or tonumber(ARGV[1]) >= tonumber(version)) then
  write('seats_version', ARGV[1], version)
  write('seats_available', ARGV[2], available)
  available = ARGV[2]
  -- What search shows, if the index has this flight.
  if shown and tonumber(ARGV[1]) >= tonumber(shown) then
    write('version', ARGV[1], shown)
    write('updated_at', ARGV[3], stored[5])
  end
end
if not available then return 'unknown' end

local left = tonumber(available)
for _, hold in ipairs(redis.call('HVALS', holds)) do
  left = left - tonumber(string.match(hold, '^%d+'))
end
redis.call('SET', counter, string.format('%d', left))
if shown then write('available_seats', string.format('%d', math.max(left, 0)), stored[4]) end
if #news > 0 then redis.call('HSET', flight, unpack(news)) end
return 'synced'
