-- Takes in an update of a flight's seats. Updates may come in any order and any number of times. KEYS:
-- counter, holds, flight. ARGV: version ('' when there is no count), available seats, the time of this
-- version in Unix milliseconds, booking ids whose holds are dropped.
local counter, holds, flight = KEYS[1], KEYS[2], KEYS[3]
local version, available, since = ARGV[1], ARGV[2], ARGV[3]

if #ARGV > 3 then redis.call('HDEL', holds, unpack(ARGV, 4)) end

local stored = redis.call('HMGET', flight, 'seats_version', 'seats_available', 'version')
local known, shown = stored[1], stored[3]
-- The same version always has the same count. Storing it again repairs what was changed by hand. But every
-- write invalidates search pages, so a value that is already stored is not written.
if version == '' or known and tonumber(version) < tonumber(known) then
  available = stored[2]
  if not available then return 'unknown' end
elseif not shown or tonumber(version) < tonumber(shown) then
  if version ~= known or available ~= stored[2] then
    redis.call('HSET', flight, 'seats_version', version, 'seats_available', available)
  end
else
  -- The index has this flight, so what searches show is updated, too.
  local same = version == known and version == shown and available == stored[2]
  local search = same and redis.call('HMGET', flight, 'available_seats', 'updated_at')
  if not (same and search[1] == available and search[2] == since) then
    redis.call('HSET', flight, 'seats_version', version, 'seats_available', available, 'version', version,
      'available_seats', available, 'updated_at', since)
  end
end

local left = tonumber(available)
for _, hold in ipairs(redis.call('HVALS', holds)) do
  left = left - tonumber(string.match(hold, '^%d+'))
end
redis.call('SET', counter, string.format('%d', left))
return 'synced'
