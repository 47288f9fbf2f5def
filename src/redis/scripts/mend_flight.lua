-- Deletes what no other script can have written: keys of another type, values that are not numbers or cannot
-- be incremented, holds that name no booking. KEYS: flight, counter, holds.
local flight, counter, holds = KEYS[1], KEYS[2], KEYS[3]

local function expect(key, kind)
  local found = redis.call('TYPE', key)['ok']
  if found ~= 'none' and found ~= kind then redis.call('DEL', key) end
end
expect(flight, 'hash')
expect(counter, 'string')
expect(holds, 'hash')

-- The form in which Redis itself writes a number, since it refuses to increment any other. It has few enough
-- digits to be incremented.
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
-- Lua patterns have no counted repeats. Ids are written in lower case.
local digits = string.rep('[0-9a-f]', 4)
local id = '^' .. digits .. digits .. string.rep('%-' .. digits, 4) .. digits .. digits .. '$'
for i = 1, #all, 2 do
  local seats, since = string.match(all[i + 1], '^(%d+):(%-?%d+)$')
  if not seats or not is_number(seats) or not is_number(since) or not string.find(all[i], id) then
    redis.call('HDEL', holds, all[i])
  end
end
return 'mended'
