-- Calls every command that the program needs, without changing anything. Answers what is refused: command,
-- error, ... A server that takes no writes refuses the first command, and the others are not tried then.
-- After the commands it tries one key of each kind, since a right may be limited to some keys. KEYS: a key
-- that never exists, index. ARGV: one text of triples, with a zero byte behind each word: the kind of a key,
-- how it is tried, and a key of that kind. Keys tried as `absent` never exist, others may.
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
-- Redis checks rights before arguments, so most commands are called with invalid arguments. HSETNX accepts
-- any arguments, so it is called on a field that has a value, if there is one.
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
  -- Without the right to the command itself, the answer would say nothing about the key.
  if not is_refused[command[1]] then
    note(command[1] .. ' ' .. kind, redis.pcall(command[1], one, unpack(command, 2)))
  end
end
return refused
