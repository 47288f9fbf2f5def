-- Somebody begins to tell the index of every flight. Answers a mark that goes with everything else if Redis is emptied
-- meanwhile; its value is the second of the last sign of life. nil: another is at it, and the caller has told it nothing yet.
-- KEYS: index. ARGV: the mark of an earlier telling of the same teller, or ''; '1' when it knew the index complete and
-- Redis was away since: what is there may be of a while ago, so it is not complete until this telling ends; how many
-- seconds after its last sign of life another's telling is waited for.
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then redis.call('DEL', KEYS[1]) end
if ARGV[1] ~= '' then redis.call('HDEL', KEYS[1], ARGV[1]) end
local time = redis.call('TIME')
if ARGV[2] == '1' then
  redis.call('HDEL', KEYS[1], 'complete')
else
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    local last = string.find(fields[i], '^telling:') and tonumber(fields[i + 1])
    if last and time[1] - last < tonumber(ARGV[3]) then return false end
  end
end
local mark = 'telling:' .. time[1] .. '.' .. time[2]
while redis.call('HSETNX', KEYS[1], mark, time[1]) == 0 do mark = mark .. '+' end
return mark
