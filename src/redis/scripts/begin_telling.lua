-- Somebody begins to tell the index of every flight. Answers a mark that goes with everything else if Redis is emptied
-- meanwhile.
-- KEYS: index. ARGV: the mark of an earlier telling of the same teller, or ''; '1' when it knew the index complete and
-- Redis was away since: what is there may be of a while ago, so it is not complete until this telling ends.
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then redis.call('DEL', KEYS[1]) end
if ARGV[2] == '1' then redis.call('HDEL', KEYS[1], 'complete') end
if ARGV[1] ~= '' then redis.call('HDEL', KEYS[1], ARGV[1]) end
local time = redis.call('TIME')
local mark = 'telling:' .. time[1] .. '.' .. time[2]
while redis.call('HSETNX', KEYS[1], mark, '1') == 0 do mark = mark .. '+' end
return mark
