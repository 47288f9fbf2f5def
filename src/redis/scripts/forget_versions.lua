-- Forgets the stored versions of a flight, so that any row replaces them, unless the flight was updated since
-- they were read. KEYS: flight. ARGV: the values of the fields as they were read, each with an end of line,
-- then their names.
local seen = ''
local stored = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
for i = 1, #ARGV - 1 do seen = seen .. (stored[i] or '') .. '\n' end
if seen ~= ARGV[1] then return 'changed' end
for i = 1, #ARGV - 1 do
  -- Searches go on showing the other fields until the row comes.
  if stored[i] and string.find(ARGV[i + 1], 'version$') then redis.call('HSET', KEYS[1], ARGV[i + 1], '0') end
end
return 'forgotten'
