-- Calls every command that the program needs, and leaves everything as it was. Answers what is refused:
-- command, error, ... A server that takes no writes refuses the first one, and then it is no use to try the
-- others. Then one key of each kind is tried, for a right may be to some keys only. KEYS: a key that is never
-- there, index. ARGV: in turns, each with a zero byte behind it, what kind of key it is, how it is tried, and
-- one of them: `absent` ones are never there, others may be.
local key = KEYS[1]
local refused = {}
local is_refused = {}

local function note(name, answer)
  local complaint = type(answer) == 'table' and answer['err']
  if complaint then
    refused[#refused + 1] = name
    refused[#refused + 1] = complaint
    is_refused[name] = true
  end
  return complaint
end

local function try(...) return note((...), redis.pcall(...)) end

local complaint = try('SET', key, '', 'XX')
if complaint and not string.find(complaint, 'NOPERM') and not string.find(complaint, "can't run") and
  not string.find(complaint, 'ACL') and not string.find(complaint, 'nknown') then
  return refused
end
-- Rights are looked at before arguments, so most are called with what they can't take. HSETNX takes anything,
-- so it is called where it finds a value, if there is one.
if redis.pcall('HEXISTS', KEYS[2], 'complete') == 1 then
  try('HSETNX', KEYS[2], 'complete', '1')
else
  try('HSETNX', key, 'field', 'value')
end
try('HDEL', key, 'field')
try('DEL', key)
try('DECRBY', key, '?')
try('HINCRBY', key, 'field', '?')
try('HSET', key, 'field', 'value', '?')
try('ZADD', key, 'XX', '1', 'member')
try('ZREM', key, 'member')
try('XADD', key, 'NOMKSTREAM', '*', 'field', 'value')
try('GET', key)
try('HGET', key, 'field')
try('HMGET', key, 'field')
try('HGETALL', key)
try('HVALS', key)
try('HEXISTS', key, 'field')
try('ZRANGE', key, '0', '0')
try('ZSCORE', key, 'member')
try('TYPE', key)
try('SCAN', '0', 'COUNT', '1')
try('TIME')

local harmless = {absent = {'SET', '', 'XX'}, hash = {'HDEL', ''}, zset = {'ZREM', ''}}
for kind, how, one in string.gmatch(ARGV[1], '(%Z*)%z(%Z*)%z(%Z*)%z') do
  local command = harmless[how]
  -- Without a right to the command itself it would say nothing of the key.
  if not is_refused[command[1]] then
    note(command[1] .. ' ' .. kind, redis.pcall(command[1], one, unpack(command, 2)))
  end
end
return refused
