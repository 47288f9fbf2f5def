-- Deletes what none of the other scripts has written: keys of another type, values that are no numbers or
-- can't be counted on from, holds that name no booking. KEYS: flight, counter, holds.
local flight, counter, holds = KEYS[1], KEYS[2], KEYS[3]

local function expect(key, kind)
  local found = redis.call('TYPE', key)['ok']
  if found ~= 'none' and found ~= kind then redis.call('DEL', key) end
end
expect(flight, 'hash')
expect(counter, 'string')
expect(holds, 'hash')

-- As Redis itself writes it, which refuses to count on from others; and no more digits than can still be
-- counted on from.
local function is_number(text)
  return (text == '0' or string.find(text, '^%-?[1-9]%d*$')) and #text <= 18
end

local left = redis.call('GET', counter)
if left and not is_number(left) then redis.call('DEL', counter) end
local fields = {'details_version', 'version', 'available_seats', 'seats_version', 'seats_available', 'moves'}
for _, field in ipairs(fields) do
  local number = redis.call('HGET', flight, field)
  if number and not is_number(number) then redis.call('HDEL', flight, field) end
end
local all = redis.call('HGETALL', holds)
-- Lua has no counted repeats; ids are written in lower case.
local digits = string.rep('[0-9a-f]', 4)
local id = '^' .. digits .. digits .. string.rep('%-' .. digits, 4) .. digits .. digits .. '$'
for i = 1, #all, 2 do
  local seats, since = string.match(all[i + 1], '^(%d+):(%-?%d+)$')
  if not seats or not is_number(seats) or not is_number(since) or not string.find(all[i], id) then
    redis.call('HDEL', holds, all[i])
  end
end
return 'mended'
