-- Deletes what none of the other scripts has written: keys of another type, values that are no numbers.
-- KEYS: flight, counter, holds.
local flight, counter, holds = KEYS[1], KEYS[2], KEYS[3]

local function expect(key, kind)
  local found = redis.call('TYPE', key)['ok']
  if found ~= 'none' and found ~= kind then redis.call('DEL', key) end
end
expect(flight, 'hash')
expect(counter, 'string')
expect(holds, 'hash')

-- As many digits as can still be counted on from.
local function is_number(text)
  return string.find(text, '^%-?%d+$') and #text <= 18
end

local left = redis.call('GET', counter)
if left and not is_number(left) then redis.call('DEL', counter) end
for _, field in ipairs({'details_version', 'version', 'available_seats', 'seats_version', 'seats_available', 'moves'}) do
  local number = redis.call('HGET', flight, field)
  if number and not is_number(number) then redis.call('HDEL', flight, field) end
end
local all = redis.call('HGETALL', holds)
for i = 1, #all, 2 do
  if not string.find(all[i + 1], '^%d+:%-?%d+$') then redis.call('HDEL', holds, all[i]) end
end
return 'mended'
