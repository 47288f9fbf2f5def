-- Begins a rebuild of the index. Answers the mark of the rebuild. The mark is lost with everything else if
-- Redis is emptied meanwhile. Its value is the second in which the rebuild was renewed last. Answers nil when
-- another process is rebuilding and the caller has not sent anything yet. KEYS: index. ARGV: the mark of an
-- earlier rebuild by the same caller, or ''; '1' when the caller knew the index complete and Redis was away
-- since, so that the index may be out of date and is incomplete until this rebuild is complete; for how many
-- seconds after its last renewal another rebuild is left alone; and after how many seconds its mark is
-- removed.
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then redis.call('DEL', KEYS[1]) end
if ARGV[1] ~= '' then redis.call('HDEL', KEYS[1], ARGV[1]) end
local time = redis.call('TIME')
local another = false
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.find(fields[i], '^telling:') then
    -- A time in the future comes from a clock that was set back since, or was written by hand. Waiting for it
    -- to pass might take for ever.
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
