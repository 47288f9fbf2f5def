-- Somebody begins to tell the index of every flight. Answers a mark that goes with everything else if Redis is emptied
-- meanwhile; nil: another is at it, and the caller has told it nothing yet.
-- KEYS: index. ARGV: the mark of an earlier telling of the same teller, or ''; '1' when it knew the index complete and
-- Redis was away since: what is there may be of a while ago, so it is not complete until this telling ends; how many
-- seconds another's telling is waited for.
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then redis.call('DEL', KEYS[1]) end
if ARGV[1] ~= '' then redis.call('HDEL', KEYS[1], ARGV[1]) end
local time = redis.call('TIME')
if ARGV[2] == '1' then
  redis.call('HDEL', KEYS[1], 'complete')
else
  for _, field in ipairs(redis.call('HGETALL', KEYS[1])) do
    local second, micros = string.match(field, '^telling:(%d+)%.(%d+)')
    if second and time[1] - second + (time[2] - micros) / 1000000 < tonumber(ARGV[3]) then return false end
  end
end
local mark = 'telling:' .. time[1] .. '.' .. time[2]
while redis.call('HSETNX', KEYS[1], mark, '1') == 0 do mark = mark .. '+' end
return mark
