-- Calls every command that the program needs, and leaves everything as it was. Answers what is refused: command, error, ...
-- A server that takes no writes refuses the first one, and then it is no use to try the others.
-- KEYS: a key that is never there, index.
local key = KEYS[1]
local refused = {}

local function try(...)
  local answer = redis.pcall(...)
  local complaint = type(answer) == 'table' and answer['err']
  if complaint then
    refused[#refused + 1] = (...)
    refused[#refused + 1] = complaint
  end
  return complaint
end

local complaint = try('SET', key, '', 'XX')
if complaint and not string.find(complaint, 'NOPERM') and not string.find(complaint, "can't run") and
  not string.find(complaint, 'ACL') and not string.find(complaint, 'nknown') then
  return refused
end
-- Rights are looked at before arguments, so most are called with what they can't take. HSETNX takes anything, so it is called
-- where it finds a value, if there is one.
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
return refused
