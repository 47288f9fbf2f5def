-- Somebody begins to tell the index of every flight. Answers a mark that goes with everything else if Redis
-- is emptied meanwhile; its value is the second of the last sign of life. nil: another is at it, and the
-- caller has told it nothing yet. KEYS: index. ARGV: the mark of an earlier telling of the same teller, or
-- ''; '1' when it knew the index complete and Redis was away since: what is there may be of a while ago, so
-- it is not complete until this telling ends; how many seconds after its last sign of life another's telling
-- is waited for; and after how many its mark goes.
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then redis.call('DEL', KEYS[1]) end
if ARGV[1] ~= '' then redis.call('HDEL', KEYS[1], ARGV[1]) end
local time = redis.call('TIME')
local another = false
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.find(fields[i], '^telling:') then
    -- Ahead: by a clock that was set back since, or by hand. Waiting for it to pass might take for ever.
    local age = time[1] - (tonumber(fields[i + 1]) or -math.huge)
    if age >= 0 and age < tonumber(ARGV[3]) then
      another = true
    elseif not (math.abs(age) < tonumber(ARGV[4])) then
      redis.call('HDEL', KEYS[1], fields[i])
    end
  end
end
if ARGV[2] == '1' then
  redis.call('HDEL', KEYS[1], 'complete')
elseif another then
  return false
end
local mark = 'telling:' .. time[1] .. '.' .. time[2]
while redis.call('HSETNX', KEYS[1], mark, time[1]) == 0 do mark = mark .. '+' end
return mark
